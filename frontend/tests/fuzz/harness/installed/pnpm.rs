//! The real pnpm.

use std::path::Path;
use std::process::Command;

use super::directory::Directory;

/// A program of pnpm.
#[derive(Debug)]
pub(super) struct Pnpm<'a>(&'a Path);

impl<'a> Pnpm<'a> {
    pub(super) fn new(program: &'a Path) -> Self {
        Self(program)
    }

    /// Runs pnpm in a directory.
    ///
    /// # Errors
    /// What it says where it fails.
    pub(super) fn run(&self, directory: &Directory, arguments: &[&str]) -> Result<(), String> {
        let ran = Command::new("node")
            .arg(self.0)
            .args(arguments)
            .args(["--ignore-scripts", "--prefer-offline"])
            .current_dir(directory.path())
            .env("CI", "true")
            .env("npm_config_update_notifier", "false")
            .env("npm_config_manage_package_manager_versions", "false")
            .output()
            .unwrap();
        if ran.status.success() {
            return Ok(());
        }
        let said = [ran.stdout, ran.stderr].concat();
        Err(format!(
            "pnpm {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&said)
        ))
    }
}
