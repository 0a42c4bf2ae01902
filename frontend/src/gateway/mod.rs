//! The client of the gateway that BuildKit serves on the frontend's stdin and stdout. Wire types end here.
//!
//! BuildKit starts the frontend's image as a container, speaks gRPC on its standard streams as the *server*
//! (`moby.buildkit.v1.frontend.LLBBridge`), and takes exactly one `Return` for the answer. [`run`] owns that
//! life of the process; [`Gateway`] is the client in between.

mod capabilities;
mod client;
mod connection;
mod failure;
mod files;
mod process;
mod unresolved;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use buildkit_proto::moby::buildkit::v1::frontend::llb_bridge_client::LlbBridgeClient;
use buildkit_proto::pb;
use tokio::sync::OnceCell;
use tonic::transport::Channel;

pub use capabilities::Capabilities;
pub use failure::Failure;
pub use files::{Kind, Stat};
pub use process::run;

/// The client of one build's gateway; clones share the connection.
#[derive(Clone, Debug)]
pub struct Gateway {
    client: LlbBridgeClient<Channel>,
    capabilities: Arc<OnceCell<Capabilities>>,
    /// The graph of the frontend's own image, where the daemon tells it.
    frontend: Option<Arc<pb::Definition>>,
}

/// The handle of a solve's result, good for as long as this process lives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub(crate) id: String,
}

/// A graph to solve.
#[derive(Clone, Debug, Default)]
pub struct SolveRequest {
    /// The graph in wire form, with its names and source locations.
    pub definition: pb::Definition,
    /// Whether to run the graph now; else it runs when its files are read or the result is exported.
    pub evaluate: bool,
    /// Where the daemon may look for cache, as the user passed it with `--cache-from`.
    pub cache_imports: Vec<CacheImport>,
}

/// One entry of `--cache-from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheImport {
    /// The cache backend, such as `registry`, `local` or `gha`.
    pub kind: String,
    /// The backend's attributes, such as `ref`.
    pub attrs: BTreeMap<String, String>,
}

/// An image name that the daemon has resolved, and the configuration of that image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The canonical name, such as `docker.io/library/node:22-alpine`; a source policy may have changed it.
    pub reference: String,
    /// The digest of the manifest or index, such as `sha256:…`.
    pub digest: String,
    /// The image configuration, JSON.
    pub config: Vec<u8>,
}

impl ResolvedImage {
    /// Returns the reference with its digest.
    pub fn pinned(&self) -> String {
        match (self.reference.contains('@'), self.digest.is_empty()) {
            (false, false) => format!("{}@{}", self.reference, self.digest),
            _ => self.reference.clone(),
        }
    }
}

/// What a build gives to the exporter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildResult {
    /// The file systems of the image.
    pub refs: Refs,
    /// Metadata for the exporter, such as `containerimage.config`.
    pub metadata: BTreeMap<String, Vec<u8>>,
    /// Statements about the image, by platform id as in the `refs.platforms` of the metadata. Only for daemons
    /// with the capability `reference.attestations`.
    pub attestations: BTreeMap<String, Vec<Attestation>>,
}

/// A statement about an image: a predicate of in-toto in a file, which the daemon completes with its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The file system that the predicate is in.
    pub reference: Reference,
    /// The predicate's file.
    pub path: String,
    /// The predicate's type, a URI such as `https://spdx.dev/Document`.
    pub predicate_type: String,
    /// What the daemon should know of it, such as `reason`.
    pub metadata: BTreeMap<String, Vec<u8>>,
}

/// The file systems of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refs {
    /// One file system; `None` is the empty one, as in answers to subrequests.
    Single(Option<Reference>),
    /// One file system a platform, keyed by platform id such as `linux/arm64`.
    ByPlatform(BTreeMap<String, Reference>),
}

impl Default for Refs {
    fn default() -> Self {
        Self::Single(None)
    }
}

impl BuildResult {
    /// Returns the answer to a subrequest: metadata without a file system.
    pub fn metadata_only(metadata: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            metadata,
            ..Self::default()
        }
    }
}
