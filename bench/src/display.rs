//! What is shown while it runs: a line for each result, and on a terminal a line below for what is being done.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the line for what is being done is drawn again.
const TICK: Duration = Duration::from_secs(1);

/// The progress of a benchmark on standard error.
#[derive(Debug)]
pub(crate) struct Display {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    terminal: bool,
    over: AtomicBool,
    /// What is being done, since when.
    status: Mutex<Option<(String, Instant)>>,
}

impl Display {
    /// Begins.
    pub(crate) fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shared = Arc::new(Shared {
            start: Instant::now(),
            terminal,
            over: AtomicBool::new(false),
            status: Mutex::new(None),
        });
        let ticking = Arc::clone(&shared);
        let ticker = terminal.then(|| {
            thread::spawn(move || {
                while !ticking.over.load(Ordering::Relaxed) {
                    ticking.draw();
                    thread::park_timeout(TICK);
                }
            })
        });
        Self { shared, ticker }
    }

    /// Says what is being done from now on.
    pub(crate) fn doing(&self, what: &str) {
        *self.shared.lock() = Some((what.to_owned(), Instant::now()));
        if self.shared.terminal {
            self.shared.draw();
        } else {
            eprintln!("{} {what}", clock(self.shared.start.elapsed()));
        }
    }

    /// Says what came of it, in a line that stays.
    pub(crate) fn done(&self, what: &str) {
        *self.shared.lock() = None;
        let clear = if self.shared.terminal { "\r\x1b[2K" } else { "" };
        eprintln!("{clear}{} {what}", clock(self.shared.start.elapsed()));
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(ticker) = self.ticker.take() {
            ticker.thread().unpark();
            let _ = ticker.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(String, Instant)>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) {
        if let Some((what, since)) = &*self.lock() {
            let (all, this) = (clock(self.start.elapsed()), clock(since.elapsed()));
            eprint!("\r\x1b[2K{all} {what} … {this}");
            let _ = std::io::stderr().flush();
        }
    }
}

/// Returns minutes and seconds.
fn clock(time: Duration) -> String {
    format!("{:02}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn the_clock_counts_minutes() {
        assert_eq!(super::clock(Duration::from_secs(4271)), "71:11");
    }
}
