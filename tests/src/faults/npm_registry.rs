//! A registry of packages on this machine that can go wrong.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::moment::Lookout;
use super::packages::{Lie, Packages};

/// The name of the registry for steps of builds, which are told its address.
pub(super) const HOST: &str = "registry.faults.test";
/// How long a stalled answer is held back, at most. pnpm 11 gives up before, after the time that the workspaces say;
/// older ones wait for the rest of an archive for as long as the connection is open.
const STALL: Duration = Duration::from_secs(8);
/// How long an answer takes during which something goes wrong elsewhere.
const PAUSE: Duration = Duration::from_millis(600);

/// How a registry goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It refuses connections.
    Refuses,
    /// It sends half of an answer, and then nothing.
    Stalls,
    /// It sends half of an answer and closes the connection.
    Truncates,
    /// It answers with an error.
    Answers(u16),
    /// It sends other bytes under the same name.
    Lies(Lie),
}

/// When a registry goes wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Disorder {
    pub(super) wrong: Wrong,
    /// The requests that it answers before.
    pub(super) after: u64,
    /// The requests that it answers wrongly; all of them without a number. One that refuses connections does so for as
    /// many half seconds.
    pub(super) count: Option<u64>,
}

#[derive(Debug, Default)]
struct State {
    disorder: Option<Disorder>,
    connections: u64,
    requests: u64,
    wrong: u64,
    refuses_since: Option<Instant>,
    lookout: Option<Arc<Lookout>>,
    ended: bool,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    packages: Packages,
    port: u16,
}

/// A registry on every address of this machine, on one port; it ends with its value.
#[derive(Debug)]
pub(super) struct NpmRegistry(Arc<Shared>);

impl NpmRegistry {
    /// Starts one of some packages, which are told the port.
    pub(super) fn start(packages: impl FnOnce(u16) -> Packages) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            packages: packages(port),
            port,
        });
        let server = shared.clone();
        thread::spawn(move || server.serve(listener));
        Self(shared)
    }

    /// Returns its packages.
    pub(super) fn packages(&self) -> &Packages {
        &self.0.packages
    }

    /// Goes wrong from here on.
    pub(super) fn disorder(&self, disorder: Disorder) {
        let mut state = self.0.state();
        *state = State {
            disorder: Some(disorder),
            ..State::default()
        };
        drop(state);
        if disorder.after == 0 {
            self.0.wake();
        }
    }

    /// Counts requests for somebody from here on.
    pub(super) fn count_for(&self, lookout: Arc<Lookout>) {
        self.0.state().lookout = Some(lookout);
    }

    /// Does what it should from here on, and says how many requests it answered wrongly.
    pub(super) fn mend(&self) -> u64 {
        let mut state = self.0.state();
        let wrong = state.wrong;
        *state = State::default();
        drop(state);
        self.0.changed.notify_all();
        wrong
    }
}

impl Drop for NpmRegistry {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.changed.notify_all();
        self.0.wake();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the server look at its state, where it waits for a connection.
    fn wake(&self) {
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }

    fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut listener = Some(listener);
        loop {
            if self.state().ended {
                return;
            }
            if self.refuses() {
                listener = None;
                let state = self.state();
                let _ = self.changed.wait_timeout(state, Duration::from_millis(50));
                continue;
            }
            let Some(open) = &listener else {
                listener = TcpListener::bind(("0.0.0.0", self.port)).ok();
                thread::sleep(Duration::from_millis(10));
                continue;
            };
            let Ok((stream, _)) = open.accept() else { continue };
            if self.refuses() {
                continue;
            }
            self.state().connections += 1;
            let server = self.clone();
            // A client that goes away is its own affair.
            thread::spawn(move || _ = server.answer(&stream));
        }
    }

    /// Says whether connections are to be refused now.
    fn refuses(&self) -> bool {
        let mut state = self.state();
        let Some(disorder) = state.disorder.filter(|disorder| disorder.wrong == Wrong::Refuses) else {
            return false;
        };
        if state.connections < disorder.after {
            return false;
        }
        let since = *state.refuses_since.get_or_insert_with(Instant::now);
        let time = disorder.count.map(|count| Duration::from_millis(500 * count));
        let refuses = time.is_none_or(|time| since.elapsed() < time);
        state.wrong = state.wrong.max(1);
        refuses
    }

    /// Counts a request and says how it is to go wrong.
    fn wrong(&self) -> Option<Wrong> {
        let mut state = self.state();
        state.requests += 1;
        let disorder = state.disorder?;
        let is_wrong = state.requests > disorder.after
            && disorder.count.is_none_or(|count| state.wrong < count)
            && disorder.wrong != Wrong::Refuses;
        is_wrong.then(|| {
            state.wrong += 1;
            disorder.wrong
        })
    }

    /// Answers one request and closes the connection.
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut request = String::new();
        reader.read_line(&mut request)?;
        if request.is_empty() {
            return Ok(());
        }
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let path = request.split_whitespace().nth(1).unwrap_or("/");
        let found = self.packages.at(path);
        let (mut status, mut body) = match found {
            Some(body) => (200, body),
            None => (404, Vec::new()),
        };
        let lookout = self.state().lookout.clone();
        let takes_long = lookout.is_some_and(|lookout| lookout.request());
        let wrong = self.wrong();
        match wrong {
            Some(Wrong::Answers(code)) => (status, body) = (code, b"{\"error\":\"as asked for\"}".to_vec()),
            Some(Wrong::Lies(lie)) => body = self.packages.lie(path, lie),
            _ => {}
        }
        let head = format!(
            "HTTP/1.1 {status} Answer\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        match wrong {
            Some(wrong @ (Wrong::Stalls | Wrong::Truncates)) => {
                stream.write_all(&body[..body.len() / 2])?;
                stream.flush()?;
                if wrong == Wrong::Stalls {
                    self.hold();
                }
                Ok(())
            }
            _ => {
                let (first, second) = body.split_at(if takes_long { body.len() / 2 } else { 0 });
                if takes_long {
                    stream.write_all(first)?;
                    stream.flush()?;
                    thread::sleep(PAUSE);
                }
                stream.write_all(second)
            }
        }
    }

    /// Waits until the registry is mended.
    fn hold(&self) {
        let end = Instant::now() + STALL;
        let mut state = self.state();
        while state.disorder.is_some() && !state.ended && Instant::now() < end {
            let waited = self.changed.wait_timeout(state, Duration::from_millis(200));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
