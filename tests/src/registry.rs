//! A registry of a test's own, and what is pushed to it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::command::Invocation;
use crate::{Docker, Image, Progress, repository};

/// The time to install what runs it, where the machine lacks that.
const INSTALL_LIMIT: Duration = Duration::from_secs(600);
/// The time in which it answers.
const START_LIMIT: Duration = Duration::from_secs(120);
/// How often it is asked whether it does.
const POLL: Duration = Duration::from_millis(20);

/// An empty registry on loopback, which engines of this machine trust without TLS; it ends with the test.
#[derive(Debug)]
pub struct Registry {
    server: Child,
    address: String,
    _directory: TempDir,
}

/// An image, or several platforms' images, that a build pushed.
#[derive(Debug)]
pub struct Pushed {
    /// What the engine did.
    pub progress: Progress,
    docker: Docker,
    reference: String,
}

impl Registry {
    /// Starts one.
    pub fn start() -> Self {
        let install = Invocation::new(repository().join("tests/engine/install.sh"));
        let _ = install.within(INSTALL_LIMIT).finish().succeeded();
        let directory = TempDir::with_prefix("vextrus-registry-").expect("a temporary directory");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let config = directory.path().join("config.yml");
        let data = directory.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {data:?}}}}}\nhttp: {{addr: \"{address}\"}}\n"
        );
        fs::write(&config, text).expect("a file is written");
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("docker-registry does not start: {error}"));
        let registry = Self {
            server,
            address,
            _directory: directory,
        };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(&registry.address).is_err() {
            assert!(Instant::now() < deadline, "docker-registry does not answer");
            thread::sleep(POLL);
        }
        registry
    }

    /// Returns a reference to an image in it, such as `127.0.0.1:5000/NAME`.
    pub fn reference(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// Builds the Dockerfile of a directory and pushes the image.
    pub fn push(&self, docker: &Docker, name: &str, directory: &Path) -> Pushed {
        let reference = self.reference(name);
        let build = [
            "buildx",
            "build",
            "--progress=rawjson",
            "--push",
            "--tag",
            &reference,
        ];
        let finished = docker.command(build).args([directory]).finish().succeeded();
        Pushed::new(docker.clone(), reference, Progress::parse(&finished.stderr))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Pushed {
    pub(crate) fn new(docker: Docker, reference: String, progress: Progress) -> Self {
        Self {
            progress,
            docker,
            reference,
        }
    }

    /// Returns what `docker buildx imagetools inspect` says of a field of the pushed index, such as `.SBOM`.
    pub fn inspect(&self, field: &str) -> Value {
        let format = format!("{{{{json {field}}}}}");
        let inspect = ["buildx", "imagetools", "inspect", "--format", &format];
        let text = self.docker.command(inspect).args([&self.reference]).output();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{field}: {text}"))
    }

    /// Returns its name with the registry's address.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Runs the image of a platform to its end and returns what it printed.
    pub fn printed(&self, platform: &str) -> String {
        let run = [
            "run",
            "--rm",
            "--pull=never",
            "--platform",
            platform,
            &self.reference,
        ];
        self.docker.command(run).output()
    }

    /// Returns the image as the engine keeps it under the pushed name.
    pub fn image(&self) -> Image {
        Image::existing(&self.docker, &self.reference)
    }
}

impl Drop for Pushed {
    fn drop(&mut self) {
        let remove = ["image", "rm", "--force", &self.reference];
        if !self.docker.command(remove).succeeds() {
            eprintln!("the image {} was not removed", self.reference);
        }
    }
}
