use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use buildkit_proto::google::{protobuf::Any, rpc};
use buildkit_proto::moby::buildkit::v1::frontend::{self as wire, result::Result as WireRefs};
use prost::Message as _;
use tokio::io::AsyncWrite;
use tonic::{Code, Status};

use super::fake::{Fake, State};
use super::*;
use crate::diagnostic::{Diagnostic, Place, SourceFile};
use crate::warning::rules;

mod failure;
mod reading;

const MIB: usize = 1 << 20;

/// All capabilities that the client asks about.
const CAPS: [&str; 4] = [
    "gateway.solve.evaluate",
    "gateway.evaluate",
    "gateway.warnings",
    "frontend.inputs",
];

async fn connect(state: State) -> (Gateway, Fake) {
    let fake = Fake::new(state);
    let (ours, theirs) = tokio::io::duplex(64 << 10);
    tokio::spawn(fake.clone().serve(theirs));
    (Gateway::connect(ours).await.unwrap(), fake)
}

fn files(entries: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    entries
        .iter()
        .map(|(path, content)| ((*path).to_owned(), content.to_vec()))
        .collect()
}

fn reference() -> Reference {
    Reference {
        id: "ref-1".to_owned(),
    }
}

/// A step that failed because a file was missing *in the step*, with details larger than a usual header.
fn failed_step() -> (Status, rpc::Status) {
    let whole = rpc::Status {
        code: Code::Unknown as i32,
        message: "process \"cat x\" did not complete successfully: no such file or directory".to_owned(),
        details: vec![
            Any {
                type_url: "github.com/moby/buildkit/errdefs.Vertex+json".to_owned(),
                value: b"{}".to_vec(),
            },
            Any {
                type_url: "example.com/unknown".to_owned(),
                value: vec![0xff; 200_000],
            },
        ],
    };
    let status = Status::with_details(Code::Unknown, &whole.message, whole.encode_to_vec().into());
    (status, whole)
}

#[tokio::test]
async fn ping_keeps_what_is_enabled_and_asks_once() {
    let (gateway, fake) = connect(State {
        gateway_caps: vec!["readfile"],
        llb_caps: vec!["mergeop"],
        disabled_caps: vec!["diffop"],
        ..State::default()
    })
    .await;
    let caps = gateway.ping().await.unwrap();
    assert_eq!(caps, Capabilities::new(["readfile"], ["mergeop"]));
    assert!(caps.gateway("readfile") && caps.llb("mergeop"));
    assert!(!caps.llb("diffop") && !caps.llb("readfile") && !caps.gateway("mergeop"));
    gateway.clone().ping().await.unwrap();
    assert_eq!(fake.state().calls, ["Ping"]);
}

#[tokio::test]
async fn a_daemon_without_capabilities_has_none() {
    let (gateway, _fake) = connect(State::default()).await;
    assert_eq!(gateway.ping().await.unwrap(), Capabilities::default());
}

/// Writes into memory.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<u8>>>);

