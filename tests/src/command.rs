//! Programs that are run with a limit to their time.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The time that a command gets when nothing else is said. A limit tells a hang from slowness, on two cores that
/// other work keeps busy as well: it is many times what the command takes on an idle machine.
const USUAL_LIMIT: Duration = Duration::from_secs(300);
/// How often a running command is looked at.
const POLL: Duration = Duration::from_millis(10);

/// Whether everything is to end.
static ABORTED: AtomicBool = AtomicBool::new(false);

/// From now on a signal that ends a program ends the command that runs, and each that begins after it, by a panic: whoever
/// waits for one cleans up as after any other failure, and tells it in its place. What cleans up is left to its end.
///
/// # Errors
/// Signals that cannot be received.
pub fn abort_on_signals(told: &'static str) -> std::io::Result<()> {
    std::panic::set_hook(Box::new(|_| ()));
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            eprintln!("\naborted: {told}");
            ABORTED.store(true, Ordering::SeqCst);
        }
    });
    Ok(())
}

/// Says whether everything is to end.
pub fn is_aborted() -> bool {
    ABORTED.load(Ordering::SeqCst)
}

/// Watches a command while it runs.
pub trait Watch: Debug + Send + Sync {
    /// The command runs, as that process.
    fn started(&self, process: u32);
    /// The command wrote a line to its standard error.
    fn line(&self, line: &str);
}

/// A command before it runs.
#[derive(Debug)]
pub struct Invocation {
    command: Command,
    limit: Duration,
    last_words: fn(&str) -> String,
    cleans_up: bool,
    watch: Option<Arc<dyn Watch>>,
}

/// A command that ended.
#[derive(Debug)]
pub struct Finished {
    /// What it was, for messages.
    pub what: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl Invocation {
    /// Prepares a program.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        // A group of its own, so that its children end with it.
        command.stdin(Stdio::null()).process_group(0);
        Self {
            command,
            limit: USUAL_LIMIT,
            last_words: |stderr| format!("its last words:\n{}", tail(stderr)),
            cleans_up: false,
            watch: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the directory that it runs in.
    #[must_use]
    pub fn directory(mut self, directory: &std::path::Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Sets where its input comes from.
    #[must_use]
    pub fn input(mut self, input: impl Into<Stdio>) -> Self {
        self.command.stdin(input);
        self
    }

    /// Sets the longest time that it may take.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets what a test that fails at the limit says of the command, by what it wrote to its standard error.
    #[must_use]
    pub fn last_words(mut self, last_words: fn(&str) -> String) -> Self {
        self.last_words = last_words;
        self
    }

    /// Marks it as one that removes what others left: it runs to its end although everything is to end.
    #[must_use]
    pub fn cleaning_up(mut self) -> Self {
        self.cleans_up = true;
        self
    }

    /// Has somebody watch it while it runs.
    #[must_use]
    pub fn watched(mut self, watch: Arc<dyn Watch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// Runs it to its end, whatever that is; past its limit it is killed and the test fails.
    pub fn finish(mut self) -> Finished {
        let what = format!("{:?}", self.command);
        let start = Instant::now();
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{what} does not start: {error}"));
        if let Some(watch) = &self.watch {
            watch.started(child.id());
        }
        let watch = self.watch.take();
        let stdout = child.stdout.take().map(|pipe| drain(pipe, None));
        let stderr = child.stderr.take().map(|pipe| drain(pipe, watch));
        let status = await_end(&mut child, start + self.limit, self.cleans_up);
        let took = start.elapsed();
        let read = |pipe: Option<thread::JoinHandle<Vec<u8>>>| {
            pipe.and_then(|reader| reader.join().ok()).unwrap_or_default()
        };
        let (stdout, stderr) = (read(stdout), String::from_utf8_lossy(&read(stderr)).into_owned());
        let Some(status) = status else {
            assert!(start.elapsed() >= self.limit, "aborted: {what}");
            panic!(
                "{what} had not ended after {:?}; {}",
                self.limit,
                (self.last_words)(&stderr)
            );
        };
        Finished {
            what,
            status,
            stdout,
            stderr,
            took,
        }
    }

    /// Runs it and returns its output without the last line's end; any other end than success fails the test.
    pub fn output(self) -> String {
        let finished = self.finish().succeeded();
        String::from_utf8_lossy(&finished.stdout).trim_end().to_owned()
    }

    /// Runs it and says whether it succeeded.
    pub fn succeeds(self) -> bool {
        self.finish().status.success()
    }
}

impl Finished {
    /// Fails the test unless the command succeeded.
    #[must_use]
    pub fn succeeded(self) -> Self {
        assert!(
            self.status.success(),
            "{} ended with {}:\n{}",
            self.what,
            self.status,
            tail(&self.stderr)
        );
        self
    }
}

/// Waits for the end until the deadline, or until everything is to end, then kills the command's whole group.
fn await_end(child: &mut Child, deadline: Instant, cleans_up: bool) -> Option<ExitStatus> {
    loop {
        let goes_on = cleans_up || thread::panicking() || !is_aborted();
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if goes_on && Instant::now() < deadline => thread::sleep(POLL),
            _ => break,
        }
    }
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    let _ = child.wait();
    None
}

/// Reads a pipe to its end, beside the waiting: a full pipe would stop the command.
fn drain(pipe: impl Read + Send + 'static, watch: Option<Arc<dyn Watch>>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut pipe = BufReader::new(pipe);
        let Some(watch) = watch else {
            let _ = pipe.read_to_end(&mut bytes);
            return bytes;
        };
        loop {
            let start = bytes.len();
            match pipe.read_until(b'\n', &mut bytes) {
                Ok(count) if count > 0 => watch.line(&String::from_utf8_lossy(&bytes[start..])),
                _ => return bytes,
            }
        }
    })
}

/// Returns the end of a long text.
pub(crate) fn tail(text: &str) -> &str {
    let start = text.char_indices().rev().nth(6000).map_or(0, |(start, _)| start);
    &text[start..]
}
