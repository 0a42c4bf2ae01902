//! A gateway for tests: answers from a table of files and keeps what it was asked.
//!
//! Used by the unit tests and, by its path, by the integration test that drives a child process; so it names
//! nothing of this crate.

#![allow(dead_code, unreachable_pub, reason = "each of the two users takes its part")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use buildkit_proto::fsutil::types::Stat;
use buildkit_proto::moby::buildkit::v1::apicaps::ApiCap;
use buildkit_proto::moby::buildkit::v1::frontend::llb_bridge_server::{LlbBridge, LlbBridgeServer};
use buildkit_proto::moby::buildkit::v1::frontend::{
    self as wire, EvaluateRequest, EvaluateResponse, ExecMessage, InputsRequest, InputsResponse,
    NewContainerRequest, NewContainerResponse, PingRequest, PongResponse, ReadDirRequest, ReadDirResponse,
    ReadFileRequest, ReadFileResponse, ReleaseContainerRequest, ReleaseContainerResponse,
    ResolveImageConfigRequest, ResolveImageConfigResponse, ResolveSourceMetaRequest,
    ResolveSourceMetaResponse, ReturnRequest, ReturnResponse, SolveRequest, SolveResponse, StatFileRequest,
    StatFileResponse, WarnRequest, WarnResponse,
};
use buildkit_proto::pb;
use futures_util::{StreamExt as _, stream};
use prost::Message as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::transport::Server;
use tonic::transport::server::Connected;
use tonic::{Code, Request, Response, Status};

/// The mode of a directory in Go's bits.
pub const DIR: u32 = 1 << 31 | 0o755;
/// The mode of a symbolic link in Go's bits.
pub const LINK: u32 = 1 << 27 | 0o777;
/// The mode of a named pipe in Go's bits.
pub const PIPE: u32 = 1 << 25 | 0o644;

/// What steps of any plan leave where the frontend reads it: the size of an image, and that an image and a site are right.
pub const LEFT: [(&str, &str); 3] = [
    (
        "report.json",
        r#"{"total":300000000,"largest":[["/app/node_modules",40000000]]}"#,
    ),
    ("usr/lib/vextrus/loaded.json", "{}"),
    (
        "usr/lib/vextrus/site.json",
        r#"{"error":null,"key":null,"warnings":[]}"#,
    ),
];

/// The capabilities of a solver that runs every graph.
pub const LLB_CAPS: [&str; 58] = [
    "constraints",
    "diffop",
    "exec.meta.base",
    "exec.meta.cdi",
    "exec.meta.cgroup.parent",
    "exec.meta.network",
    "exec.meta.proxyenv",
    "exec.meta.security",
    "exec.meta.setsdefaultpath",
    "exec.meta.ulimit",
    "exec.mount.bind",
    "exec.mount.bind.readwrite-nooutput",
    "exec.mount.cache",
    "exec.mount.cache.content",
    "exec.mount.cache.sharing",
    "exec.mount.secret",
    "exec.mount.selector",
    "exec.mount.ssh",
    "exec.mount.tmpfs",
    "exec.mount.tmpfs.size",
    "exec.secretenv",
    "exec.validexitcode",
    "file.base",
    "file.copy.alwaysreplaceexistingdestpaths",
    "file.copy.includeexcludepatterns",
    "file.rm.wildcard",
    "file.symlink.create",
    "mergeop",
    "meta.description",
    "meta.exportcache",
    "meta.ignorecache",
    "platform",
    "soruce.http.uidgid",
    "source.git",
    "source.git.checksum",
    "source.git.fullurl",
    "source.git.httpauth",
    "source.git.keepgitdir",
    "source.git.knownsshhosts",
    "source.git.mountsshsock",
    "source.git.skipsubmodules",
    "source.git.subdir",
    "source.http",
    "source.http.auth",
    "source.http.checksum",
    "source.http.perm",
    "source.image",
    "source.image.checksum",
    "source.image.resolvemode",
    "source.local",
    "source.local.differ",
    "source.local.excludepatterns",
    "source.local.followpaths",
    "source.local.includepatterns",
    "source.local.metadatatransfer",
    "source.local.sessionid",
    "source.local.sharedkeyhint",
    "source.ocilayout",
];

