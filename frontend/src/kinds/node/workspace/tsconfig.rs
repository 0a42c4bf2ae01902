//! What a package's TypeScript configuration reads outside of the package.
//!
//! `extends` and `references` are followed from file to file, also into packages of the workspace; `paths`, `include`, `files`, `rootDirs` and
//! `typeRoots` name sources. All paths are relative to the context. Source of the rules: the TypeScript
//! handbook's TSConfig reference.

mod package;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::PackageJson;
use crate::path::join;
pub use package::Packages;

/// Whether a file's text is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The file's text.
    Text(String),
    /// There is no such file.
    Absent,
    /// Nobody has looked yet.
    Unknown,
}

/// What a chain of configurations reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Configuration files of the chain that exist, with their texts.
    pub configs: BTreeMap<String, String>,
    /// Files and directories that hold sources; the part of a pattern before its first `*`.
    pub sources: BTreeSet<String>,
    /// Output directories.
    pub outputs: BTreeSet<String>,
    /// Configurations that `references` lead to.
    pub references: BTreeSet<String>,
    /// Packages that hold configurations of the chain.
    pub packages: BTreeSet<String>,
    /// For each configuration that says so, whether the compiler is to write nothing (`noEmit`).
    idle: BTreeMap<String, bool>,
    /// For each configuration those that it extends, each by the files that may be meant.
    extends: BTreeMap<String, Vec<Vec<String>>>,
}

impl Scan {
    /// Whether the compiler writes nothing by a configuration: what it says itself counts, else what it extends, the last
    /// first.
    pub fn is_without_output(&self, config: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![config];
        while let Some(config) = open.pop() {
            if !seen.insert(config) {
                continue;
            }
            if let Some(is_idle) = self.idle.get(config) {
                return *is_idle;
            }
            let extended = self.extends.get(config).into_iter().flatten();
            let found = extended.filter_map(|spellings| {
                let mut spellings = spellings.iter();
                spellings.find(|path| self.configs.contains_key(*path))
            });
            open.extend(found.map(String::as_str));
        }
        false
    }
}

/// Whether a script of a package compiles what the configuration refers to as well (`tsc --build`).
pub fn builds_by_references(manifest: &PackageJson) -> bool {
    manifest.scripts.values().any(|script| {
        let mut words = script.split_whitespace();
        words.any(|word| word == "tsc" || word.ends_with("/tsc"))
            && words.any(|word| word == "-b" || word == "--build")
    })
}

/// How many configurations may follow from each other in a row: each is read when the one before is known.
pub const LONGEST_CHAIN: usize = 200;

/// Follows configurations, as far as their texts are at hand, and goes on from there.
#[derive(Debug)]
pub struct Follower {
    scan: Scan,
    seen: BTreeSet<String>,
    /// Files to follow: the spellings of one that are left, of which the first that exists is meant, and how many
    /// configurations led to it.
    queue: VecDeque<(VecDeque<String>, usize)>,
    too_long: Option<String>,
}

impl Follower {
    /// Begins with configurations.
    pub fn new(start: &[String]) -> Self {
        Self {
            scan: Scan::default(),
            seen: start.iter().cloned().collect(),
            queue: start.iter().map(|path| ([path.clone()].into(), 0)).collect(),
            too_long: None,
        }
    }

    /// Follows all files whose texts are at hand, each once, and returns those that have to be looked up to go on.
    pub fn advance(&mut self, packages: &Packages<'_>, lookup: impl Fn(&str) -> Lookup) -> BTreeSet<String> {
        let mut unknown = BTreeSet::new();
        let mut waiting = VecDeque::new();
        while let Some((mut spellings, depth)) = self.queue.pop_front() {
            let Some(path) = spellings.front() else { continue };
            match lookup(path) {
                Lookup::Absent => {
                    spellings.pop_front();
                    self.queue.push_front((spellings, depth));
                }
                Lookup::Unknown => {
                    unknown.insert(path.clone());
                    waiting.push_back((spellings, depth));
                }
                Lookup::Text(text) => self.read(packages, path, &text, depth),
            }
        }
        self.queue = waiting;
        unknown
    }

    fn read(&mut self, packages: &Packages<'_>, path: &str, text: &str, depth: usize) {
        for next in read(packages, path, text, &mut self.scan) {
            if !next.first().is_some_and(|first| self.seen.insert(first.clone())) {
                continue;
            }
            match depth < LONGEST_CHAIN {
                true => self.queue.push_back((next.into(), depth + 1)),
                false => _ = self.too_long.get_or_insert_with(|| path.to_owned()),
            }
        }
        self.scan.configs.insert(path.to_owned(), text.to_owned());
    }

