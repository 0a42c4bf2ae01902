//! How production dependencies are installed for a platform that builds do not run on.
//!
//! Everything that can runs on the build platform: an install only unpacks archives, and pnpm can be told for which
//! platform to choose among optional packages. Only programs that the install itself runs (compilers, install
//! scripts) need the platform, and QEMU where the machine is another one.

use super::model::{Foreign, Install};
use super::native::Native;
use crate::plan::Platform;

/// Plans the production install for a platform that builds do not run on.
///
/// `production` is the install as it is for the build platform. `choosing` returns the one that chooses packages for
/// another processor, which is given by Node's name of it.
pub(super) fn plan(
    platform: &Platform,
    native: &Native,
    production: &Install,
    choosing: impl Fn(&str) -> Install,
) -> Foreign {
    if let Some(programs) = runs_programs(native) {
        return Foreign {
            install: None,
            may_have_scripts: Vec::new(),
            why: format!("on {platform} itself: {programs}"),
        };
    }
    // An install that chooses no package by platform is one and the same step for every platform.
    let install = if native.chooses_platform {
        choosing(node_cpu(&platform.architecture))
    } else {
        production.clone()
    };
    let why = if native.may_run.is_empty() {
        "on the build platform: no package runs a program when it is installed".to_owned()
    } else {
        format!("on the build platform, or on {platform} itself where a package has an install script")
    };
    Foreign {
        install: Some(install),
        may_have_scripts: native.may_run.iter().cloned().collect(),
        why,
    }
}

/// Returns which programs an install is known to run.
fn runs_programs(native: &Native) -> Option<String> {
    if !native.compiles.is_empty() {
        let names: Vec<&str> = native.compiles.iter().take(3).map(String::as_str).collect();
        return Some(format!("{} may be compiled", names.join(", ")));
    }
    let fetched: Vec<&str> = native.prepared.iter().take(3).map(String::as_str).collect();
    (!fetched.is_empty()).then(|| {
        format!(
            "{} comes from a repository, and is built when it is fetched",
            fetched.join(", ")
        )
    })
}

/// Returns Node's name of an architecture.
///
/// Source: `process.arch` in Node's documentation; the names of Go are those of `GOARCH`.
fn node_cpu(architecture: &str) -> &str {
    match architecture {
        "amd64" => "x64",
        "386" => "ia32",
        "ppc64le" => "ppc64",
        "mips64le" => "mips64el",
        same => same,
    }
}

#[cfg(test)]
mod tests;
