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
use crate::lint::rules;

mod failure;

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
async fn large_files_are_read_in_parts() {
    for (size, calls) in [
        (0, 1),
        (1, 1),
        (8 * MIB - 1, 1),
        (8 * MIB, 2),
        (8 * MIB + 1, 2),
        (17 * MIB, 3),
    ] {
        let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let (gateway, fake) = connect(State {
            files: files(&[("f", &content)]),
            ..State::default()
        })
        .await;
        assert!(
            gateway.read_file(&reference(), "f", 32 * MIB).await.unwrap() == content,
            "{size}"
        );
        assert_eq!(fake.state().calls.len(), calls, "{size}");
    }
}

#[tokio::test]
async fn a_file_over_the_callers_bound_is_refused() {
    let (gateway, fake) = connect(State {
        files: files(&[("f", &[1; 11])]),
        ..State::default()
    })
    .await;
    for (max, fits) in [
        (0, false),
        (10, false),
        (11, true),
        (12, true),
        (usize::MAX, true),
    ] {
        assert_eq!(
            gateway.read_file(&reference(), "f", max).await.is_ok(),
            fits,
            "{max}"
        );
    }
    fake.state().calls.clear();
    let failure = gateway
        .read_file_if_exists(&reference(), "f", 10)
        .await
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "f is larger than the 10 bytes that are read of such a file"
    );
    assert_eq!(fake.state().calls, ["ReadFile"]);
}

#[tokio::test]
async fn a_missing_file_is_told_from_a_file_that_cannot_be_read() {
    let present = files(&[("a/b/c.json", b"x"), ("d[1].json", b"y")]);
    let (gateway, fake) = connect(State {
        files: present,
        ..State::default()
    })
    .await;
    type Case = (&'static str, Option<&'static [u8]>, &'static [&'static str]);
    let cases: [Case; 9] = [
        ("a/b/c.json", Some(b"x"), &["ReadFile"]),
        ("/a/b/c.json", Some(b"x"), &["ReadFile"]),
        ("d[1].json", Some(b"y"), &["ReadFile"]),
        ("none", None, &["ReadFile", "ReadDir"]),
        ("d[2].json", None, &["ReadFile", "ReadDir"]),
        ("./a//b/none", None, &["ReadFile", "ReadDir"]),
        ("a/none/c.json", None, &["ReadFile", "ReadDir", "ReadDir"]),
        ("a/b/c.json/d", None, &["ReadFile", "ReadDir", "ReadDir"]),
        (
            "none/none/none",
            None,
            &["ReadFile", "ReadDir", "ReadDir", "ReadDir"],
        ),
    ];
    for (path, content, calls) in cases {
        fake.state().calls.clear();
        let read = gateway
            .read_file_if_exists(&reference(), path, MIB)
            .await
            .unwrap();
        assert_eq!(read.as_deref(), content, "{path}");
        assert_eq!(fake.state().calls, calls, "{path}");
    }
    // Present, but no regular file.
    gateway
        .read_file_if_exists(&reference(), "a/b", MIB)
        .await
        .unwrap_err();
    gateway
        .read_file_if_exists(&reference(), "../a", MIB)
        .await
        .unwrap_err();
    gateway
        .read_file_if_exists(&reference(), "", MIB)
        .await
        .unwrap_err();
}

#[tokio::test]
async fn a_failing_graph_is_no_missing_file() {
    let (status, whole) = failed_step();
    let (gateway, _fake) = connect(State {
        broken: Some(status),
        ..State::default()
    })
    .await;
    let failure = gateway
        .read_file_if_exists(&reference(), "a/b", MIB)
        .await
        .unwrap_err();
    assert_eq!(failure.to_status(), whole);
    assert_eq!(
        gateway.stat(&reference(), "a").await.unwrap_err().to_status(),
        whole
    );
}

#[tokio::test]
async fn stat_and_listing_tell_files_from_directories() {
    let present = files(&[("a/b", b"xyz"), ("c", b"")]);
    let (gateway, _fake) = connect(State {
        files: present,
        ..State::default()
    })
    .await;
    let file = gateway.stat(&reference(), "a/b").await.unwrap().unwrap();
    assert_eq!((file.path.as_str(), file.is_dir, file.size), ("b", false, 3));
    let directory = gateway.stat(&reference(), "a/").await.unwrap().unwrap();
    assert_eq!((directory.path.as_str(), directory.is_dir), ("a", true));
    assert_eq!(gateway.stat(&reference(), "/").await.unwrap().unwrap().path, "/");
    assert_eq!(gateway.stat(&reference(), "x").await.unwrap(), None);

    let names = |entries: Vec<Stat>| {
        entries
            .into_iter()
            .map(|e| (e.path, e.is_dir))
            .collect::<Vec<_>>()
    };
    let all = gateway.read_dir(&reference(), "/", None).await.unwrap();
    assert_eq!(names(all), [("a".to_owned(), true), ("c".to_owned(), false)]);
    let one = gateway.read_dir(&reference(), "/", Some("c")).await.unwrap();
    assert_eq!(names(one), [("c".to_owned(), false)]);
    gateway.read_dir(&reference(), "x", None).await.unwrap_err();
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
