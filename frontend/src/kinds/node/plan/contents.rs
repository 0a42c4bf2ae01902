//! What a workspace package hands on: to the packages that build on it, and to the image.

use crate::kinds::node::workspace::PackageJson;

/// A rule of `scripts/collect.cjs`, which defines each in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutputRule {
    /// Everything but installed packages, caches and local secrets.
    Whole,
    /// `Whole` without TypeScript sources, tests and the settings of development tools.
    Compiled,
    /// `Compiled` without type declarations.
    Runtime,
}

impl OutputRule {
    /// Returns the name that the collecting script knows the rule by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Compiled => "compiled",
            Self::Runtime => "runtime",
        }
    }
}

/// Returns whether importing the package loads TypeScript: its entry points lie in its sources.
///
/// A package without any entry point and without a build is taken the same way: what dependents reach into
/// is not known, so nothing of it may be left out.
pub(super) fn exposes_sources(manifest: &PackageJson, is_built: bool) -> bool {
    let mut entries = Vec::new();
    entries.extend(manifest.main.clone());
    entries.extend(manifest.module.clone());
    entries.extend(manifest.bin.values().cloned());
    if let Some(exports) = &manifest.exports {
        collect_targets(exports, 0, &mut entries);
    }
    if entries.is_empty() {
        entries.extend(manifest.types.clone());
    }
    if entries.is_empty() {
        return !is_built;
    }
    entries.iter().any(|entry| is_typescript(entry))
}

/// Returns whether a path names TypeScript that a loader would have to compile.
pub(super) fn is_typescript(path: &str) -> bool {
    let declaration = [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|end| path.ends_with(end));
    !declaration
        && [".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .any(|end| path.ends_with(end))
}

/// Collects the file targets of an `exports` or `bin` field, whatever its nesting of conditions.
fn collect_targets(value: &serde_json::Value, depth: usize, targets: &mut Vec<String>) {
    // Conditions nest three or four deep in practice; the bound keeps a hostile file from using up the stack.
    if depth > 16 {
        return;
    }
    match value {
        serde_json::Value::String(target) => targets.push(target.clone()),
        serde_json::Value::Array(items) => {
            items
                .iter()
                .for_each(|item| collect_targets(item, depth + 1, targets));
        }
        serde_json::Value::Object(map) => {
            // `types` conditions name what the compiler reads, not what is loaded.
            map.iter()
                .filter(|(key, _)| *key != "types")
                .for_each(|(_, item)| collect_targets(item, depth + 1, targets));
        }
        _ => {}
    }
}
