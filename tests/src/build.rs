//! Builds with plain `docker buildx`, and what became of them.

use std::io::{Seek as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::command::{Finished, Invocation, Watch};
use crate::{Docker, Image, Progress, Pushed, Registry, Workspace};

/// The time of a build from nothing on a slow and busy machine.
pub const BUILD_LIMIT: Duration = Duration::from_secs(1200);
/// The time in which a mistake must be answered, with steps run before it is found, and with what those wait for
/// when a registry answers slowly.
const REFUSAL_LIMIT: Duration = Duration::from_secs(600);

/// A build before it runs.
#[derive(Debug)]
pub struct Build<'a> {
    docker: Docker,
    workspace: &'a Workspace,
    file: String,
    context: String,
    input: Option<Vec<u8>>,
    arguments: Vec<String>,
}

/// A build that succeeded.
#[derive(Debug)]
pub struct Built {
    /// What it made.
    pub image: Image,
    /// What the engine did.
    pub progress: Progress,
    /// How long the client took.
    pub took: Duration,
}

/// A call (`--call`, `--check`) that ended.
#[derive(Debug)]
pub struct Called {
    /// What the client printed: the answer.
    pub answer: String,
    /// What the client said of a mistake in the build's files.
    pub error: String,
    /// What the client ended with.
    pub status: i32,
}

/// A build that may have failed.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// What it made, if it did not fail.
    pub(crate) image: Option<Image>,
    /// What the client said: with a failure, the error.
    pub(crate) said: String,
    /// What the steps printed.
    pub(crate) log: String,
    /// What the step printed that the error names.
    pub(crate) failed: String,
}

/// A build that ended with an error.
#[derive(Debug)]
pub struct Refused {
    /// What the engine did before.
    pub progress: Progress,
}

impl<'a> Build<'a> {
    pub(crate) fn new(docker: Docker, workspace: &'a Workspace) -> Self {
        Self {
            docker,
            workspace,
            file: String::new(),
            context: ".".to_owned(),
            input: None,
            arguments: Vec::new(),
        }
    }

    /// Builds a service of the example by its directory below `services`.
    #[must_use]
    pub fn service(self, name: &str) -> Self {
        self.file(&format!("services/{name}/service.toml"))
    }

    /// Builds by a manifest.
    #[must_use]
    pub fn file(mut self, file: &str) -> Self {
        file.clone_into(&mut self.file);
        self
    }

    /// Builds with another context than the workspace's directory.
    #[must_use]
    pub fn context(mut self, context: &str) -> Self {
        context.clone_into(&mut self.context);
        self
    }

    /// Sets what the client reads from its standard input.
    #[must_use]
    pub fn input(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.input = Some(content.into());
        self
    }

