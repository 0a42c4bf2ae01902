//! Scripts that start a service under other names than the usual ones.

use super::{Inferred, START_SCRIPTS, developers_program};
use crate::kinds::node::plan::site;
use crate::kinds::node::workspace::PackageJson;

/// Words of a name that say what a script does.
const STARTS: [&str; 4] = ["run", "serve", "server", "start"];
/// Words of a name that say where it does it: not where people work on it.
const PRODUCTION: [&str; 11] = [
    "cluster",
    "container",
    "deployed",
    "docker",
    "heroku",
    "k8s",
    "live",
    "pm2",
    "prod",
    "production",
    "release",
];

/// Returns the scripts all of whose name says that they start something, in production or anywhere: `prod`, `start:docker`,
/// `serve`. Those for production are the first.
pub(super) fn others(manifest: &PackageJson) -> Vec<&str> {
    let is_one = |word: &str| STARTS.contains(&word) || PRODUCTION.contains(&word);
    let names = manifest.scripts.keys().map(String::as_str);
    let mut found: Vec<&str> = names
        .filter(|name| !START_SCRIPTS.contains(name) && words(name).all(is_one))
        .collect();
    found.sort_by_key(|name| !is_for_production(name));
    found
}

/// Whether the name of a script says that it starts what runs in production.
pub(in super::super) fn is_for_production(name: &str) -> bool {
    START_SCRIPTS.contains(&name) || words(name).any(|word| PRODUCTION.contains(&word))
}

/// Whether a command is a service's own program, or one that it depends on and that serves no site.
pub(super) fn is_service(start: &Inferred, manifest: &PackageJson) -> bool {
    let program = start.started().first().map_or("", String::as_str);
    let name = program.rsplit('/').next().unwrap_or(program);
    let is_installed =
        || program.starts_with("node_modules/") && developers_program(start, manifest).is_none();
    name == "node" || is_installed() && !site::is_of_sites(name)
}

/// Returns the words that a script's name is made of.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split([':', '-', '_', '.'])
}
