//! The engine that tests run on, and private ones beside it.

use std::fs::OpenOptions;
use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::command::Invocation;
use crate::{Build, Workspace, repository};

/// The frontend, and the images that services of the example are built and run on.
const IMAGES: [&str; 3] = ["vextrus/frontend", "node:22-bookworm-slim", "node:22-alpine"];
/// The time to start or stop an engine, its installation included.
const ENGINE_LIMIT: Duration = Duration::from_secs(900);

/// Whose turn it is: a test has the engine for itself.
static TURN: Mutex<()> = Mutex::new(());
/// Whose turn it is among tests that build on engines of their own. One of them runs beside one of the others: to start an
/// engine and to fill it with images leaves a processor idle.
static BESIDE: Mutex<()> = Mutex::new(());

/// A client of one engine.
#[derive(Debug, Clone, Default)]
pub struct Docker {
    /// The engine's address; without one, the engine that `docker info` answers for.
    host: Option<String>,
}

impl Docker {
    /// Prepares a docker command.
    pub fn command<A: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Invocation {
        let invocation = Invocation::new("docker").args(args);
        match &self.host {
            Some(host) => invocation.env("DOCKER_HOST", host),
            None => invocation,
        }
    }

    /// Returns the engine's address, unless it is the one that `docker info` answers for.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Prepares a build of a workspace.
    pub fn build<'a>(&self, workspace: &'a Workspace) -> Build<'a> {
        Build::new(self.clone(), workspace)
    }

    /// Returns the client of the engine at an address.
    pub fn at(host: &str) -> Self {
        Self {
            host: Some(host.to_owned()),
        }
    }

    /// Says whether the engine answers.
    pub fn answers(&self) -> bool {
        self.command(["info", "--format", "{{.ServerVersion}}"])
            .within(Duration::from_secs(120))
            .succeeds()
    }
}

/// The engine that `docker info` answers for, and the turn to use it.
#[derive(Debug)]
pub struct Engine {
    docker: Docker,
    _private: Option<PrivateEngine>,
    _held: Held,
    _turn: MutexGuard<'static, ()>,
}

/// How long a test has had its turn: what it adds to the time that the whole suite takes.
#[derive(Debug)]
struct Held(Instant);

impl Drop for Held {
    /// Adds a line to the file that `VEXTRUS_TEST_TIMES` names: seconds, and the test.
    fn drop(&mut self) {
        let Some(path) = std::env::var_os("VEXTRUS_TEST_TIMES") else {
            return;
        };
        let thread = std::thread::current();
        let line = format!(
            "{:.1} {}\n",
            self.0.elapsed().as_secs_f64(),
            thread.name().unwrap_or("?")
        );
        let file = OpenOptions::new().create(true).append(true).open(path);
        // In one call: tests beside one another write whole lines.
        if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
            eprintln!("the time of a test was not written down: {error}");
        }
    }
}

impl Engine {
    /// Waits for the turn and returns the engine; without one, or without the images, the test fails.
    pub fn take() -> Self {
        Self::take_in(&TURN)
    }

    /// Takes the engine for nothing but its images, which engines of the test's own have: another test may build on it
    /// meanwhile. A test that takes both has to take this one first.
    pub fn take_beside() -> Self {
        Self::take_in(&BESIDE)
    }

    fn take_in(turn: &'static Mutex<()>) -> Self {
        static READY: OnceLock<Result<(), String>> = OnceLock::new();
        // A test that failed left the engine as it was.
        let turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let docker = Docker::default();
        let ready = READY.get_or_init(|| {
            if !docker.answers() {
                return Err("no engine answers".to_owned());
            }
            match IMAGES
                .iter()
                .find(|image| !docker.command(["image", "inspect", image]).succeeds())
            {
                Some(image) => Err(format!("the engine has no image {image}")),
                None => Ok(()),
            }
        });
        if let Err(why) = ready {
            drop(turn);
            panic!("{why}; run `make test`, which prepares an engine with the frontend and the base images");
        }
        Self {
            docker,
            _private: None,
            _held: Held(Instant::now()),
            _turn: turn,
        }
    }

    /// Takes an engine that can export OCI images, images of several platforms, caches and attestations: the same one,
    /// or one beside it where that keeps its images in the classic store, from which buildx exports none of them.
    pub fn take_exporting() -> Self {
        let mut engine = Self::take();
        if engine.store() == Store::Classic {
            let private = engine.sibling(Store::Containerd);
            // The classic store has the bases of one platform alone.
            let _ = Invocation::new(repository().join("tests/engine/bases.sh"))
                .env("DOCKER_HOST", private.host.as_deref().unwrap_or_default())
                .env("NODE", "22")
                .env("BASES", "slim alpine")
                .within(ENGINE_LIMIT)
                .finish()
                .succeeded();
            engine.docker = private.docker.clone();
            engine._private = Some(private);
        }
        engine
    }

    /// Starts a private engine beside this one, empty but for the same frontend and base images.
    pub fn sibling(&self, store: Store) -> PrivateEngine {
        self.start(&["--store", store.as_str()])
    }

