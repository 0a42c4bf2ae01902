//! Projects made as users make them: by the framework's own tool, with today's lockfile.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::Starter;
use crate::{Docker, Releases, Workspace};

/// Where tools run: the image that the frontend sets dependencies up in, so that nothing else is needed.
const IMAGE: &str = "node:22-bookworm-slim";
/// The time that a tool gets, or pnpm to resolve.
const LIMIT: Duration = Duration::from_secs(600);
/// The major of pnpm that makes the lockfiles.
const MAJOR: u64 = 10;

/// Containers that make projects. They share what npm and pnpm have downloaded.
#[derive(Debug)]
pub(super) struct Tools {
    docker: Docker,
    home: TempDir,
    pnpm: String,
}

impl Tools {
    pub(super) fn new(docker: &Docker) -> Self {
        Self {
            docker: docker.clone(),
            home: TempDir::with_prefix("vextrus-starters-").expect("a temporary directory"),
            pnpm: Releases::of_pnpm().version(MAJOR).to_owned(),
        }
    }

    /// Makes a project in the directory `app` of a workspace, with its lockfile; fails with what the tool said.
    pub(super) fn make(&self, starter: &Starter) -> Result<Workspace, String> {
        let workspace = Workspace::empty();
        match (&starter.tool, &starter.make) {
            (Some(tool), Some(make)) => {
                self.run(workspace.root(), &make.replace("{tool}", tool))?;
            }
            (None, None) => copy(&starter.files(), &workspace.path("app")),
            _ => return Err("the list has a `tool` without `make`, or the other way round".to_owned()),
        }
        if !workspace.path("app/package.json").exists() {
            return Err("the tool left no app/package.json".to_owned());
        }
        if !workspace.path("app").join(starter.lockfile()).exists() {
            self.run(workspace.root(), &format!("cd app && {}", starter.locks()))?;
        }
        Ok(workspace)
    }

    /// Makes the lockfile of a project of ours anew.
    pub(super) fn relock(&self, starter: &Starter) -> Result<(), String> {
        let _ = fs::remove_file(starter.files().join(starter.lockfile()));
        let made = self.make(starter)?;
        let copied = fs::copy(
            made.path("app").join(starter.lockfile()),
            starter.files().join(starter.lockfile()),
        );
        copied.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Runs a shell script in a directory that it owns.
    fn run(&self, directory: &Path, script: &str) -> Result<(), String> {
        let owner = fs::metadata(directory).map_err(|error| error.to_string())?;
        let name = format!("vextrus-starter-{}", std::process::id());
        // Killing the client at the limit leaves the container.
        let _container = Removed(&self.docker, &name);
        let set_up = format!(
            "export PATH=$HOME/pnpm/bin:$PATH\n\
             [ -e $HOME/pnpm/bin/pnpm ] || npm install --silent --global --prefix $HOME/pnpm pnpm@{}\n",
            self.pnpm
        );
        let user = format!("--user={}:{}", owner.uid(), owner.gid());
        let finished = self
            .docker
            .command(["run", "--rm", "--name", &name, &user, "--workdir=/work"])
            .args([format!("--volume={}:/work", directory.display())])
            .args([format!("--volume={}:/home/tools", self.home.path().display())])
            .args([
                "--env=HOME=/home/tools",
                "--env=CI=1",
                "--env=npm_config_yes=true",
            ])
            // A project needs no compiled dependencies: what the tool installs on the way is thrown away.
            .args([
                "--env=npm_config_ignore_scripts=true",
                "--env=npm_config_update_notifier=false",
            ])
            .args([IMAGE, "sh", "-ec", &(set_up + script)])
            .within(LIMIT)
            .finish();
        if finished.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&finished.stdout).into_owned() + &finished.stderr;
        Err(format!("making it failed:\n{}", super::last_lines(&said)))
    }
}

/// A container that is gone in the end, whatever becomes of what runs it.
struct Removed<'a>(&'a Docker, &'a str);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        let remove = self.0.command(["rm", "--force", "--volumes", self.1]);
        let _ = remove.cleaning_up().finish();
    }
}

/// Copies a directory with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory is made");
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries.map(|entry| entry.expect("a name")) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        // What a look at the project by hand left.
        if path.is_dir() && !path.ends_with("node_modules") {
            copy(&path, &target);
        } else if path.is_file() {
            fs::copy(&path, &target).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}
