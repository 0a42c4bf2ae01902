//! What the configurations of build tools say of a project: Prisma's, Nest's, Turborepo's. Pure: text in, data out.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::SourceFile;
use crate::path::join;

/// Returns the variables that a configuration reads with `env("NAME")`, which throws where one is not set.
pub fn required_variables(text: &str) -> BTreeSet<String> {
    let calls = text
        .match_indices("env(")
        .map(|(at, call)| text.get(at + call.len()..).unwrap_or_default());
    let names = calls.filter_map(|rest| {
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    });
    names
        .filter(|name| is_variable(name))
        .map(str::to_owned)
        .collect()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns what `nest start` runs by its `nest-cli.json`: `<outDir>/<entryFile>`.
///
/// Where one configuration has several applications, each is compiled below its own directory.
pub fn nest_entry(text: &str) -> String {
    let parsed: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let string = |key: &str| parsed.get(key).and_then(serde_json::Value::as_str);
    let entry = string("entryFile").unwrap_or("main");
    let is_monorepo = parsed.get("monorepo").and_then(serde_json::Value::as_bool) == Some(true);
    match string("root").filter(|_| is_monorepo) {
        Some(root) => join("dist", &format!("{root}/{entry}")),
        None => format!("dist/{entry}"),
    }
}

/// Returns the scripts that `turbo.json` puts in front of each task.
pub fn tasks_before(file: &SourceFile) -> BTreeMap<String, Vec<String>> {
    let options = jsonc_parser::ParseOptions::default();
    let parsed = jsonc_parser::parse_to_serde_value::<Option<serde_json::Value>>(&file.text, &options);
    let Ok(Some(config)) = parsed else {
        return BTreeMap::new();
    };
    let tasks = config.get("tasks").or_else(|| config.get("pipeline"));
    let Some(tasks) = tasks else {
        return BTreeMap::new();
    };
    let names = tasks.as_object().into_iter().flat_map(|tasks| tasks.keys());
    names
        .map(|task| {
            let mut found = Vec::new();
            add_tasks_before(tasks, task, &mut BTreeSet::new(), &mut found);
            (task.clone(), found)
        })
        .collect()
}

/// Adds the tasks in front of another, each behind those that it needs itself.
fn add_tasks_before(
    tasks: &serde_json::Value,
    task: &str,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<String>,
) {
    /// Tasks that judge the sources and make nothing, and the build itself.
    const CHECKS: [&str; 8] = [
        "build",
        "check",
        "check-types",
        "clean",
        "format",
        "lint",
        "test",
        "typecheck",
    ];
    let listed = tasks.get(task).and_then(|task| task.get("dependsOn")?.as_array());
    for listed in listed.into_iter().flatten().filter_map(serde_json::Value::as_str) {
        // `^name` is the same script of a dependency; `package#name` and `$VARIABLE` are not ours to run.
        let name = listed.trim_start_matches('^');
        // Tests that ask for the package's own build come after it; those of dependencies are built anyway.
        let is_own_build = listed == "build" && task != "build";
        let is_check = CHECKS.contains(&name) && !is_own_build;
        if name.contains(['#', '$']) || is_check || !seen.insert(name.to_owned()) {
            continue;
        }
        add_tasks_before(tasks, name, seen, found);
        found.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_a_configuration_are_those_that_env_reads() {
        let text = "import { env } from 'prisma/config'\nurl: env(\"DATABASE_URL\"),\nother: env( 'SHADOW_URL' ), process.env.X, env(name), env(";
        let found: Vec<_> = required_variables(text).into_iter().collect();
        assert_eq!(found, ["DATABASE_URL", "SHADOW_URL"]);
    }
}
