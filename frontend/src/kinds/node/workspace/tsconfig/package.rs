//! Configurations that are extended by the name of a workspace package: `@acme/tsconfig/strict.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kinds::node::workspace::PackageJson;
use crate::path::join;

/// The packages of a workspace by their names, each with its directory in the context and its manifest.
pub type Packages<'a> = BTreeMap<&'a str, (String, &'a PackageJson)>;

/// Splits a module specifier into the package's name and what stands behind it.
pub(super) fn split(specifier: &str) -> (&str, &str) {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1);
    end.map_or((specifier, ""), |(at, _)| {
        (&specifier[..at], &specifier[at + 1..])
    })
}

/// Returns the files that a specifier may mean, the likeliest first; none where it names no package of the workspace.
///
/// Source: TypeScript's `nodeNextJsonConfigResolver`: `exports` where there are any, else the file with or without its
/// ending, the field `tsconfig`, and `tsconfig.json`.
pub(super) fn spellings(packages: &Packages<'_>, specifier: &str) -> Vec<String> {
    let (name, inside) = split(specifier);
    let Some((directory, manifest)) = packages.get(name) else {
        return Vec::new();
    };
    let exported = manifest
        .exports
        .as_ref()
        .and_then(|exports| exported(exports, inside));
    let named = manifest.get(&["tsconfig"]).and_then(Value::as_str);
    let plain = match inside {
        "" => vec![named.unwrap_or("tsconfig.json").to_owned()],
        inside => vec![
            inside.to_owned(),
            format!("{inside}.json"),
            format!("{inside}/tsconfig.json"),
        ],
    };
    let found = exported.into_iter().chain(plain);
    found.map(|file| join(directory, &file)).collect()
}

/// Returns the target that `exports` has for what stands behind a package's name.
fn exported(exports: &Value, inside: &str) -> Option<String> {
    let key = if inside.is_empty() {
        ".".to_owned()
    } else {
        format!("./{inside}")
    };
    let Some(map) = exports
        .as_object()
        .filter(|map| map.keys().any(|key| key.starts_with('.')))
    else {
        return target(exports).filter(|_| inside.is_empty()).map(str::to_owned);
    };
    if let Some(found) = map.get(&key) {
        return target(found).map(str::to_owned);
    }
    // Of several patterns the longest is meant. Source: nodejs.org/api/packages.html, "Subpath patterns".
    let matches = map.iter().filter_map(|(pattern, value)| {
        let (head, tail) = pattern.split_once('*')?;
        let star = key.strip_prefix(head)?.strip_suffix(tail)?;
        Some((head.len(), target(value)?.replace('*', star)))
    });
    matches.max_by_key(|(length, _)| *length).map(|(_, file)| file)
}

/// Returns the first file that a target names, whatever its conditions: a configuration has no kinds.
fn target(value: &Value) -> Option<&str> {
    match value {
        Value::String(file) => Some(file),
        Value::Object(conditions) => conditions.values().find_map(target),
        Value::Array(choices) => choices.iter().find_map(target),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    #[test]
    fn a_package_says_where_its_configurations_are() {
        let first = |manifest: &str, specifier: &str| {
            let manifest = PackageJson::parse(&SourceFile::new("package.json", manifest.to_owned())).unwrap();
            let packages = Packages::from([("@a/ts", ("tools/ts".to_owned(), &manifest))]);
            spellings(&packages, specifier).into_iter().next()
        };
        let found = |manifest: &str, specifier: &str| first(manifest, specifier).unwrap_or_default();
        assert_eq!(found("{}", "@a/ts/base.json"), "tools/ts/base.json");
        assert_eq!(found("{}", "@a/ts"), "tools/ts/tsconfig.json");
        assert_eq!(found(r#"{ "tsconfig": "./x.json" }"#, "@a/ts"), "tools/ts/x.json");
        let exports = r#"{ "exports": { ".": { "default": "./main.json" }, "./strict": "./../../strict.json",
            "./*": "./configs/*.json", "./ci/*": ["./ci/*.json"] } }"#;
        assert_eq!(found(exports, "@a/ts"), "tools/ts/main.json");
        assert_eq!(found(exports, "@a/ts/strict"), "strict.json");
        assert_eq!(found(exports, "@a/ts/node"), "tools/ts/configs/node.json");
        assert_eq!(found(exports, "@a/ts/ci/node"), "tools/ts/ci/node.json");
        assert_eq!(found(r#"{ "exports": "./x.json" }"#, "@a/ts"), "tools/ts/x.json");
        assert_eq!(found(r#"{ "exports": "./x.json" }"#, "@a/ts/y"), "tools/ts/y");
        assert_eq!(first("{}", "@b/ts/base.json"), None);
        assert_eq!(split("strict/base"), ("strict", "base"));
        assert_eq!(split("@a/ts"), ("@a/ts", ""));
    }
}
