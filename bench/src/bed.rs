//! An engine that one builder has for itself.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use vextrus_e2e::{Docker, Image, Invocation, Layer, PrivateEngine, Workspace, is_aborted};

use crate::meter::Meter;

/// The frontend's image.
pub(crate) const FRONTEND: &str = "vextrus/frontend";
/// What the base image is called while another one has its name.
const ORIGINAL: &str = "vextrus-bench/base:original";
/// The time to count an engine's disk.
const DISK_LIMIT: Duration = Duration::from_secs(600);

/// A private engine with the base images and the frontend, and what is known of it.
#[derive(Debug)]
pub(crate) struct Bed {
    /// The images that stay, as a user's would; they go before the engine does.
    pub(crate) images: Vec<Image>,
    /// The layers of those images.
    pub(crate) layers: BTreeSet<Layer>,
    /// How its use is measured.
    pub(crate) meter: Meter,
    /// The engine.
    pub(crate) engine: PrivateEngine,
    data: String,
    empty_bytes: u64,
}

impl Bed {
    /// Starts an engine with these images beside another one that has them.
    pub(crate) fn start(docker: &Docker, images: &[&str]) -> Self {
        let engine = docker.sibling(images);
        let data = engine
            .command(["info", "--format", "{{.DockerRootDir}}"])
            .output();
        let empty_bytes = disk_bytes(&data);
        Self {
            images: Vec::new(),
            layers: BTreeSet::new(),
            meter: Meter::of(engine.name()),
            engine,
            data,
            empty_bytes,
        }
    }

    /// Returns what its disk grew by from before its first build, in bytes.
    pub(crate) fn disk_bytes(&self) -> u64 {
        disk_bytes(&self.data).saturating_sub(self.empty_bytes)
    }

    /// Puts an image with one more layer in the place of a base, until `restore_base`.
    pub(crate) fn change_base(&self, base: &str, run: usize) {
        let directory = Workspace::empty();
        directory
            .write("Dockerfile", format!("FROM {ORIGINAL}\nCOPY update /etc/\n"))
            .write("update", format!("{run}\n"));
        let _ = self.engine.command(["tag", base, ORIGINAL]).finish().succeeded();
        let build = ["buildx", "build", "--load", "--provenance=false", "--tag", base];
        let _ = self
            .engine
            .command(build)
            .args([directory.root()])
            .finish()
            .succeeded();
    }

    /// Gives a base its name back.
    pub(crate) fn restore_base(&self, base: &str) {
        let _ = self.engine.command(["tag", ORIGINAL, base]).finish().succeeded();
    }
}

/// Returns the bytes that a directory takes on disk; it is root's.
fn disk_bytes(directory: &str) -> u64 {
    let du = [
        "du",
        "--summarize",
        "--one-file-system",
        "--block-size=1",
        directory,
    ];
    let counted = Invocation::new("sudo").args(["--non-interactive"]).args(du);
    let counted = if is_root() {
        Invocation::new("du").args(&du[1..])
    } else {
        counted
    };
    // Files that go while it counts are no failure.
    let finished = counted.within(DISK_LIMIT).finish();
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    text.split_ascii_whitespace()
        .next()
        .and_then(|bytes| bytes.parse().ok())
        .unwrap_or(0)
}

fn is_root() -> bool {
    Invocation::new("id").args(["-u"]).output() == "0"
}

/// Runs something that fails as a test does, and returns why it failed; only an abort goes on.
///
/// # Errors
/// What the harness said.
pub(crate) fn attempt<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        if is_aborted() {
            resume_unwind(panic);
        }
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        text.unwrap_or_else(|| "a failure without a message".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{Workspace, attempt};

    #[test]
    fn a_failure_is_told() {
        assert_eq!(attempt(|| 7), Ok(7));
        let told = attempt(|| Workspace::empty().read("absent.toml")).unwrap_err();
        assert!(told.starts_with("absent.toml: "), "{told}");
    }
}
