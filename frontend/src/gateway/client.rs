//! The calls that solve, resolve, warn and return.

use std::collections::BTreeMap;

use buildkit_proto::moby::buildkit::v1::frontend::{self as wire, result::Result as WireRefs};
use buildkit_proto::pb;
use tonic::Code;

use super::failure::source_info;
use super::unresolved::in_words;
use super::{Attestation, BuildResult, Failure, Gateway, Reference, Refs, ResolvedImage, SolveRequest};
use crate::warning::Warning;

impl Gateway {
    /// Hands a graph to the daemon and returns the handle of its result.
    ///
    /// # Errors
    /// The daemon's own failure: an invalid graph, or a failing step where the request says `evaluate`.
    pub async fn solve(&self, request: SolveRequest) -> Result<Reference, Failure> {
        let evaluates = self.capabilities().await?.gateway("gateway.solve.evaluate");
        let answer = self
            .rpc()
            .solve(wire::SolveRequest {
                definition: Some(request.definition),
                allow_result_return: true,
                allow_result_array_ref: true,
                cache_imports: request
                    .cache_imports
                    .into_iter()
                    .map(|import| wire::CacheOptionsEntry {
                        r#type: import.kind,
                        attrs: import.attrs.into_iter().collect(),
                    })
                    .collect(),
                evaluate: request.evaluate && evaluates,
                ..wire::SolveRequest::default()
            })
            .await?
            .into_inner();

        let id = match answer.result.and_then(|result| result.result) {
            Some(WireRefs::Ref(reference)) => reference.id,
            Some(WireRefs::RefDeprecated(id)) => id,
            None => answer.r#ref,
            Some(WireRefs::Refs(_) | WireRefs::RefsDeprecated(_)) => {
                return Err(Failure::new(
                    Code::Internal,
                    "BuildKit answered one graph with several results",
                ));
            }
        };
        let reference = Reference { id };
        if request.evaluate && !evaluates {
            self.evaluate(&reference).await?;
        }
        Ok(reference)
    }

    /// Runs the graph behind a reference, where that has not happened yet.
    ///
    /// # Errors
    /// The daemon's own failure, where a step fails.
    pub async fn evaluate(&self, reference: &Reference) -> Result<(), Failure> {
        if self.capabilities().await?.gateway("gateway.evaluate") {
            self.rpc()
                .evaluate(wire::EvaluateRequest {
                    r#ref: reference.id.clone(),
                })
                .await?;
        } else {
            // Older daemons have no call for it. Any look at the files runs the graph, as Go's client does it too.
            self.stat_present(reference, ".").await?;
        }
        Ok(())
    }

    /// Resolves an image name to its digest and configuration.
    ///
    /// The name needs a tag or a digest: without, the daemon says no more than `object required`.
    /// `mode` is `default`, `pull` or `local`; `log_name` is the line that the user sees meanwhile, such as
    /// `[internal] load metadata for docker.io/library/node:22-alpine`. Without a platform the daemon takes its
    /// own.
    ///
    /// # Errors
    /// No such image, no access, no manifest for the platform, in words where they are known, else the daemon's own failure.
    pub async fn resolve_image(
        &self,
        reference: &str,
        platform: Option<pb::Platform>,
        mode: &str,
        log_name: &str,
    ) -> Result<ResolvedImage, Failure> {
        self.resolve(wire::ResolveImageConfigRequest {
            r#ref: reference.to_owned(),
            platform,
            resolve_mode: mode.to_owned(),
            log_name: log_name.to_owned(),
            ..wire::ResolveImageConfigRequest::default()
        })
        .await
    }

    /// Resolves an image in an OCI layout of the client: `(store, session)` says which and of whom.
    ///
    /// # Errors
    /// As [`Gateway::resolve_image`].
    pub async fn resolve_layout(
        &self,
        reference: &str,
        platform: Option<pb::Platform>,
        (store, session): (&str, &str),
        log_name: &str,
    ) -> Result<ResolvedImage, Failure> {
        /// `ResolverType` of BuildKit's gateway for layouts; 0 is a registry.
        const LAYOUT: i32 = 1;
        self.resolve(wire::ResolveImageConfigRequest {
            r#ref: reference.to_owned(),
            platform,
            log_name: log_name.to_owned(),
            resolver_type: LAYOUT,
            session_id: session.to_owned(),
            store_id: store.to_owned(),
            ..wire::ResolveImageConfigRequest::default()
        })
        .await
    }

