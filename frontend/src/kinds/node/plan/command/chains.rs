//! Programs that run scripts one after the other: `run-s` and `npm-run-all`.

use crate::kinds::node::workspace::PackageJson;

/// Whether a program runs scripts one by one, unless it is told otherwise.
pub(super) fn is_runner(program: &str) -> bool {
    ["npm-run-all", "npm-run-all2", "run-s"].contains(&program)
}

/// Returns what a shell would run for the arguments of such a program; none where scripts run side by side, or where there is
/// none.
///
/// Source: npm-run-all's documentation, "Glob-like pattern matching for script names".
pub(super) fn one_by_one(manifest: &PackageJson, arguments: &[String]) -> Option<String> {
    const SIDE_BY_SIDE: [&str; 2] = ["-p", "--parallel"];
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .take_while(|word| *word != "--")
        .collect();
    if arguments.iter().any(|word| SIDE_BY_SIDE.contains(word)) {
        return None;
    }
    let written = arguments.into_iter().filter(|word| !word.starts_with('-'));
    let commands = written.flat_map(|word| {
        let (pattern, rest) = word.split_once(' ').unwrap_or((word, ""));
        let names = manifest.scripts.keys().filter(|name| fits(name, pattern));
        names
            .map(|name| format!("npm run {name} {rest}").trim_end().to_owned())
            .collect::<Vec<_>>()
    });
    let commands: Vec<String> = commands.collect();
    (!commands.is_empty()).then(|| commands.join(" && "))
}

/// Whether a name fits a pattern: `*` is one part between colons, `**` any number of them.
fn fits(name: &str, pattern: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return name == pattern;
    };
    let is_deep = rest.starts_with('*');
    name.strip_prefix(head)
        .is_some_and(|tail| !tail.is_empty() && (is_deep || !tail.contains(':')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    #[test]
    fn scripts_are_run_one_by_one() {
        let text = r#"{ "scripts": { "a": "x", "b:x": "x", "b:y": "x", "b:y:z": "x" } }"#;
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        for (arguments, expected) in [
            ("a b:x", Some("npm run a && npm run b:x")),
            ("-s a b:*", Some("npm run a && npm run b:x && npm run b:y")),
            (
                "b:** -- --port 1",
                Some("npm run b:x && npm run b:y && npm run b:y:z"),
            ),
            ("'a -- --port 1'", Some("npm run a -- --port 1")),
            ("a --parallel b:*", None),
            ("-p a", None),
            ("missing", None),
            ("", None),
        ] {
            let words = shlex::split(arguments).unwrap();
            assert_eq!(one_by_one(&manifest, &words).as_deref(), expected, "{arguments}");
        }
    }
}