/// What a fake gateway answers, and what it was asked.
#[derive(Debug, Default)]
pub struct State {
    /// Capabilities of the gateway.
    pub gateway_caps: Vec<&'static str>,
    /// Capabilities of the solver.
    pub llb_caps: Vec<&'static str>,
    /// Capabilities that are listed, but not enabled.
    pub disabled_caps: Vec<&'static str>,
    /// The regular files of every reference, by path without a leading slash.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Those of the build file's directory instead, where that is another one.
    pub beside: BTreeMap<String, Vec<u8>>,
    /// Symbolic links of every reference, and where each points.
    pub links: BTreeMap<String, String>,
    /// What is neither file, directory nor link, by its mode in Go's bits.
    pub special: BTreeMap<String, u32>,
    /// Graphs passed in.
    pub inputs: BTreeMap<String, pb::Definition>,
    /// Fails every call that runs the graph.
    pub broken: Option<Status>,
    /// Fails the solves of which this says why.
    pub refused: Option<fn(&SolveRequest) -> Option<Status>>,
    /// Never answers a solve.
    pub stuck: bool,
    /// How long a solve that is evaluated takes.
    pub takes: Duration,
    /// Refuses results, not failures.
    pub refuses_results: bool,
    /// The names of the calls, in their order.
    pub calls: Vec<&'static str>,
    /// Image configurations, JSON, by reference; any other image has an empty one.
    pub images: BTreeMap<String, Vec<u8>>,
    /// The solves, in their order; their results are `ref-1`, `ref-2` and so on.
    pub solves: Vec<SolveRequest>,
    /// The last image that was resolved.
    pub resolve: Option<ResolveImageConfigRequest>,
    /// The warnings, in their order.
    pub warnings: Vec<WarnRequest>,
    /// The answer of the frontend.
    pub returned: Option<ReturnRequest>,
}

/// A fake gateway; clones share the state.
#[derive(Clone, Debug, Default)]
pub struct Fake(Arc<Mutex<State>>);