    /// Returns what was found.
    ///
    /// # Errors
    /// The configuration at the end of a chain that is longer than [`LONGEST_CHAIN`].
    pub fn finish(self) -> Result<Scan, String> {
        match self.too_long {
            Some(path) => Err(path),
            None => Ok(self.scan),
        }
    }
}

/// Reads one configuration and returns the configurations that it names.
///
/// A configuration that does not parse is left to the compiler, whose message is better than ours.
fn read(packages: &Packages<'_>, path: &str, text: &str, scan: &mut Scan) -> Vec<Vec<String>> {
    let Ok(Some(config)) =
        jsonc_parser::parse_to_serde_value::<Option<Value>>(text, &jsonc_parser::ParseOptions::default())
    else {
        return Vec::new();
    };
    let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let mut extends = Vec::new();
    for extended in strings(config.get("extends")) {
        // A name is a package's, which a build has as a dependency; what that of the workspace extends may be anywhere.
        if extended.starts_with('.') {
            let target = join(directory, extended);
            extends.push(vec![
                target.clone(),
                format!("{target}.json"),
                format!("{target}/tsconfig.json"),
            ]);
        } else if !extended.starts_with('/') {
            scan.packages.insert(package::split(extended).0.to_owned());
            extends.push(package::spellings(packages, extended));
        }
    }
    let mut next = extends.clone();
    if !extends.is_empty() {
        scan.extends.insert(path.to_owned(), extends);
    }
    for reference in config
        .get("references")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Some(target) = reference.get("path").and_then(Value::as_str) {
            let target = join(directory, target);
            if target.ends_with(".json") {
                scan.sources.insert(
                    target
                        .rsplit_once('/')
                        .map_or(".", |(parent, _)| parent)
                        .to_owned(),
                );
                scan.references.insert(target.clone());
                next.push(vec![target]);
            } else {
                scan.sources.insert(target.clone());
                let target = format!("{target}/tsconfig.json");
                scan.references.insert(target.clone());
                next.push(vec![target]);
            }
        }
    }
    let options = config.get("compilerOptions").unwrap_or(&Value::Null);
    if let Some(is_idle) = options.get("noEmit").and_then(Value::as_bool) {
        scan.idle.insert(path.to_owned(), is_idle);
    }
    let base = options
        .get("baseUrl")
        .and_then(Value::as_str)
        .map_or_else(|| directory.to_owned(), |base| join(directory, base));
    let mapped = options
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    for target in mapped.flat_map(|(_, targets)| strings(Some(targets))) {
        add_source(scan, &base, target);
    }
    for key in ["rootDirs", "typeRoots"] {
        strings(options.get(key))
            .into_iter()
            .for_each(|target| add_source(scan, directory, target));
    }
    for key in ["include", "files"] {
        strings(config.get(key))
            .into_iter()
            .for_each(|target| add_source(scan, directory, target));
    }
    if let Some(output) = options.get("outDir").and_then(Value::as_str) {
        scan.outputs.insert(join(directory, output));
    }
    next
}

fn add_source(scan: &mut Scan, base: &str, pattern: &str) {
    if pattern.contains("node_modules") || pattern.starts_with("${") {
        return;
    }
    let fixed: Vec<&str> = pattern
        .split('/')
        .take_while(|part| !part.contains(['*', '?']))
        .collect();
    scan.sources.insert(join(base, &fixed.join("/")));
}

