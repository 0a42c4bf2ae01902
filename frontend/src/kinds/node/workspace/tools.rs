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

/// What a `nest-cli.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nest {
    /// What `nest start` runs: `<outDir>/<entryFile>`, such as `dist/main`.
    pub entry: String,
    /// Whether `nest build` may read code of other packages: it bundles, or copies files from outside of the package.
    pub reads_code: bool,
}

impl Nest {
    /// Reads the file.
    ///
    /// Where one configuration has several applications, each is compiled below its own directory, and bundled unless it
    /// says otherwise.
    pub fn parse(text: &str) -> Self {
        let parsed: Option<serde_json::Value> = serde_json::from_str(text).ok();
        let says = |path: &str| parsed.as_ref().and_then(|parsed| parsed.pointer(path));
        let string = |path: &str| says(path).and_then(serde_json::Value::as_str);
        let is_set = |path: &str| says(path).and_then(serde_json::Value::as_bool) == Some(true);
        let is_monorepo = is_set("/monorepo");
        let entry = string("/entryFile").unwrap_or("main");
        let builder = string("/compilerOptions/builder").or_else(|| string("/compilerOptions/builder/type"));
        let bundles = is_set("/compilerOptions/webpack") || is_monorepo || builder == Some("webpack");
        Self {
            entry: match string("/root").filter(|_| is_monorepo) {
                Some(root) => join("dist", &format!("{root}/{entry}")),
                None => format!("dist/{entry}"),
            },
            reads_code: bundles || parsed.is_none() || text.contains(".."),
        }
    }
}

/// What `turbo.json` puts in front of each task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// Scripts by task; a task of one package alone is `package#task`.
    before: BTreeMap<String, Vec<String>>,
    /// Tasks of other packages that tasks ask for, by package.
    asked: BTreeMap<String, BTreeSet<String>>,
}

impl Tasks {
    /// Reads the file; one that is no JSON puts nothing in front of anything.
    pub fn parse(file: &SourceFile) -> Self {
        let options = jsonc_parser::ParseOptions::default();
        let parsed = jsonc_parser::parse_to_serde_value::<Option<serde_json::Value>>(&file.text, &options);
        let config = parsed.ok().flatten().unwrap_or_default();
        let tasks = config.get("tasks").or_else(|| config.get("pipeline"));
        let tasks = tasks.and_then(serde_json::Value::as_object);
        let mut found = Self::default();
        for (task, says) in tasks.into_iter().flatten() {
            let listed = says.get("dependsOn").and_then(serde_json::Value::as_array);
            let listed = listed.into_iter().flatten().filter_map(serde_json::Value::as_str);
            for (package, task) in listed.clone().filter_map(|listed| listed.split_once('#')) {
                let asked = found.asked.entry(package.to_owned()).or_default();
                asked.insert(task.to_owned());
            }
            let name = task.rsplit('#').next().unwrap_or(task);
            let scripts = listed.filter_map(|listed| script(name, listed));
            found
                .before
                .insert(task.clone(), scripts.map(str::to_owned).collect());
        }
        found
    }

    /// Whether the task of this name is one of all packages.
    pub fn has(&self, task: &str) -> bool {
        self.before.contains_key(task)
    }

    /// Lays what a package's own file says over what that of the workspace does.
    pub fn extend(&mut self, package: &str, own: Self) {
        let tasks = own.before.into_iter();
        self.before
            .extend(tasks.map(|(task, scripts)| (format!("{package}#{task}"), scripts)));
        for (package, tasks) in own.asked {
            self.asked.entry(package).or_default().extend(tasks);
        }
    }

    /// Returns the scripts in front of a package's task, each behind those that it needs itself; in front of its build
    /// also those that tasks of other packages ask for.
    pub fn before<'a>(&'a self, package: &str, task: &'a str) -> Vec<&'a str> {
        let needs = |task: &str| {
            let own = self.before.get(&format!("{package}#{task}"));
            own.or_else(|| self.before.get(task)).into_iter().flatten()
        };
        let asked = self.asked.get(package).into_iter().flatten();
        let asked = asked.filter(|asked| task == "build" && script(task, asked).is_some());
        let mut seen = BTreeSet::from([task]);
        let mut before = Vec::new();
        let first = needs(task).chain(asked).map(String::as_str).collect::<Vec<_>>();
        // A chain may be as long as the file.
        let mut open: Vec<(&str, std::vec::IntoIter<&str>)> = vec![(task, first.into_iter())];
        while let Some((task, rest)) = open.last_mut() {
            match rest.next() {
                Some(next) if seen.insert(next) => {
                    let needs: Vec<&str> = needs(next).map(String::as_str).collect();
                    open.push((next, needs.into_iter()));
                }
                Some(_) => {}
                None => {
                    before.push(*task);
                    open.pop();
                }
            }
        }
        before.pop();
        before
    }
}

