//! What a workspace package hands on: to the packages that build on it, and to the image.

use crate::kinds::node::workspace::PackageJson;

/// A rule of `scripts/collect.cjs`, which defines each in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutputRule {
    /// Everything but installed packages, caches and local secrets.
    Whole,
    /// `Whole` without tests and the settings of development tools.
    Sources,
    /// `Sources` without TypeScript that was compiled.
    Compiled,
    /// `Compiled` without type declarations.
    Runtime,
    /// `Compiled`, but of code whose types are declared beside it only that it is there.
    Declared,
}

impl OutputRule {
    /// Returns the name that the collecting script knows the rule by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Sources => "sources",
            Self::Compiled => "compiled",
            Self::Runtime => "runtime",
            Self::Declared => "declared",
        }
    }
}

/// What a build reads of the packages below it, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reads {
    /// What they declare: it compiles by types.
    Declarations,
    /// Their code.
    Code,
    /// The text of their sources, too, in which tools for styles look for the names of classes.
    Sources,
}

/// Whether a package has tools for styles, by what they are called: `tailwindcss`, `@unocss/cli`, `@pandacss/dev`.
pub(super) fn is_styled(manifest: &PackageJson) -> bool {
    let fields = [&manifest.dependencies, &manifest.dev_dependencies];
    fields
        .into_iter()
        .flat_map(|field| field.keys())
        .any(|name| name.contains("css"))
}

/// Returns whether importing the package loads TypeScript: its entry points lie in its sources.
///
/// A package without any entry point and without a build is taken the same way: what dependents reach into
/// is not known, so nothing of it may be left out. `any_condition` says that Node may be started with conditions of the
/// repository's own.
pub(super) fn exposes_sources(manifest: &PackageJson, is_built: bool, any_condition: bool) -> bool {
    let conditions = if any_condition {
        Conditions::ButTypes
    } else {
        Conditions::Node
    };
    let mut entries = loaded(manifest, conditions);
    if entries.is_empty() {
        entries.extend(manifest.types.clone());
    }
    if entries.is_empty() {
        return !is_built;
    }
    entries.iter().any(|entry| is_typescript(entry))
}

/// Returns the files that Node and the compiler are led to by the package's manifest.
pub(super) fn entries(manifest: &PackageJson) -> Vec<String> {
    let mut entries = loaded(manifest, Conditions::All);
    entries.extend(manifest.types.clone());
    entries
}

/// Returns the files that Node loads of the package, by the conditions that it sets itself.
pub(super) fn loaded_by_node(manifest: &PackageJson) -> Vec<String> {
    loaded(manifest, Conditions::Node)
}

/// Returns the files that code of other packages loads.
fn loaded(manifest: &PackageJson, conditions: Conditions) -> Vec<String> {
    let mut entries: Vec<String> = manifest.bin.values().cloned().collect();
    entries.extend(manifest.main.iter().chain(&manifest.module).cloned());
    if let Some(exports) = &manifest.exports {
        collect_targets(exports, conditions, 0, &mut entries);
    }
    entries
}

/// Returns whether building on the package reads its TypeScript: an entry for the compiler, or for Node, leads to it.
pub(super) fn is_compiled_against(manifest: &PackageJson) -> bool {
    let mut entries = Vec::new();
    entries.extend(manifest.types.clone());
    let fields = [manifest.exports.as_ref(), manifest.raw.get("typesVersions")];
    for field in fields.into_iter().flatten() {
        collect_targets(field, Conditions::All, 0, &mut entries);
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

/// Which conditions of `exports` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conditions {
    /// Those that Node sets by itself.
    Node,
    /// All but `types`, also those for a version of the compiler: they name what the compiler reads, not what is loaded.
    ButTypes,
    /// All.
    All,
}

impl Conditions {
    fn hold(self, key: &str) -> bool {
        /// Source: nodejs.org/api/packages.html, "Conditional exports".
        const OF_NODE: [&str; 6] = [
            "default",
            "import",
            "module-sync",
            "node",
            "node-addons",
            "require",
        ];
        match self {
            Self::Node => key.starts_with('.') || OF_NODE.contains(&key),
            Self::ButTypes => !(key == "types" || key.starts_with("types@")),
            Self::All => true,
        }
    }
}

/// Collects the file targets of an `exports`, `bin` or `typesVersions` field, whatever its nesting of conditions.
fn collect_targets(
    value: &serde_json::Value,
    conditions: Conditions,
    depth: usize,
    targets: &mut Vec<String>,
) {
    // Conditions nest three or four deep in practice; the bound keeps a hostile file from using up the stack.
    if depth > 16 {
        return;
    }
    match value {
        serde_json::Value::String(target) => targets.push(target.clone()),
        serde_json::Value::Array(items) => {
            items
                .iter()
                .for_each(|item| collect_targets(item, conditions, depth + 1, targets));
        }
        serde_json::Value::Object(map) => {
            map.iter()
                .filter(|(key, _)| conditions.hold(key))
                .for_each(|(_, item)| collect_targets(item, conditions, depth + 1, targets));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    /// Whether Node loads sources of a package that is built, and whether the compiler reads them.
    fn of(text: &str) -> (bool, bool) {
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        (
            exposes_sources(&manifest, true, false),
            is_compiled_against(&manifest),
        )
    }

    #[test]
    fn conditions_of_a_repository_count_where_node_may_be_started_with_them() {
        let text =
            r#"{"exports": {"@org/source": "./src/a.ts", "types": "./src/b.ts", "default": "./dist/a.js"}}"#;
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        assert!(exposes_sources(&manifest, true, true));
        assert!(!exposes_sources(&manifest, true, false));
    }

    #[test]
    fn what_the_compiler_reads_is_another_question_than_what_node_loads() {
        for (text, expected) in [
            (
                r#"{"main": "dist/index.js", "types": "dist/index.d.ts"}"#,
                (false, false),
            ),
            (
                r#"{"main": "dist/index.js", "types": "src/index.ts"}"#,
                (false, true),
            ),
            (
                r#"{"main": "dist/index.js", "typings": "./src/index.ts"}"#,
                (false, true),
            ),
            (r#"{"main": "src/index.ts"}"#, (true, false)),
            (
                r#"{"exports": {".": {"types": "./src/a.ts", "default": "./dist/a.js"}}}"#,
                (false, true),
            ),
            (
                r#"{"exports": {"./*": {"types@>=5": "./src/*.mts", "import": "./dist/*.js"}}}"#,
                (false, true),
            ),
            (
                r#"{"exports": {"source": "./src/a.ts", "default": "./dist/a.js"}}"#,
                (false, true),
            ),
            (
                r#"{"exports": {".": {"node": {"import": "./src/a.mts"}}}}"#,
                (true, true),
            ),
            (
                r#"{"main": "dist/a.js", "typesVersions": {"*": {"sub": ["./src/sub.ts"]}}}"#,
                (false, true),
            ),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