impl Fake {
    pub fn new(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Serves one connection for as long as it lasts.
    pub async fn serve<S>(self, stream: S) -> Result<(), tonic::transport::Error>
    where
        S: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
    {
        let server = LlbBridgeServer::new(self)
            .max_encoding_message_size(16 << 20)
            .max_decoding_message_size(16 << 20);
        // The server ends with its source of connections, so that never does.
        let incoming = stream::iter([Ok::<_, std::io::Error>(stream)]).chain(stream::pending());
        Server::builder()
            .add_service(server)
            .serve_with_incoming(incoming)
            .await
    }

    fn called(&self, name: &'static str) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.calls.push(name);
        state
    }
}

impl State {
    fn run(&self) -> Result<(), Status> {
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// Returns what a reference has that is the build file's directory, where that is told apart.
    fn beside(&self, reference: &str) -> Option<Self> {
        let number: usize = reference.strip_prefix("ref-")?.parse().ok()?;
        let solve = self.solves.get(number.checked_sub(1)?)?;
        let ops = solve.definition.as_ref()?.def.iter();
        let mut ops = ops.filter_map(|op| pb::Op::decode(op.as_slice()).ok()?.op);
        let is_build_file = ops.any(|op| match op {
            pb::op::Op::Source(source) => source.identifier == "local://dockerfile",
            _ => false,
        });
        (is_build_file && !self.beside.is_empty()).then(|| Self {
            files: self.beside.clone(),
            ..Self::default()
        })
    }

    fn file(&self, path: &str) -> Result<&Vec<u8>, Status> {
        self.run()?;
        let found = self.resolve(path);
        if self.special.contains_key(&found) {
            return Err(Status::internal(format!("{path} would be waited for")));
        }
        self.files.get(&found).ok_or_else(|| {
            Status::unknown(match self.list(path) {
                Some(_) => format!("read /state/of/the/engine/{path}: is a directory"),
                None => format!("open {path}: no such file or directory"),
            })
        })
    }

    /// Follows the links of a path, which lead nowhere out of the root.
    fn resolve(&self, path: &str) -> String {
        let steps = |path: &str| path.split('/').rev().map(str::to_owned).collect::<Vec<_>>();
        let (mut left, mut real, mut followed) = (steps(path), Vec::new(), 0);
        while let Some(step) = left.pop() {
            match step.as_str() {
                "" | "." => continue,
                ".." => _ = real.pop(),
                _ => real.push(step),
            }
            if let Some(target) = self.links.get(&real.join("/")).filter(|_| followed < 40) {
                real.pop();
                if target.starts_with('/') {
                    real.clear();
                }
                left.extend(steps(target));
                followed += 1;
            }
        }
        real.join("/")
    }

    /// Lists a directory; `None` where there is none.
    fn list(&self, directory: &str) -> Option<Vec<Stat>> {
        let directory = self.resolve(directory);
        let prefix = match directory.as_str() {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let size = |content: &Vec<u8>| i64::try_from(content.len()).unwrap();
        let files = self
            .files
            .iter()
            .map(|(path, content)| (path, 0o644, size(content), ""));
        let links = self
            .links
            .iter()
            .map(|(path, target)| (path, LINK, 0, target.as_str()));
        let special = self.special.iter().map(|(path, mode)| (path, *mode, 0, ""));
        let mut entries = BTreeMap::new();
        for (path, mode, size, linkname) in files.chain(links).chain(special) {
            let Some(below) = path.strip_prefix(&prefix) else {
                continue;
            };
            let (name, mode, size, linkname) = match below.split_once('/') {
                Some((name, _)) => (name, DIR, 0, ""),
                None => (below, mode, size, linkname),
            };
            let stat = Stat {
                path: name.to_owned(),
                mode,
                size,
                linkname: linkname.to_owned(),
                ..Stat::default()
            };
            entries.insert(name, stat);
        }
        (directory.is_empty() || !entries.is_empty()).then(|| entries.into_values().collect())
    }
}

type Reply<T> = Result<Response<T>, Status>;

fn capabilities(ids: &[&str], enabled: bool) -> Vec<ApiCap> {
    ids.iter()
        .map(|id| ApiCap {
            id: (*id).to_owned(),
            enabled,
            ..ApiCap::default()
        })
        .collect()
}

#[tonic::async_trait]
impl LlbBridge for Fake {
    type ExecProcessStream = stream::Empty<Result<ExecMessage, Status>>;

    async fn ping(&self, _: Request<PingRequest>) -> Reply<PongResponse> {
        let state = self.called("Ping");
        let mut llb_caps = capabilities(&state.llb_caps, true);
        llb_caps.extend(capabilities(&state.disabled_caps, false));
        let frontend_api_caps = capabilities(&state.gateway_caps, true);
        Ok(Response::new(PongResponse {
            frontend_api_caps,
            llb_caps,
            workers: Vec::new(),
        }))
    }

    async fn solve(&self, request: Request<SolveRequest>) -> Reply<SolveResponse> {
        let (stuck, takes, number) = {
            let mut state = self.called("Solve");
            let request = request.into_inner();
            let mut takes = Duration::ZERO;
            if request.evaluate {
                state.run()?;
                takes = state.takes;
            }
            if let Some(status) = state.refused.and_then(|refused| refused(&request)) {
                return Err(status);
            }
            state.solves.push(request);
            (state.stuck, takes, state.solves.len())
        };
        tokio::time::sleep(takes).await;
        if stuck {
            std::future::pending::<()>().await;
        }
        let reference = wire::Ref {
            id: format!("ref-{number}"),
            def: None,
        };
        let result = wire::Result {
            result: Some(wire::result::Result::Ref(reference)),
            ..wire::Result::default()
        };
        Ok(Response::new(SolveResponse {
            r#ref: String::new(),
            result: Some(result),
        }))
    }

    async fn read_file(&self, request: Request<ReadFileRequest>) -> Reply<ReadFileResponse> {
        let request = request.into_inner();
        let state = self.called("ReadFile");
        let beside = state.beside(&request.r#ref);
        let state = beside.as_ref().unwrap_or(&state);
        let content = state.file(&request.file_path)?;
        let data = match request.range {
            None => content.clone(),
            Some(range) => {
                let offset = usize::try_from(range.offset).unwrap().min(content.len());
                let length = usize::try_from(range.length).unwrap();
                content[offset..].iter().take(length).copied().collect()
            }
        };
        Ok(Response::new(ReadFileResponse { data }))
    }

    async fn read_dir(&self, request: Request<ReadDirRequest>) -> Reply<ReadDirResponse> {
        let request = request.into_inner();
        let state = self.called("ReadDir");
        let beside = state.beside(&request.r#ref);
        let state = beside.as_ref().unwrap_or(&state);
        state.run()?;
        let missing = || Status::unknown(format!("lstat {}: no such file or directory", request.dir_path));
        let mut entries = state.list(&request.dir_path).ok_or_else(missing)?;
        // Patterns of tests are plain names.
        entries.retain(|e| request.include_pattern.is_empty() || e.path == request.include_pattern);
        Ok(Response::new(ReadDirResponse { entries }))
    }

    async fn stat_file(&self, request: Request<StatFileRequest>) -> Reply<StatFileResponse> {
        let wire::StatFileRequest { r#ref, path, .. } = request.into_inner();
        let state = self.called("StatFile");
        let beside = state.beside(&r#ref);
        let state = beside.as_ref().unwrap_or(&state);
        state.run()?;
        // As the daemon names a root.
        let name = format!("buildkit-mount{}", state.calls.len());
        let special = state.special.get(&state.resolve(&path));
        let stat = match state.file(&path) {
            _ if special.is_some() => Stat {
                path: name,
                mode: *special.unwrap(),
                ..Stat::default()
            },
            Ok(content) => {
                let size = i64::try_from(content.len()).unwrap();
                Stat {
                    path: name,
                    size,
                    mode: 0o644,
                    ..Stat::default()
                }
            }
            Err(_) if path == "." || state.list(&path).is_some() => Stat {
                path: name,
                mode: DIR,
                ..Stat::default()
            },
            Err(missing) => return Err(missing),
        };
        Ok(Response::new(StatFileResponse { stat: Some(stat) }))
    }

    async fn evaluate(&self, _: Request<EvaluateRequest>) -> Reply<EvaluateResponse> {
        self.called("Evaluate").run()?;
        Ok(Response::new(EvaluateResponse {}))
    }

    async fn resolve_image_config(
        &self,
        request: Request<ResolveImageConfigRequest>,
    ) -> Reply<ResolveImageConfigResponse> {
        let mut state = self.called("ResolveImageConfig");
        state.run()?;
        let name = state.resolve.insert(request.into_inner()).r#ref.clone();
        Ok(Response::new(ResolveImageConfigResponse {
            digest: "sha256:aa".to_owned(),
            config: state.images.get(&name).cloned().unwrap_or_else(|| b"{}".to_vec()),
            r#ref: if name.contains('/') {
                name
            } else {
                format!("docker.io/library/{name}")
            },
        }))
    }

    async fn inputs(&self, _: Request<InputsRequest>) -> Reply<InputsResponse> {
        let definitions = self.called("Inputs").inputs.clone().into_iter().collect();
        Ok(Response::new(InputsResponse { definitions }))
    }

    async fn warn(&self, request: Request<WarnRequest>) -> Reply<WarnResponse> {
        self.called("Warn").warnings.push(request.into_inner());
        Ok(Response::new(WarnResponse {}))
    }

    async fn r#return(&self, request: Request<ReturnRequest>) -> Reply<ReturnResponse> {
        let request = request.into_inner();
        let mut state = self.called("Return");
        if state.refuses_results && request.result.is_some() {
            return Err(Status::invalid_argument("no such reference"));
        }
        if state.returned.replace(request).is_some() {
            return Err(Status::new(Code::FailedPrecondition, "the result is set already"));
        }
        Ok(Response::new(ReturnResponse {}))
    }

    async fn resolve_source_meta(
        &self,
        _: Request<ResolveSourceMetaRequest>,
    ) -> Reply<ResolveSourceMetaResponse> {
        Err(Status::unimplemented("ResolveSourceMeta"))
    }

    async fn new_container(&self, _: Request<NewContainerRequest>) -> Reply<NewContainerResponse> {
        Err(Status::unimplemented("NewContainer"))
    }

    async fn release_container(
        &self,
        _: Request<ReleaseContainerRequest>,
    ) -> Reply<ReleaseContainerResponse> {
        Err(Status::unimplemented("ReleaseContainer"))
    }

    async fn exec_process(
        &self,
        _: Request<tonic::Streaming<ExecMessage>>,
    ) -> Reply<Self::ExecProcessStream> {
        Err(Status::unimplemented("ExecProcess"))
    }

    async fn read_file_container(&self, _: Request<ReadFileRequest>) -> Reply<ReadFileResponse> {
        Err(Status::unimplemented("ReadFileContainer"))
    }

    async fn read_dir_container(&self, _: Request<ReadDirRequest>) -> Reply<ReadDirResponse> {
        Err(Status::unimplemented("ReadDirContainer"))
    }

    async fn stat_file_container(&self, _: Request<StatFileRequest>) -> Reply<StatFileResponse> {
        Err(Status::unimplemented("StatFileContainer"))
    }
}
