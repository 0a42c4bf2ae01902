//! The real package managers, on the manifests of a workspace.

use std::time::Duration;

use vextrus_e2e::{Docker, Workspace};

/// The time to resolve a workspace, with the metadata of all its packages.
const LIMIT: Duration = Duration::from_secs(600);

/// A package manager at an exact version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manager {
    /// Without a version that of Node's image.
    Npm(Option<String>),
    Pnpm(String),
}

impl Manager {
    /// Returns the name of its lockfile.
    pub(crate) fn lockfile(&self) -> &'static str {
        match self {
            Self::Npm(_) => "package-lock.json",
            Self::Pnpm(_) => "pnpm-lock.yaml",
        }
    }

    /// Returns the version that has to be installed, if one has to be.
    pub(crate) fn version(&self) -> Option<&str> {
        match self {
            Self::Npm(version) => version.as_deref(),
            Self::Pnpm(version) => Some(version),
        }
    }

    /// Says whether a lockfile has a package, by its name and version; npm's by its name alone, which lies in one
    /// place at the root.
    pub(crate) fn holds(&self, lockfile: &str, package: &str) -> bool {
        match self {
            Self::Npm(_) => {
                let name = package.split('@').next().unwrap_or(package);
                lockfile.contains(&format!("\"node_modules/{name}\""))
            }
            Self::Pnpm(_) => lockfile.contains(package),
        }
    }

    /// Returns the command that adds a dependency to a package of a workspace, by its name and directory, and to the
    /// lockfile.
    pub(crate) fn add(&self, name: &str, directory: &str, package: &str) -> String {
        match self {
            Self::Npm(_) => {
                let member = match directory {
                    "." => String::new(),
                    _ => format!("--workspace '{name}' "),
                };
                format!(
                    "npm install {member}--package-lock-only --ignore-scripts --no-audit --no-fund {package}"
                )
            }
            Self::Pnpm(_) => format!("pnpm --filter '{name}' add --lockfile-only --ignore-scripts {package}"),
        }
    }

    /// Runs a command of it in a container, in a workspace that holds manifests and settings.
    ///
    /// # Errors
    /// What it said.
    pub(crate) fn run(
        &self,
        docker: &Docker,
        image: &str,
        workspace: &Workspace,
        command: &str,
    ) -> Result<(), String> {
        let package = match self {
            Self::Npm(_) => "npm",
            Self::Pnpm(_) => "pnpm",
        };
        let install = self.version().map_or(String::new(), |version| {
            format!("npm install --global --silent {package}@{version} && ")
        });
        let script = format!("{install}{command}");
        let mount = format!("--volume={}:/workspace", workspace.root().display());
        let flags = [
            "run",
            "--rm",
            "--env=CI=true",
            "--workdir=/workspace",
            &mount,
            "--entrypoint=sh",
        ];
        let finished = docker
            .command(flags)
            .args([image, "-c", &script])
            .within(LIMIT)
            .finish();
        if finished.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&finished.stdout).into_owned();
        Err(format!("{command}:\n{said}{}", finished.stderr))
    }
}

#[cfg(test)]
mod tests {
    use super::Manager;

    #[test]
    fn a_member_is_named_and_a_package_alone_is_not() {
        let npm = Manager::Npm(None);
        assert!(
            npm.add("@shop/api", "apps/api", "slash@3.0.0")
                .starts_with("npm install --workspace '@shop/api' --package-lock-only ")
        );
        assert!(
            npm.add("frontend", ".", "slash@3.0.0")
                .starts_with("npm install --package-lock-only ")
        );
    }

    #[test]
    fn a_lockfile_tells_what_it_holds() {
        let npm = Manager::Npm(None);
        let lockfile = "\"node_modules/slash\": { \"version\": \"5.0.0\" }";
        assert!(npm.holds(lockfile, "slash@3.0.0") && !npm.holds(lockfile, "leven@3.1.0"));
        let pnpm = Manager::Pnpm("9.15.9".to_owned());
        assert!(pnpm.holds("  slash@3.0.0:\n", "slash@3.0.0") && !pnpm.holds("slash@5.0.0", "slash@3.0.0"));
    }
}
