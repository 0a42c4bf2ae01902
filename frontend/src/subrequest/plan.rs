//! `--call=plan`: which steps the build has, and why each value is what it is.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::outline::Value;
use super::text::{command, table};
use super::{Answer, VERSION};
use crate::diagnostic::Diagnostic;
use crate::options::Options;
use crate::plan::{Contents, Install, PackageBuild, Plan, Script};
use crate::story::Decided;

/// The largest plan that is told whole, in bytes: an answer has to fit into a message of 16 MiB, twice.
const MAX_BYTES: usize = 6 << 20;

/// # Errors
/// Where the plan cannot be written as JSON, which is a mistake of ours.
pub(super) fn answer(decided: &Decided, options: &Options) -> Result<Answer, Diagnostic> {
    let plan = &decided.planned.plan;
    let mut json = serde_json::to_value(plan).map_err(Diagnostic::internal)?;
    if json.to_string().len() > MAX_BYTES {
        shorten(&mut json);
    }
    let mut text = format!(
        "PLAN:   {}, target {}\nFILE:   {}\n\n",
        plan.package,
        plan.target.name(),
        options.filename
    );
    text.push_str(&Value::table(&Value::all(decided)));
    text.push('\n');
    text.push_str(&table(3, ["STEP", "FROM", "RUNS"], &steps(plan)));
    Ok(Answer::new(json, text, VERSION))
}

/// Replaces the texts of the files that installs are given by their sizes.
fn shorten(plan: &mut Json) {
    let Some(plan) = plan.as_object_mut() else {
        return;
    };
    plan.get_mut("production").into_iter().for_each(shorten_install);
    let installs = plan.get_mut("installs").and_then(Json::as_object_mut);
    installs
        .into_iter()
        .flat_map(|installs| installs.values_mut())
        .for_each(shorten_install);
}

fn shorten_install(install: &mut Json) {
    let files = install.get_mut("files").and_then(Json::as_object_mut);
    for text in files.into_iter().flat_map(|files| files.values_mut()) {
        *text = json!({ "bytes": text.as_str().map_or(0, str::len) });
    }
    install.get_mut("tools").into_iter().for_each(shorten_install);
}

/// Returns the steps in the order in which they could run one by one: what each is, the line that asks for it, and
/// what it runs.
fn steps(plan: &Plan) -> Vec<[String; 3]> {
    let tools = &plan.toolchain;
    let mut steps = vec![[
        format!("set up pnpm {}", tools.pnpm),
        tools.origin.as_ref().map(ToString::to_string).unwrap_or_default(),
        format!("npm install, on {}", tools.image),
    ]];
    let mut installed = BTreeSet::new();
    let mut with_tools = BTreeSet::new();
    let mut install = |key: &str, steps: &mut Vec<[String; 3]>| {
        let below = |install: &&str| plan.installs.get(*install)?.on.as_deref();
        let chain = std::iter::successors(Some(key), below);
        let mut chain: Vec<&str> = chain
            .take_while(|key| installed.insert((*key).to_owned()))
            .collect();
        chain.reverse();
        let chain = chain
            .into_iter()
            .filter_map(|key| Some((plan.installs.get(key)?, key)));
        for (install, key) in chain {
            if let Some(tools) = &install.tools
                && with_tools.insert(&tools.files)
            {
                steps.push(install_step(tools, "of tools"));
            }
            steps.push(install_step(install, &format!("for {key}")));
        }
    };
    for package in plan.packages.iter().filter(|package| is_built(plan, package)) {
        install(&package.install, &mut steps);
        steps.extend(scripts(package, "build"));
    }
    if let Some(workbench) = &plan.workbench {
        install(&workbench.package.install, &mut steps);
        if !workbench.package.scripts.is_empty() {
            steps.extend(scripts(&workbench.package, workbench.stage.verb()));
        }
        let image = format!("layers on {}", plan.toolchain.image);
        steps.push(["image".to_owned(), String::new(), image]);
    }
    if plan.workbench.is_none() {
        steps.push(install_step(&plan.production, "for production"));
        steps.push([
            "image".to_owned(),
            String::new(),
            format!("layers on {}", plan.runtime.base.reference),
        ]);
    }
    steps
}

/// Whether the target needs a package built.
fn is_built(plan: &Plan, package: &PackageBuild) -> bool {
    let Some(workbench) = &plan.workbench else {
        return true;
    };
    let service = &workbench.package;
    match workbench.contents {
        Contents::Dependencies => false,
        Contents::Sources => service.inputs.contains(&package.importer),
        Contents::Built => service.inputs.contains(&package.importer) || service.importer == package.importer,
    }
}

fn install_step(install: &Install, what: &str) -> [String; 3] {
    let origin = install.origin.as_ref().map(ToString::to_string);
    [
        format!("install {} packages {what}", install.package_count),
        origin.unwrap_or_default(),
        program(&install.command),
    ]
}

/// Returns a step for each script of a package; for one without, that its sources are taken as they are.
fn scripts(package: &PackageBuild, verb: &str) -> Vec<[String; 3]> {
    let name = format!("{verb} {}", package.name);
    if package.scripts.is_empty() {
        let origin = package.origin.to_string();
        return vec![[name, origin, "nothing: its sources are its output".to_owned()]];
    }
    let step = |script: &Script| [name.clone(), script.origin.to_string(), command(&script.command)];
    package.scripts.iter().map(step).collect()
}

/// Returns what a shell script of ours runs, without what every such script begins with.
fn program(words: &[String]) -> String {
    let [_, flag, script] = words else {
        return command(words);
    };
    if flag != "-c" {
        return command(words);
    }
    let begins = |line: &&str| line.starts_with("set ") || line.starts_with("cd ");
    let lines = script.lines().skip_while(begins);
    lines.collect::<Vec<_>>().join("; ")
}
