//! What a project is developed with and does not run: compilers, linters, test runners with all that they reach.
//!
//! The services of a monorepo are as a rule developed with the same tools, which are most of the packages that an
//! install for development holds. Installed on their own they are one step for all of them. Which ones these are
//! follows from the project alone: a change in another one moves nothing here.

use std::collections::BTreeSet;

use super::closure::{Closure, Scope};
use super::dep_path::{DepPath, Reference};
use super::lockfile::{Lockfile, ResolvedDependency};
use crate::diagnostic::Diagnostics;

/// How many packages a development dependency has to add: with the small ones, such as type declarations, services
/// would differ more often than their sharing them is worth.
const LARGE: usize = 40;

/// How many packages all together have to exceed, for one more run of pnpm to be worth it.
const WORTHWHILE: usize = 400;

/// A development dependency, and the packages that it reaches.
struct Tool<'a> {
    alias: &'a str,
    dependency: &'a ResolvedDependency,
    reaches: BTreeSet<DepPath>,
}

/// Returns the closure of the root's tools and the large tools of a project, all as tools of the root; `None` where
/// an install of them is not worth its time, and for the root itself.
///
/// # Errors
/// An entry that leads nowhere, a malformed entry.
pub fn closure(lockfile: &Lockfile, id: &str) -> Result<Option<Closure>, Diagnostics> {
    let Some(importer) = lockfile.importer(id)?.filter(|_| id != ".") else {
        return Ok(None);
    };
    let mut closure = Closure::of(lockfile, &[], Scope::Development { include_root: true })?;
    closure.root_tools = true;
    let mut root = closure.importers.remove(".").unwrap_or_default();
    let of_root = lockfile.importer(".")?.unwrap_or_default();
    let runs: BTreeSet<&str> = importer
        .dependencies
        .keys()
        .chain(importer.optional_dependencies.keys())
        .map(String::as_str)
        .collect();
    let mut tools = Vec::new();
    for (alias, dependency) in &importer.dev_dependencies {
        let Reference::Package(path) = dependency.reference(alias, lockfile.version()) else {
            continue;
        };
        if of_root.get(alias).is_some() || differs_with(&path, &runs) {
            continue;
        }
        let reached = Closure::of_package(lockfile, path, id)?;
        // What lies in the repository is installed with the project that it belongs to.
        if reached.edges.is_empty() && reached.outside.is_empty() && reached.importers.is_empty() {
            tools.push(Tool {
                alias,
                dependency,
                reaches: reached.packages,
            });
        }
    }
    // The largest first, so that one that is a part of another does not count.
    tools.sort_by_key(|tool| std::cmp::Reverse(tool.reaches.len()));
    for tool in tools {
        if tool.reaches.difference(&closure.packages).count() >= LARGE {
            closure.packages.extend(tool.reaches);
            root.dev_dependencies
                .insert(tool.alias.to_owned(), tool.dependency.clone());
        }
    }
    closure.importers.insert(".".to_owned(), root);
    Ok((closure.packages.len() > WORTHWHILE).then_some(closure))
}

/// Whether a tool is resolved with what the project runs (a framework's testing module): projects that run something
/// else have another one under the same name. So may those whose peers the lockfile has as a hash alone.
fn differs_with(tool: &DepPath, runs: &BTreeSet<&str>) -> bool {
    tool.peers().any(|peer| {
        let outermost = peer.split('(').next().unwrap_or_default();
        outermost
            .rsplit_once('@')
            .is_none_or(|(name, _)| name.is_empty() || runs.contains(name))
    })
}

#[cfg(test)]
mod tests;