/// Returns a string, or the strings of a list.
fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diagnostic::SourceFile;

    fn scan_of(files: &[(&str, &str)]) -> Scan {
        let files: BTreeMap<_, _> = files.iter().copied().collect();
        let mut follower = Follower::new(&["a/tsconfig.json".to_owned()]);
        let unknown = follower.advance(&Packages::new(), |path| {
            files
                .get(path)
                .map_or(Lookup::Absent, |text| Lookup::Text((*text).to_owned()))
        });
        assert!(unknown.is_empty());
        follower.finish().unwrap()
    }

    #[test]
    fn extends_and_references_are_followed_through_spellings() {
        let scan = scan_of(&[
            (
                "a/tsconfig.json",
                r#"{ // a comment
                "extends": ["../base", "@org/tsconfig/node.json"], "references": [{"path": "../lib"}], }"#,
            ),
            (
                "base.json",
                r#"{"extends": "./config/root.json", "compilerOptions": {"outDir": "dist"}}"#,
            ),
            ("config/root.json", r#"{"extends": "tsconfig-strict"}"#),
            ("lib/tsconfig.json", r#"{"include": ["src/**/*"]}"#),
        ]);
        let configs: Vec<_> = scan.configs.keys().map(String::as_str).collect();
        assert_eq!(
            configs,
            [
                "a/tsconfig.json",
                "base.json",
                "config/root.json",
                "lib/tsconfig.json"
            ]
        );
        assert_eq!(
            scan.sources.iter().map(String::as_str).collect::<Vec<_>>(),
            ["lib", "lib/src"]
        );
        assert_eq!(
            scan.outputs.iter().map(String::as_str).collect::<Vec<_>>(),
            ["dist"]
        );
        assert_eq!(scan.references.len(), 1);
        assert!(scan.references.contains("lib/tsconfig.json"));
        assert_eq!(
            scan.packages.iter().map(String::as_str).collect::<Vec<_>>(),
            ["@org/tsconfig", "tsconfig-strict"]
        );
    }

    #[test]
    fn what_a_configuration_says_of_its_output_counts_before_what_it_extends() {
        let scan = scan_of(&[
            (
                "a/tsconfig.json",
                r#"{"extends": ["../emits.json", "../idle"], "references": [{"path": "./build.json"}]}"#,
            ),
            (
                "a/build.json",
                r#"{"extends": "./tsconfig.json", "compilerOptions": {"noEmit": false}}"#,
            ),
            ("emits.json", r#"{"compilerOptions": {"noEmit": false}}"#),
            (
                "idle.json",
                r#"{"extends": "./a/tsconfig.json", "compilerOptions": {"noEmit": true}}"#,
            ),
        ]);
        assert!(scan.is_without_output("a/tsconfig.json"));
        assert!(scan.is_without_output("idle.json"));
        assert!(!scan.is_without_output("a/build.json"));
        assert!(!scan.is_without_output("emits.json"));
        assert!(!scan.is_without_output("other.json"));
    }

    #[test]
    fn mapped_paths_are_relative_to_the_base_url() {
        let scan = scan_of(&[(
            "a/tsconfig.json",
            r#"{"compilerOptions": {"baseUrl": "..", "paths": {"@x/*": ["libs/*/src"], "y": ["y/index.ts"]}}}"#,
        )]);
        assert_eq!(
            scan.sources.iter().map(String::as_str).collect::<Vec<_>>(),
            ["libs", "y/index.ts"]
        );
    }

    #[test]
    fn a_script_that_builds_by_references_is_one_of_the_compiler() {
        for (script, expected) in [
            ("tsc --build", true),
            ("rimraf lib && npx tsc -b tsconfig.build.json --force", true),
            ("node_modules/.bin/tsc --verbose --build", true),
            ("tsc -p . && vite build", false),
            ("tsup --build", false),
        ] {
            let text = format!(r#"{{ "scripts": {{ "compile": "{script}" }} }}"#);
            let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
            assert_eq!(builds_by_references(&manifest), expected, "{script}");
        }
    }

    #[test]
    fn a_circle_ends_and_what_was_not_looked_up_is_named() {
        let scan_circle = scan_of(&[
            ("a/tsconfig.json", r#"{"extends": "./b.json"}"#),
            ("a/b.json", r#"{"extends": "./tsconfig.json"}"#),
        ]);
        assert_eq!(scan_circle.configs.len(), 2);
    }

    /// Looks up one more file a round, as the engine is asked, and returns what was found and how often a file was asked
    /// for.
    fn followed(length: usize) -> (Result<Scan, String>, usize) {
        let text = |path: &str| {
            let number: usize = path.strip_prefix("a/c")?.strip_suffix(".json")?.parse().ok()?;
            (number < length).then(|| format!("{{\"extends\": \"./c{}.json\"}}", number + 1))
        };
        let mut known: BTreeMap<String, Lookup> = BTreeMap::new();
        let mut follower = Follower::new(&["a/c0.json".to_owned()]);
        let asked = std::cell::Cell::new(0);
        loop {
            let unknown = follower.advance(&Packages::new(), |path| {
                asked.set(asked.get() + 1);
                known.get(path).cloned().unwrap_or(Lookup::Unknown)
            });
            if unknown.is_empty() {
                return (follower.finish(), asked.get());
            }
            for path in unknown {
                let found = text(&path).map_or(Lookup::Absent, Lookup::Text);
                known.insert(path, found);
            }
        }
    }

    #[test]
    fn a_chain_is_followed_in_a_time_of_its_length() {
        let (found, asked) = followed(100);
        assert_eq!(found.unwrap().configs.len(), 100);
        assert!(asked < 300, "{asked}");
    }

    #[test]
    fn a_chain_has_an_end() {
        let (found, asked) = followed(3_000);
        assert_eq!(found.unwrap_err(), format!("a/c{LONGEST_CHAIN}.json"));
        assert!(asked < 1_000, "{asked}");
        assert_eq!(followed(LONGEST_CHAIN).0.unwrap().configs.len(), LONGEST_CHAIN);
    }
}