    /// Adds arguments of `docker buildx build`.
    #[must_use]
    pub fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(args.into_iter().map(Into::into));
        self
    }

    /// Builds; a failure fails the test.
    pub fn run(self) -> Built {
        let tag = unique_tag();
        let metadata = NamedTempFile::new().expect("a temporary file");
        let metadata_path = metadata.path().to_str().expect("a path in UTF-8").to_owned();
        let docker = self.docker.clone();
        let (progress, took) = self
            .args(["--load", "--tag", &tag, "--metadata-file", &metadata_path])
            .succeed();
        let metadata = read_json(&metadata);
        let image = Image::tagged(docker, tag, digest(&metadata));
        Built {
            image,
            progress,
            took,
        }
    }

    /// Builds, and keeps nothing but the cache; a failure fails the test.
    pub fn steps(self) -> Progress {
        self.args(["--output", "type=cacheonly"]).succeed().0
    }

    /// Builds and pushes to a registry under a name of its own there; a failure fails the test.
    pub fn push(self, registry: &Registry) -> Pushed {
        let reference = registry.reference(&unique_tag());
        let docker = self.docker.clone();
        let (progress, _) = self.args(["--push", "--tag", &reference]).succeed();
        Pushed::new(docker, reference, progress)
    }

    /// Builds and loads the image, however that ends; a hang fails the test.
    pub(crate) fn attempt(self, limit: Duration, watch: Option<Arc<dyn Watch>>) -> Attempt {
        let tag = unique_tag();
        let metadata = NamedTempFile::new().expect("a temporary file");
        let metadata_path = metadata.path().to_str().expect("a path in UTF-8").to_owned();
        let docker = self.docker.clone();
        let mut command = self
            .args(["--load", "--tag", &tag, "--metadata-file", &metadata_path])
            .command(&["--progress=rawjson", "--provenance=false"])
            .within(limit)
            .last_words(still_running);
        if let Some(watch) = watch {
            command = command.watched(watch);
        }
        let finished = command.finish();
        let progress = Progress::parse(&finished.stderr);
        let made = finished.status.success();
        Attempt {
            image: made.then(|| Image::tagged(docker, tag, digest(&read_json(&metadata)))),
            said: progress.text().to_owned(),
            log: progress.log(),
            failed: progress.failed(),
        }
    }

    /// Builds and returns what was done, and in what time; a failure fails the test.
    fn succeed(self) -> (Progress, Duration) {
        let finished = self.finish(BUILD_LIMIT);
        let progress = Progress::parse(&finished.stderr);
        assert!(
            finished.status.success(),
            "the build failed:\n{}\n{}",
            progress.log(),
            progress.text()
        );
        (progress, finished.took)
    }

    /// Runs the client with the arguments alone, and with variables of its environment, however that ends.
    pub fn client(self, variables: &[(&str, &str)]) -> Finished {
        let mut command = self.command(&[]).within(BUILD_LIMIT);
        for (name, value) in variables {
            command = command.env(name, value);
        }
        command.finish()
    }

    /// Builds what cannot be built; a success, a crash or a hang fails the test.
    pub fn refused(self) -> Refused {
        let docker = self.docker.clone();
        let finished = self.args(["--output", "type=cacheonly"]).finish(REFUSAL_LIMIT);
        let progress = Progress::parse(&finished.stderr);
        assert!(
            !finished.status.success(),
            "the build succeeded, with the warnings {:?}",
            progress.warnings()
        );
        let refused = Refused { progress };
        for crash in CRASHES {
            assert!(
                !refused.message().contains(crash),
                "the frontend did not end cleanly:\n{}",
                refused.message()
            );
        }
        let errors = refused
            .message()
            .lines()
            .filter(|line| line.starts_with("ERROR: "))
            .count();
        assert_eq!(errors, 1, "one error is expected:\n{}", refused.message());
        assert!(docker.answers(), "the engine does not answer any more");
        refused
    }

    /// Asks about the build; a step that runs for it fails the test.
    pub fn call(self) -> Called {
        let finished = self.finish(REFUSAL_LIMIT);
        let progress = Progress::parse(&finished.stderr);
        assert_eq!(progress.ran(), Vec::<&str>::new(), "steps ran for an answer");
        Called {
            answer: String::from_utf8(finished.stdout).expect("an answer is text"),
            error: progress.text().to_owned(),
            status: finished.status.code().expect("buildx ends by itself"),
        }
    }

    fn finish(self, limit: Duration) -> Finished {
        self.command(&["--progress=rawjson", "--provenance=false"])
            .within(limit)
            .last_words(still_running)
            .finish()
    }

    fn command(&self, flags: &[&str]) -> Invocation {
        // buildx's own name for a frontend in place of the one that manifests name.
        let syntax =
            std::env::var("BUILDKIT_SYNTAX").map(|image| format!("--build-arg=BUILDKIT_SYNTAX={image}"));
        let command = self
            .docker
            .command(["buildx", "build", "--file", &self.file])
            .args(flags)
            .args(syntax.ok())
            .args(&self.arguments)
            .args([&self.context])
            .directory(self.workspace.root());
        match &self.input {
            Some(content) => {
                let mut file = tempfile::tempfile().expect("a temporary file");
                file.write_all(content).expect("a file is written");
                file.rewind().expect("a file has a beginning");
                command.input(file)
            }
            None => command,
        }
    }
}

/// What the engine says of a frontend that crashed, ended without an answer, or had an answer that it did not expect.
const CRASHES: [&str; 5] = [
    "panicked",
    "internal error",
    "no result for incomplete build",
    "frontend grpc server closed",
    "error reading from server",
];

/// Says whether an error is that of a frontend that did not end cleanly.
pub(crate) fn is_crash(error: &str) -> bool {
    CRASHES.iter().any(|crash| error.contains(crash))
}

impl Refused {
    /// Returns the whole of what the user sees: the places with their lines, then the error.
    pub fn message(&self) -> &str {
        self.progress.text()
    }
}

/// Says of a build that did not end what the engine was at, by the records that it had printed.
pub(crate) fn still_running(records: &str) -> String {
    format!("the engine was at:\n{}", Progress::parse(records).at_its_end())
}

/// Returns the digest of the image's manifest, which names all that is in the image.
pub(crate) fn digest(metadata: &Value) -> String {
    metadata["containerimage.digest"]
        .as_str()
        .expect("the metadata has a digest")
        .to_owned()
}

pub(crate) fn read_json(file: &NamedTempFile) -> Value {
    let text = std::fs::read_to_string(file.path()).expect("the metadata file is there");
    serde_json::from_str(&text).expect("the metadata is JSON")
}

/// Returns a tag that no other build has, of this run or another one at the same time.
pub(crate) fn unique_tag() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!(
        "vextrus-e2e:{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
