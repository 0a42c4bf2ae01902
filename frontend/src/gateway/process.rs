//! The life of the process: one build, one Return, one exit.

use std::any::Any;
use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tonic::Code;

use super::{BuildResult, Failure, Gateway};

/// How long the daemon may take to accept the answer, which costs it no work.
const RETURN_TIMEOUT: Duration = Duration::from_secs(60);

/// Connects to BuildKit on stdin and stdout, runs the build, returns its outcome, and ends the process.
///
/// Whatever happens, the process ends: a failure, a panic and a signal to stop become the answer; where no
/// answer can be given, the reason is written to stderr. The exit code is 0 for a result that was accepted,
/// else 1. Nothing but the protocol is ever written to stdout.
pub fn run<F, Fut>(build: F) -> !
where
    F: FnOnce(Gateway) -> Fut,
    Fut: Future<Output = Result<BuildResult, Failure>>,
{
    let last_panic = LastPanic::watch();
    let code = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Err(error) => complain(&Failure::from_error("cannot start", &error)),
        Ok(runtime) => {
            let life = || runtime.block_on(live(build, &last_panic));
            let code = panic::catch_unwind(AssertUnwindSafe(life)).unwrap_or(1);
            // Exits while the runtime is alive: dropping it waits for the thread that reads stdin, which
            // BuildKit keeps open until this process has ended.
            std::process::exit(code)
        }
    };
    std::process::exit(code)
}

/// Lives through one build and returns the exit code.
async fn live<F, Fut>(build: F, last_panic: &LastPanic) -> i32
where
    F: FnOnce(Gateway) -> Fut,
    Fut: Future<Output = Result<BuildResult, Failure>>,
{
    let gateway = match Gateway::connect_stdio().await {
        Ok(gateway) => gateway,
        Err(failure) => return complain(&failure),
    };
    let building = AssertUnwindSafe(async { build(gateway.clone()).await }).catch_unwind();
    let outcome = tokio::select! {
        built = building => built.unwrap_or_else(|payload| Err(last_panic.failure(payload.as_ref()))),
        name = asked_to_stop() => {
            Err(Failure::new(Code::Cancelled, format!("the build was stopped by {name}")))
        }
    };
    match tokio::time::timeout(RETURN_TIMEOUT, answer(&gateway, outcome)).await {
        Ok(code) => code,
        Err(_) => complain(&Failure::new(
            Code::DeadlineExceeded,
            "BuildKit did not take the build's result",
        )),
    }
}

/// Gives the outcome to the daemon and returns the exit code.
async fn answer(gateway: &Gateway, outcome: Result<BuildResult, Failure>) -> i32 {
    let failure = match outcome {
        Ok(result) => match gateway.return_result(result).await {
            Ok(()) => return 0,
            Err(refusal) => refusal,
        },
        Err(failure) => failure,
    };
    match gateway.return_failure(&failure).await {
        Ok(()) => 1,
        Err(_) => complain(&failure),
    }
}

/// Waits for a signal to stop and returns its name.
async fn asked_to_stop() -> &'static str {
    tokio::select! {
        () = caught(SignalKind::interrupt()) => "SIGINT",
        () = caught(SignalKind::terminate()) => "SIGTERM",
    }
}

/// Waits for a signal; for ever, where it cannot be watched.
async fn caught(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

/// Writes a failure that nobody else can be told to stderr, and returns the exit code.
fn complain(failure: &Failure) -> i32 {
    // Where stderr is closed as well, only the exit code is left to tell.
    let _ = writeln!(io::stderr(), "{failure}");
    1
}

/// The place of the last panic, which only the panic hook learns.
struct LastPanic(Arc<Mutex<String>>);

impl LastPanic {
    /// Adds to the panic hook, which goes on writing to stderr.
    fn watch() -> Self {
        let place = Arc::new(Mutex::new(String::new()));
        let (seen, before) = (Arc::clone(&place), panic::take_hook());
        panic::set_hook(Box::new(move |info| {
            if let Some(location) = info.location() {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = format!(" at {location}");
            }
            before(info);
        }));
        Self(place)
    }

    /// Returns the failure that tells the user of a panic.
    fn failure(&self, payload: &(dyn Any + Send)) -> Failure {
        let said = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Failure::new(
            Code::Internal,
            format!("the frontend panicked{place}: {said}; this is its mistake, please report it"),
        )
    }
}
