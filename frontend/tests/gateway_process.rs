//! The life of the frontend's process, seen from BuildKit's end of the pipes: it always answers once, it always
//! ends though its stdin stays open, and it never writes anything but the protocol to stdout.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../src/gateway/fake.rs"]
mod fake;

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use buildkit_proto::google::rpc;
use fake::{Fake, State};
use tokio::io::{AsyncRead, AsyncWrite, Join, ReadBuf};
use tokio::net::unix::pipe;
use tokio::time::{sleep, timeout};
use tonic::Code;
use tonic::transport::server::Connected;

/// Far above what any of this takes, so that only a hang reaches it.
const LIMIT: Duration = Duration::from_secs(20);

/// The example, built as it is now: cargo alone builds it only along with all other targets.
static CHILD: LazyLock<PathBuf> = LazyLock::new(|| {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            env!("CARGO_PKG_NAME"),
            "--example",
            "gateway_child",
        ])
        .args(["--profile", profile])
        .status()
        .unwrap();
    assert!(built.success());
    // target/debug/deps/gateway_process-1234 → target/debug/examples/gateway_child
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("examples/gateway_child")
});

/// BuildKit's end of the pipes of a child; emptied, it is closed.
#[derive(Clone)]
struct Pipes(Arc<Mutex<Option<Join<pipe::Receiver, pipe::Sender>>>>);

impl Pipes {
    fn with<T>(
        &self,
        poll: impl FnOnce(Pin<&mut Join<pipe::Receiver, pipe::Sender>>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match self.0.lock().unwrap().as_mut() {
            Some(pipes) => poll(Pin::new(pipes)),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }
}

impl AsyncRead for Pipes {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with(|pipes| pipes.poll_read(cx, buf))
    }
}

impl AsyncWrite for Pipes {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|pipes| pipes.poll_write(cx, buf))
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|pipes| pipes.poll_flush(cx))
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|pipes| pipes.poll_shutdown(cx))
    }
}

impl Connected for Pipes {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

/// A child, its gateway, and a second handle on its stdin, which stays open whatever the gateway does.
struct Running {
    child: Child,
    fake: Fake,
    pipes: Pipes,
    stdin: Option<OwnedFd>,
}

impl Running {
    fn start(end: &str, state: State) -> Self {
        let mut child = Command::new(&*CHILD)
            .arg(end)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = OwnedFd::from(child.stdin.take().unwrap());
        let stdout = OwnedFd::from(child.stdout.take().unwrap());
        let kept = stdin.try_clone().unwrap();
        let pipes = tokio::io::join(
            pipe::Receiver::from_owned_fd(stdout).unwrap(),
            pipe::Sender::from_owned_fd(stdin).unwrap(),
        );
        let fake = Fake::new(state);
        let pipes = Pipes(Arc::new(Mutex::new(Some(pipes))));
        tokio::spawn(fake.clone().serve(pipes.clone()));
        Self {
            child,
            fake,
            pipes,
            stdin: Some(kept),
        }
    }

    /// Waits until the child has made a call.
    async fn called(&self, name: &str) {
        let seen = async {
            while !self.fake.state().calls.contains(&name) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LIMIT, seen)
            .await
            .unwrap_or_else(|_| panic!("no call of {name}"));
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Closes all handles on the child's stdin.
    fn close_stdin(&mut self) {
        *self.pipes.0.lock().unwrap() = None;
        self.stdin = None;
    }

    /// Waits for the child's own end; kills it and fails where it hangs.
    async fn ended(mut self) -> (Output, State) {
        let start = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if start.elapsed() > LIMIT {
                self.child.kill().unwrap();
                panic!("the child hangs: {:?}", self.child.wait_with_output());
            }
            sleep(Duration::from_millis(5)).await;
        }
        let output = self.child.wait_with_output().unwrap();
        let state = std::mem::take(&mut *self.fake.state());
        (output, state)
    }
}

/// Asserts an end with this exit code, and returns the failure that was returned.
fn failure(output: &Output, state: State) -> rpc::Status {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let returned = state.returned.unwrap();
    assert_eq!(returned.result, None);
    returned.error.unwrap()
}

#[tokio::test]
async fn a_result_is_returned_once_and_the_process_ends_though_stdin_is_open() {
    // The hang that this guards against shows in most runs, not in all.
    for _ in 0..5 {
        let (output, state) = Running::start("", State::default()).ended().await;
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        assert_eq!(state.calls, ["Ping", "Return"]);
        assert_eq!(state.returned.unwrap().result.unwrap().metadata["version"], b"1");
    }
}

#[tokio::test]
async fn mistakes_are_returned_with_their_places() {
    let (output, state) = Running::start("mistakes", State::default()).ended().await;
    let status = failure(&output, state);
    assert!(status.message.contains("service.toml:1: ") && status.message.contains("service.toml:2: "));
    assert_eq!(status.details.len(), 2);
}

#[tokio::test]
async fn a_panic_is_returned_with_its_place() {
    let (output, state) = Running::start("panic", State::default()).ended().await;
    let status = failure(&output, state);
    assert_eq!(status.code, Code::Internal as i32);
    assert!(status.message.contains("out of ideas"), "{}", status.message);
    assert!(status.message.contains("gateway_child.rs:"), "{}", status.message);
    assert!(String::from_utf8_lossy(&output.stderr).contains("out of ideas"));
}

#[tokio::test]
async fn signals_end_the_build_with_an_answer() {
    for (signal, name) in [("TERM", "SIGTERM"), ("INT", "SIGINT")] {
        let running = Running::start(
            "solve",
            State {
                stuck: true,
                ..State::default()
            },
        );
        running.called("Solve").await;
        running.signal(signal);
        let (output, state) = running.ended().await;
        assert_eq!(
            failure(&output, state).message,
            format!("the build was stopped by {name}")
        );
    }
}

#[tokio::test]
async fn a_refused_result_becomes_a_failure() {
    let (output, state) = Running::start(
        "",
        State {
            refuses_results: true,
            ..State::default()
        },
    )
    .ended()
    .await;
    assert_eq!(state.calls, ["Ping", "Return", "Return"]);
    assert_eq!(failure(&output, state).message, "no such reference");
}

#[tokio::test]
async fn the_end_of_stdin_ends_the_process() {
    let mut running = Running::start(
        "solve",
        State {
            stuck: true,
            ..State::default()
        },
    );
    running.called("Solve").await;
    running.close_stdin();
    let (output, state) = running.ended().await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        !output.stderr.is_empty(),
        "what nobody could be told is on stderr"
    );
    assert_eq!(state.returned, None);
}

#[test]
fn without_a_gateway_the_process_ends_with_a_message() {
    let output = Command::new(&*CHILD).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!output.stderr.is_empty(), "{output:?}");
}