    /// Starts the engine of a Debian release beside this one, with the image store that was usual then.
    pub fn of_release(&self, release: &str) -> PrivateEngine {
        self.start(&["--release", release, "--store", Store::Classic.as_str()])
    }

    fn start(&self, kind: &[&str]) -> PrivateEngine {
        self.docker.start(kind, &IMAGES)
    }
}

impl Docker {
    /// Starts a private engine beside this one with its image store, empty but for some of this one's images.
    pub fn sibling(&self, images: &[&str]) -> PrivateEngine {
        self.start(&["--store", self.store().as_str()], images)
    }

    /// Says how it keeps its images.
    pub fn store(&self) -> Store {
        let status = self
            .command(["info", "--format", "{{json .DriverStatus}}"])
            .output();
        if status.contains("io.containerd.snapshotter") {
            Store::Containerd
        } else {
            Store::Classic
        }
    }

    fn start(&self, kind: &[&str], images: &[&str]) -> PrivateEngine {
        self.start_in(kind, images, None)
    }

    /// Starts a private engine as [`Docker::sibling`], which keeps its data below a directory.
    pub fn sibling_in(&self, images: &[&str], state: &Path) -> PrivateEngine {
        self.start_in(&["--store", self.store().as_str()], images, Some(state))
    }

    fn start_in(&self, kind: &[&str], images: &[&str], state: Option<&Path>) -> PrivateEngine {
        // It is taken down however this ends.
        let mut private = PrivateEngine {
            docker: Self::default(),
            name: unique_name(),
            kind: kind.iter().map(|&word| word.to_owned()).collect(),
            state: state.map(Path::to_owned),
        };
        private.docker = Self::at(&private.up());
        // From this engine and no other: a base under another digest is another step.
        let mut save = Command::new("docker");
        if let Some(host) = &self.host {
            save.env("DOCKER_HOST", host);
        }
        let mut save = save
            .arg("save")
            .args(images)
            .stdout(Stdio::piped())
            .spawn()
            .expect("docker starts");
        let output = save.stdout.take().expect("its output is a pipe");
        let _ = private
            .command(["load", "--quiet"])
            .input(output)
            .within(ENGINE_LIMIT)
            .finish()
            .succeeded();
        assert!(
            save.wait().is_ok_and(|status| status.success()),
            "docker save failed"
        );
        private
    }
}

impl Deref for Engine {
    type Target = Docker;

    fn deref(&self) -> &Docker {
        &self.docker
    }
}

/// How an engine keeps its images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// In containerd, today's default.
    Containerd,
    /// In the engine's own graph drivers: there BuildKit has no MergeOp.
    Classic,
}

impl Store {
    fn as_str(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::Classic => "classic",
        }
    }
}

/// Returns a name that no other engine has, of this run or another one at the same time.
fn unique_name() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    // At most 11 characters: the kernel limits a process's id to 22 bits.
    format!(
        "e2e{:06x}{:02x}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// An engine that a test started; it is stopped and its data removed in the end.
#[derive(Debug)]
pub struct PrivateEngine {
    docker: Docker,
    name: String,
    /// The arguments of `up.sh` beside its name.
    kind: Vec<String>,
    /// Where it keeps its data, where that is not the usual place.
    state: Option<PathBuf>,
}

impl PrivateEngine {
    /// Starts it, and returns its address.
    fn up(&self) -> String {
        let line = self.script("up.sh").args(&self.kind).output();
        let host = line.strip_prefix("export DOCKER_HOST=");
        host.unwrap_or_else(|| panic!("up.sh printed {line:?}, not an address"))
            .to_owned()
    }

    /// Ends its daemon at once, by SIGKILL.
    pub fn kill(&self) {
        let _ = self.script("kill.sh").finish().succeeded();
    }

    /// Starts it again after it was killed, on the same data.
    pub fn start_again(&self) {
        let host = self.up();
        assert_eq!(self.host(), Some(host.as_str()));
    }

    /// Returns the address of this machine for steps of builds.
    pub fn gateway(&self) -> String {
        let format = "{{(index .IPAM.Config 0).Gateway}}";
        let found = self
            .command(["network", "inspect", "bridge", "--format", format])
            .output();
        found.split('/').next().unwrap_or_default().to_owned()
    }

    /// Prepares one of the scripts of `tests/engine` that take a name.
    fn script(&self, name: &str) -> Invocation {
        let script = Invocation::new(repository().join("tests/engine").join(name))
            .args(["--name", &self.name])
            .within(ENGINE_LIMIT);
        match self.state.as_ref().and_then(|state| state.to_str()) {
            Some(state) => script.env("VEXTRUS_STATE", state),
            None => script,
        }
    }

    /// Returns its name, by which `tests/engine` knows it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Deref for PrivateEngine {
    type Target = Docker;

    fn deref(&self) -> &Docker {
        &self.docker
    }
}

impl Drop for PrivateEngine {
    fn drop(&mut self) {
        let down = self.script("down.sh").args(["--clean"]).cleaning_up().finish();
        if !down.status.success() {
            eprintln!(
                "the private engine {} was not removed:\n{}",
                self.name, down.stderr
            );
        }
    }
}