    async fn resolve(&self, request: wire::ResolveImageConfigRequest) -> Result<ResolvedImage, Failure> {
        let (reference, platform) = (request.r#ref.clone(), request.platform.clone());
        let answer = self.rpc().resolve_image_config(request).await;
        let answer = answer.map_err(|status| in_words(status.into(), &reference, platform.as_ref()))?;
        let answer = answer.into_inner();
        // Daemons from before source policies leave the name out.
        let reference = if answer.r#ref.is_empty() {
            reference
        } else {
            answer.r#ref
        };
        Ok(ResolvedImage {
            reference,
            digest: answer.digest,
            config: answer.config,
        })
    }

    /// Returns the graphs that an outer frontend or a bake target passed in, by name, such as `context`.
    ///
    /// # Errors
    /// Where the connection is closed.
    pub async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, Failure> {
        if !self.capabilities().await?.gateway("frontend.inputs") {
            return Ok(BTreeMap::new());
        }
        let answer = self.rpc().inputs(wire::InputsRequest {}).await?.into_inner();
        Ok(answer.definitions.into_iter().collect())
    }

    /// Shows the user a warning of a rule, attached to the vertex with the given digest.
    ///
    /// The client drops warnings on vertices it has not seen, so the digest should be that of a vertex already
    /// solved, such as the load of the build file. Daemons that cannot warn stay silent.
    ///
    /// # Errors
    /// Where the connection is closed.
    pub async fn warn(&self, digest: &str, warning: &Warning) -> Result<(), Failure> {
        if !self.capabilities().await?.gateway("gateway.warnings") {
            return Ok(());
        }
        let place = warning.diagnostic.place.as_ref();
        let (info, range) = place.map(source_info).unzip();
        self.rpc()
            .warn(wire::WarnRequest {
                digest: digest.to_owned(),
                level: 1,
                short: warning.to_string().into_bytes(),
                detail: vec![warning.rule.short.as_bytes().to_vec()],
                url: warning.rule.url(),
                info,
                ranges: range.into_iter().collect(),
            })
            .await?;
        Ok(())
    }

    /// Gives the build's result to the exporter; the one answer of the process.
    ///
    /// # Errors
    /// Where the daemon does not take the result; it can still be told a failure.
    pub async fn return_result(&self, result: BuildResult) -> Result<(), Failure> {
        let reference = |reference: Reference| wire::Ref {
            id: reference.id,
            def: None,
        };
        let refs = match result.refs {
            // A reference without an id is the empty file system.
            Refs::Single(None) => WireRefs::Ref(wire::Ref::default()),
            Refs::Single(Some(single)) => WireRefs::Ref(reference(single)),
            Refs::ByPlatform(refs) => WireRefs::Refs(wire::RefMap {
                refs: refs.into_iter().map(|(id, each)| (id, reference(each))).collect(),
            }),
        };
        let attestation = |attestation: Attestation| wire::Attestation {
            kind: wire::AttestationKind::InToto.into(),
            metadata: attestation.metadata.into_iter().collect(),
            r#ref: Some(reference(attestation.reference)),
            path: attestation.path,
            in_toto_predicate_type: attestation.predicate_type,
            // None stands for the image itself.
            in_toto_subjects: Vec::new(),
        };
        let attestations = result.attestations.into_iter().map(|(platform, all)| {
            let attestation = all.into_iter().map(attestation).collect();
            (platform, wire::Attestations { attestation })
        });
        let result = wire::Result {
            result: Some(refs),
            metadata: result.metadata.into_iter().collect(),
            attestations: attestations.collect(),
        };
        self.rpc()
            .r#return(wire::ReturnRequest {
                result: Some(result),
                error: None,
            })
            .await?;
        Ok(())
    }

    /// Ends the build with a failure; the one answer of the process.
    ///
    /// # Errors
    /// Where the connection is closed, or the build has its answer already.
    pub async fn return_failure(&self, failure: &Failure) -> Result<(), Failure> {
        let error = Some(failure.to_status());
        self.rpc()
            .r#return(wire::ReturnRequest { result: None, error })
            .await?;
        Ok(())
    }
}