impl AsyncWrite for Recorder {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_closed_connection_is_an_error_and_never_opened_again() {
    let written = Recorder::default();
    let gateway = Gateway::connect(tokio::io::join(tokio::io::empty(), written.clone()))
        .await
        .unwrap();
    for _ in 0..3 {
        gateway.ping().await.unwrap_err();
        gateway.return_result(BuildResult::default()).await.unwrap_err();
    }
    let written = written.0.lock().unwrap();
    let prefaces = written
        .windows(14)
        .filter(|bytes| bytes == b"PRI * HTTP/2.0")
        .count();
    assert_eq!(prefaces, 1);
}

#[tokio::test]
async fn messages_may_be_as_large_as_the_daemon_sends_them() {
    let content = vec![7; 12 * MIB];
    let (gateway, _fake) = connect(State {
        files: files(&[("big", &content)]),
        ..State::default()
    })
    .await;
    let request = wire::ReadFileRequest {
        file_path: "big".to_owned(),
        ..wire::ReadFileRequest::default()
    };
    let whole = gateway.rpc().read_file(request).await.unwrap().into_inner().data;
    assert!(whole == content);
}

#[tokio::test]
async fn a_solve_passes_the_graph_and_the_cache_imports() {
    let (gateway, fake) = connect(State {
        gateway_caps: CAPS.to_vec(),
        ..State::default()
    })
    .await;
    let import = CacheImport {
        kind: "registry".to_owned(),
        attrs: BTreeMap::from([("ref".to_owned(), "example/cache".to_owned())]),
    };
    let definition = pb::Definition {
        def: vec![vec![1]],
        ..pb::Definition::default()
    };
    let request = SolveRequest {
        definition: definition.clone(),
        evaluate: true,
        cache_imports: vec![import],
    };
    assert_eq!(gateway.solve(request).await.unwrap(), reference());

    let state = fake.state();
    assert_eq!(state.calls, ["Ping", "Solve"]);
    let sent = state.solves.last().unwrap();
    assert_eq!(sent.definition.as_ref(), Some(&definition));
    assert!(sent.evaluate && sent.allow_result_return && sent.allow_result_array_ref);
    assert_eq!(sent.cache_imports[0].r#type, "registry");
    assert_eq!(sent.cache_imports[0].attrs["ref"], "example/cache");
}

#[tokio::test]
async fn a_graph_is_run_whatever_the_daemon_has_for_it() {
    let cases: [(&[&str], bool, &[&str]); 4] = [
        (&["gateway.solve.evaluate"], true, &["Ping", "Solve"]),
        (&["gateway.evaluate"], true, &["Ping", "Solve", "Evaluate"]),
        (&[], true, &["Ping", "Solve", "StatFile"]),
        (&[], false, &["Ping", "Solve"]),
    ];
    for (caps, evaluate, calls) in cases {
        let (gateway, fake) = connect(State {
            gateway_caps: caps.to_vec(),
            ..State::default()
        })
        .await;
        gateway
            .solve(SolveRequest {
                evaluate,
                ..SolveRequest::default()
            })
            .await
            .unwrap();
        assert_eq!(fake.state().calls, calls);

        fake.state().broken = Some(failed_step().0);
        let solved = gateway
            .solve(SolveRequest {
                evaluate,
                ..SolveRequest::default()
            })
            .await;
        assert_eq!(
            solved.is_err(),
            evaluate,
            "a failing step shows at once where it was to run at once"
        );
    }
}

#[tokio::test]
async fn a_failed_step_is_passed_on_unchanged_however_large() {
    let (status, whole) = failed_step();
    let caps = CAPS.to_vec();
    let (gateway, fake) = connect(State {
        gateway_caps: caps,
        broken: Some(status),
        ..State::default()
    })
    .await;
    let request = SolveRequest {
        evaluate: true,
        ..SolveRequest::default()
    };
    let failure = gateway.solve(request).await.unwrap_err();
    gateway.return_failure(&failure).await.unwrap();
    let returned = fake.state().returned.take().unwrap();
    assert_eq!(returned.error, Some(whole));
    assert_eq!(returned.result, None);
}

#[tokio::test]
async fn an_image_is_resolved_for_a_platform() {
    let (gateway, fake) = connect(State::default()).await;
    let platform = pb::Platform {
        os: "linux".to_owned(),
        architecture: "arm64".to_owned(),
        ..pb::Platform::default()
    };
    let image = gateway
        .resolve_image("node:22", Some(platform.clone()), "pull", "[internal] x")
        .await
        .unwrap();
    assert_eq!(image.reference, "docker.io/library/node:22");
    assert_eq!(image.digest, "sha256:aa");
    assert_eq!(image.config, b"{}");
    let state = fake.state();
    let sent = state.resolve.as_ref().unwrap();
    assert_eq!(sent.platform.as_ref(), Some(&platform));
    assert_eq!(
        (sent.resolve_mode.as_str(), sent.log_name.as_str()),
        ("pull", "[internal] x")
    );
}

#[tokio::test]
async fn inputs_are_read_where_the_daemon_has_them() {
    let inputs = BTreeMap::from([("context".to_owned(), pb::Definition::default())]);
    for (caps, expected) in [
        (vec!["frontend.inputs"], inputs.clone()),
        (vec![], BTreeMap::new()),
    ] {
        let state = State {
            gateway_caps: caps,
            inputs: inputs.clone(),
            ..State::default()
        };
        let (gateway, _fake) = connect(state).await;
        assert_eq!(gateway.inputs().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_warning_carries_its_lines() {
    let file = SourceFile::new("service.toml", "a\nb\nc\n");
    let place = Place {
        file,
        first_line: 2,
        last_line: 3,
        column: 0,
    };
    let warning = rules::ROOT_USER.warn("b is root").at(place);

    let (gateway, fake) = connect(State {
        gateway_caps: CAPS.to_vec(),
        ..State::default()
    })
    .await;
    gateway.warn("sha256:bb", &warning).await.unwrap();
    let sent = fake.state().warnings.pop().unwrap();
    assert_eq!(
        (sent.digest.as_str(), sent.level, sent.short.as_slice()),
        ("sha256:bb", 1, &b"RootUser: b is root (service.toml:2)"[..])
    );
    assert_eq!(sent.url, rules::ROOT_USER.url());
    assert_eq!(sent.detail, [rules::ROOT_USER.short.as_bytes()]);
    let info = sent.info.unwrap();
    assert_eq!(
        (info.filename.as_str(), info.data.as_slice()),
        ("service.toml", &b"a\nb\nc\n"[..])
    );
    let lines = |range: &pb::Range| (range.start.unwrap().line, range.end.unwrap().line);
    assert_eq!(sent.ranges.iter().map(lines).collect::<Vec<_>>(), [(2, 3)]);

    gateway
        .warn("sha256:bb", &rules::ROOT_USER.warn("somewhere"))
        .await
        .unwrap();
    let sent = fake.state().warnings.pop().unwrap();
    assert_eq!((sent.info, sent.ranges.len()), (None, 0));

    let (gateway, fake) = connect(State::default()).await;
    gateway.warn("sha256:bb", &warning).await.unwrap();
    assert_eq!(
        fake.state().calls,
        ["Ping"],
        "a daemon that cannot warn is not asked to"
    );
}

#[tokio::test]
async fn results_have_one_file_system_or_one_a_platform() {
    let id = |id: &str| wire::Ref {
        id: id.to_owned(),
        def: None,
    };
    let arm64 = || "linux/arm64".to_owned();
    let refs_of_platforms = BTreeMap::from([(arm64(), reference())]);
    let cases = [
        (Refs::Single(None), WireRefs::Ref(id(""))),
        (Refs::Single(Some(reference())), WireRefs::Ref(id("ref-1"))),
        (
            Refs::ByPlatform(refs_of_platforms),
            WireRefs::Refs(wire::RefMap {
                refs: [(arm64(), id("ref-1"))].into(),
            }),
        ),
    ];
    for (refs, expected) in cases {
        let (gateway, fake) = connect(State::default()).await;
        let metadata = BTreeMap::from([("version".to_owned(), b"1".to_vec())]);
        gateway
            .return_result(BuildResult {
                refs,
                metadata,
                ..BuildResult::default()
            })
            .await
            .unwrap();
        let returned = fake.state().returned.take().unwrap();
        assert_eq!(returned.error, None);
        let result = returned.result.unwrap();
        assert_eq!(result.result, Some(expected));
        assert_eq!(result.metadata["version"], b"1");
    }
}
