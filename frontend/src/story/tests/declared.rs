//! What a package's scripts find of the packages below: what those declare, or their code as well.

use super::*;
use crate::plan::{Action, Files as From, Mount, Network, Plan, Verb};

/// Libraries of which each uses those before it, by their build scripts, and a service over all.
fn workspace(scripts: &[&str], service: &str) -> Files {
    let mut files = Files::new();
    let mut write = |path: &str, text: String| files.insert(path.to_owned(), text.into_bytes());
    let mut lock = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n".to_owned();
    let names: Vec<String> = (0..scripts.len()).map(|number| format!("l{number}")).collect();
    let below = |count: usize| -> String {
        let names = names.iter().take(count);
        let declared: Vec<String> = names.map(|name| format!("\"{name}\":\"workspace:*\"")).collect();
        declared.join(",")
    };
    let linked = |directory: &str, count: usize| -> String {
        let link = |name: &String| {
            format!(
                "\n      {name}:\n        specifier: workspace:*\n        version: link:../../libs/{name}"
            )
        };
        let links: String = names.iter().take(count).map(link).collect();
        match count {
            0 => format!("\n  {directory}: {{}}\n"),
            _ => format!("\n  {directory}:\n    dependencies:{links}\n"),
        }
    };
    for (number, (name, script)) in names.iter().zip(scripts).enumerate() {
        let below = below(number);
        let manifest = format!(
            r#"{{"name":"{name}","main":"dist/index.js","scripts":{{"build":"{script}"}},"dependencies":{{{below}}}}}"#
        );
        write(&format!("libs/{name}/package.json"), manifest);
        lock += &linked(&format!("libs/{name}"), number);
    }
    let all = below(names.len());
    let manifest = format!(
        r#"{{"name":"s","scripts":{{"build":"{service}","start":"node dist/main.js"}},"dependencies":{{{all}}}}}"#
    );
    write("services/s/package.json", manifest);
    write(
        "services/s/service.toml",
        "# syntax=vextrus/frontend\n".to_owned(),
    );
    lock += &linked("services/s", names.len());
    write("pnpm-lock.yaml", lock);
    write("package.json", r#"{"packageManager":"pnpm@9.15.9"}"#.to_owned());
    write(
        "pnpm-workspace.yaml",
        "packages: ['services/*', 'libs/*']\n".to_owned(),
    );
    files
}

async fn plan_of(files: Files) -> Plan {
    planned_for(engine(files), &request("s")).await.unwrap().2.plan
}

/// Returns the directory of a library's outputs that lies where a package's scripts run: of several copies the last.
fn seen(plan: &Plan, package: &str, library: &str) -> Option<String> {
    let name = format!("build {package}");
    let mut steps = plan.steps.iter();
    let build = steps.find(|step| step.name.ends_with(&name) && matches!(step.does, Verb::Run(_)))?;
    let Verb::Run(run) = &build.does else { return None };
    let mut tree = run.mounts.iter().find_map(|mount| match mount {
        Mount::Work { at, files, .. } if at == "/app" => Some(files),
        _ => None,
    });
    let place = format!("/libs/{library}");
    while let Some(From::Step(id)) = tree {
        let Verb::Tree(put) = &plan.step(*id)?.does else {
            return None;
        };
        let copied = put.actions.iter().rev().find_map(|action| match action {
            Action::Copy { from, to, .. } if *to == place => Some(from.clone()),
            _ => None,
        });
        if copied.is_some() {
            return copied;
        }
        tree = Some(&put.on);
    }
    None
}

#[tokio::test]
async fn a_compiler_is_given_what_is_declared_and_whatever_else_the_code() {
    // The third stands on what the second is built with, in which only the declarations of the first lie.
    let plan = plan_of(workspace(&["tsc", "tsc", "tsup", "tsc"], "nest build")).await;
    for (package, library, expected) in [
        ("l1", "l0", "/declared"),
        ("l2", "l0", "/compiled"),
        ("l2", "l1", "/compiled"),
        ("l3", "l2", "/declared"),
        ("s", "l3", "/declared"),
    ] {
        assert_eq!(
            seen(&plan, package, library).as_deref(),
            Some(expected),
            "{package} of {library}"
        );
    }
    let plan = plan_of(workspace(&["tsc", "tsc"], "tsc && node bundle.js")).await;
    for library in ["l0", "l1"] {
        assert_eq!(
            seen(&plan, "s", library).as_deref(),
            Some("/compiled"),
            "{library}"
        );
    }
}

/// Names of classes are looked for in the text of sources, and not in what is compiled of them.
#[tokio::test]
async fn a_build_with_tools_for_styles_is_given_the_sources() {
    for (field, tool, expected) in [
        ("devDependencies", "tailwindcss", "/sources"),
        ("dependencies", "@unocss/cli", "/sources"),
        ("peerDependencies", "@pandacss/dev", "/compiled"),
        ("devDependencies", "eslint", "/compiled"),
    ] {
        let mut files = workspace(&["tsc", "tsup"], "vite build");
        let root = format!(r#"{{"packageManager":"pnpm@9.15.9","{field}":{{"{tool}":"1.0.0"}}}}"#);
        files.insert("package.json".to_owned(), root.into_bytes());
        let plan = plan_of(files).await;
        assert_eq!(seen(&plan, "s", "l1").as_deref(), Some(expected), "{tool}");
        assert_eq!(seen(&plan, "l1", "l0").as_deref(), Some(expected), "{tool}");
    }
    // What only compiles by types makes no styles.
    let mut files = workspace(&["tsc"], "tsc");
    let root = r#"{"packageManager":"pnpm@9.15.9","devDependencies":{"tailwindcss":"4.1.0"}}"#;
    files.insert("package.json".to_owned(), root.as_bytes().to_vec());
    assert_eq!(
        seen(&plan_of(files).await, "s", "l0").as_deref(),
        Some("/declared")
    );
}

#[tokio::test]
async fn who_has_missed_a_file_is_given_the_code() {
    let (read, mut facts, _) = planned_for(engine(workspace(&["tsc"], "tsc")), &request("s"))
        .await
        .unwrap();
    facts.whole.insert("services/s".to_owned());
    let planned = read.plan(&request("s"), &facts).unwrap();
    assert_eq!(seen(&planned.plan, "s", "l0").as_deref(), Some("/compiled"));
}

#[tokio::test]
async fn what_only_compiles_needs_no_network() {
    let network = async |script: &str| {
        let plan = plan_of(workspace(&[], script)).await;
        let mut runs = plan.steps.iter().filter_map(|step| match &step.does {
            Verb::Run(run) if step.name.ends_with("build s") => Some(run.network),
            _ => None,
        });
        runs.next().unwrap()
    };
    for (script, expected) in [
        ("tsc", Network::Unneeded),
        ("rimraf dist && nest build", Network::Unneeded),
        // Where rimraf is not installed it is downloaded.
        ("npx rimraf dist && nest build", Network::Asked),
        ("tsup", Network::Asked),
        ("tsc && node fetch.js", Network::Asked),
    ] {
        assert_eq!(network(script).await, expected, "{script}");
    }
}