/// Returns the script that an entry of a task's `dependsOn` means, where it is ours to run.
fn script<'a>(task: &str, listed: &'a str) -> Option<&'a str> {
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
    // `^name` is the same script of a dependency; `package#name` is that package's, `$VARIABLE` nobody's to run.
    let name = listed.trim_start_matches('^');
    // Tests that ask for the package's own build come after it; those of dependencies are built anyway.
    let is_own_build = listed == "build" && task != "build";
    let is_check = CHECKS.contains(&name) && !is_own_build;
    (!name.contains(['#', '$']) && !is_check).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks(text: &str) -> Tasks {
        Tasks::parse(&SourceFile::new("turbo.json", text))
    }

    #[test]
    fn scripts_come_behind_those_that_they_need() {
        let tasks = tasks(
            r#"{ "tasks": { "build": { "dependsOn": ["^build", "codegen", "lint", "a#b", "$X"] },
                "codegen": { "dependsOn": ["fetch", "^proto"] }, "test": { "dependsOn": ["build", 1] } } }"#,
        );
        assert_eq!(tasks.before("x", "build"), ["fetch", "proto", "codegen"]);
        assert_eq!(tasks.before("x", "test"), ["fetch", "proto", "codegen", "build"]);
        assert!(tasks.before("x", "fetch").is_empty() && tasks.before("x", "none").is_empty());
    }

    #[test]
    fn a_package_has_tasks_of_its_own() {
        let mut tasks = tasks(
            r##"{ "tasks": { "build": { "dependsOn": ["codegen", "schema#generate"] }, "web#build": { "dependsOn": ["icons"] },
                "schema#generate": { "dependsOn": ["fetch"] } } }"##,
        );
        assert_eq!(tasks.before("api", "build"), ["codegen"]);
        assert_eq!(tasks.before("web", "build"), ["icons"]);
        assert_eq!(tasks.before("schema", "build"), ["codegen", "fetch", "generate"]);
        assert_eq!(tasks.before("schema", "generate"), ["fetch"]);
        tasks.extend(
            "api",
            self::tasks(r#"{ "extends": ["//"], "tasks": { "build": { "dependsOn": ["own"] } } }"#),
        );
        assert_eq!(tasks.before("api", "build"), ["own"]);
    }

    #[test]
    fn no_task_comes_before_itself() {
        let tasks = tasks(
            r#"{ "pipeline": { "build": { "dependsOn": ["a"] }, "a": { "dependsOn": ["b", "build"] }, "b": { "dependsOn": ["a", "b"] } } }"#,
        );
        assert_eq!(tasks.before("a", "build"), ["b", "a"]);
        assert_eq!(tasks.before("a", "a"), ["b", "build"]);
        assert_eq!(tasks.before("a", "b"), ["build", "a"]);
    }

    #[test]
    fn a_chain_of_tasks_has_any_length() {
        let many = 100_000;
        let chain: Vec<String> = (0..many)
            .map(|task| format!(r#""t{task}": {{ "dependsOn": ["t{}"] }}"#, task + 1))
            .collect();
        let tasks = tasks(&format!(r#"{{ "tasks": {{ {} }} }}"#, chain.join(", ")));
        assert_eq!(tasks.before("a", "t0").len(), many);
    }

    #[test]
    fn variables_of_a_configuration_are_those_that_env_reads() {
        let text = "import { env } from 'prisma/config'\nurl: env(\"DATABASE_URL\"),\nother: env( 'SHADOW_URL' ), process.env.X, env(name), env(";
        let found: Vec<_> = required_variables(text).into_iter().collect();
        assert_eq!(found, ["DATABASE_URL", "SHADOW_URL"]);
    }
}
