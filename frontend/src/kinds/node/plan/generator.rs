//! Code that Prisma generates from a package's schema.
//!
//! `@prisma/client` generates it when it is installed, if a schema lies in the project; an install step has no
//! sources, so the build has to. By default the code goes into `node_modules`, beside the client.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Script;
use super::place;
use crate::kinds::node::Manager;
use crate::kinds::node::workspace::Project;

/// Returns whether the project has a schema and a client that is generated from it.
pub(super) fn is_used(project: &Project) -> bool {
    let manifest = &project.manifest;
    let declares =
        |name: &str| manifest.dependencies.contains_key(name) || manifest.dev_dependencies.contains_key(name);
    let has_schema = project.prisma.is_some() || manifest.get(&["prisma", "schema"]).is_some();
    has_schema && (declares("@prisma/client") || declares("prisma"))
}

/// Returns the command that generates, run in a directory, unless one of the scripts that run anyway does.
pub(super) fn command(
    manager: &Manager,
    project: &Project,
    runs: &[&str],
    directory: &str,
) -> Option<Script> {
    let scripts = &project.manifest.scripts;
    if !is_used(project) || runs_generator(project, runs) {
        return None;
    }
    // The repository's own script may generate more; of several the shortest is the one for this alone.
    let own = scripts
        .iter()
        .filter(|(_, text)| {
            is_generator(text)
                && !["migrate", "db push", "seed"]
                    .iter()
                    .any(|word| text.contains(word))
        })
        .min_by_key(|(_, text)| text.len());
    Some(match own {
        Some((name, _)) => Script::run(manager, &project.manifest, name, directory),
        None => {
            let declared: [&[&str]; 4] = [
                &["dependencies", "prisma"],
                &["devDependencies", "prisma"],
                &["dependencies", "@prisma/client"],
                &["devDependencies", "@prisma/client"],
            ];
            let place = place::of(&project.manifest, &declared);
            Script::new(&manager.exec(&["prisma", "generate"]), directory, place)
        }
    })
}

/// Returns the environment without which the generator does not load its configuration.
///
/// Generating connects to nothing, so any value serves; what the manifest sets comes over it.
pub(super) fn environment(project: &Project) -> BTreeMap<String, String> {
    let variables = project.prisma.iter().flat_map(|prisma| &prisma.variables);
    variables
        .map(|name| (name.clone(), "postgresql://placeholder.invalid/".to_owned()))
        .collect()
}

/// Returns whether one of the scripts, or one that they call by name, generates.
fn runs_generator(project: &Project, runs: &[&str]) -> bool {
    let scripts = &project.manifest.scripts;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<String> = runs.iter().map(|name| (*name).to_owned()).collect();
    while let Some(name) = queue.pop() {
        let Some(text) = scripts.get(&name) else { continue };
        if !seen.insert(name.clone()) {
            continue;
        }
        if is_generator(text) {
            return true;
        }
        queue.extend([format!("pre{name}"), format!("post{name}")]);
        queue.extend(text.split_whitespace().map(str::to_owned));
    }
    false
}

/// Whether a command generates.
pub(super) fn is_generator(script: &str) -> bool {
    script.contains("prisma generate") || script.contains("zenstack generate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;
    use crate::kinds::node::pnpm::fixtures::manager;
    use crate::kinds::node::workspace::{PackageJson, Prisma};

    fn project(scripts: &str) -> Project {
        let text = format!(r#"{{"dependencies": {{"@prisma/client": "6"}}, "scripts": {scripts}}}"#);
        Project {
            prisma: Some(Prisma::default()),
            ..Project::new(PackageJson::parse(&SourceFile::new("package.json", text)).unwrap())
        }
    }

    fn generated_by(scripts: &str) -> Option<String> {
        command(&manager(), &project(scripts), &["build"], "/app").map(|script| script.command.join(" "))
    }

    #[test]
    fn a_client_that_no_script_generates_is_generated() {
        assert_eq!(
            generated_by(r#"{"build": "nest build"}"#).as_deref(),
            Some("pnpm exec prisma generate")
        );
        let own = r#"{"build": "nest build", "up": "prisma migrate dev && prisma generate", "gen": "rimraf x && prisma generate"}"#;
        assert_eq!(generated_by(own).as_deref(), Some("pnpm run gen"));
    }

    #[test]
    fn a_client_that_the_build_generates_is_left_to_it() {
        for scripts in [
            r#"{"build": "prisma generate && nest build"}"#,
            r#"{"build": "nest build", "prebuild": "pnpm run gen", "gen": "npx prisma generate"}"#,
            r#"{"build": "run-s build compile", "compile": "pnpm gen && tsc", "gen": "prisma generate"}"#,
        ] {
            assert_eq!(generated_by(scripts), None, "{scripts}");
        }
    }

    #[test]
    fn without_a_schema_nothing_is_generated() {
        let plain = Project {
            prisma: None,
            ..project("{}")
        };
        assert!(!is_used(&plain));
        assert_eq!(command(&manager(), &plain, &[], "/app"), None);
    }
}
