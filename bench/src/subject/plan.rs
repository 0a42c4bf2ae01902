//! What a plan of the frontend says of a service.

use std::collections::BTreeSet;

use serde_json::Value;
use vextrus_e2e::{Docker, Workspace};

use super::{Product, Subject};
use crate::manager::Manager;

/// Where a service listens that names no port and reads PORT.
const PORT: u64 = 3000;
/// The page of a site, which its entry is found by.
const PAGE: &str = "index.html";

/// Asks the frontend about a manifest.
///
/// # Errors
/// What it said, or that its plan is neither one of a service that node runs nor one of a site.
pub(super) fn ask(docker: &Docker, workspace: &Workspace, file: &str, name: &str) -> Result<Subject, String> {
    let called = docker
        .build(workspace)
        .file(file)
        .args(["--call=plan,format=json"])
        .call();
    let plan: Value = serde_json::from_str(&called.answer).map_err(|_| {
        format!(
            "{file}: the frontend has no plan:\n{}{}",
            called.answer, called.error
        )
    })?;
    let mistake = || format!("{file}: its plan is neither one of a service that node runs nor one of a site");
    read(&plan, file, name).ok_or_else(mistake)
}

/// Reads a plan as `--call=plan,format=json` prints it.
pub(super) fn read(plan: &Value, file: &str, name: &str) -> Option<Subject> {
    let package = text(&plan["package"])?;
    let packages = plan["packages"].as_array()?;
    let own = packages.iter().find(|other| other["name"] == package.as_str())?;
    let root = text(&plan["root"])?;
    let in_context = |package: &Value| Some(join(&root, &text(&package["directory"])?));
    let directory = in_context(own)?;
    let closure = packages.iter().filter_map(in_context);
    let closure = closure.filter(|other| *other != directory).collect();
    let image = &plan["outcome"]["image"];
    let run = &image["run"];
    let args = texts(&run["command"]);
    let index = image["entry"]["argument"].as_u64();
    let script = match index.and_then(|index| usize::try_from(index).ok()) {
        Some(index) => args.get(index),
        None => args.iter().rev().find(|word| is_script(word)),
    };
    let product = match script {
        Some(_) => Product::Service,
        None if args.first().is_some_and(|word| word == "nginx") => Product::Site,
        None => return None,
    };
    let ports = run["ports"].as_array()?;
    let mut health: Vec<String> = texts(&run["healthcheck"]["command"])
        .into_iter()
        .filter(|word| word.starts_with('/') && !is_script(word))
        .collect();
    match product {
        // A service is live without what it needs to be ready, such as a database.
        Product::Service if health.iter().all(|path| path.ends_with("/ready")) || health.len() > 1 => {
            health.insert(0, "/health/live".to_owned());
        }
        Product::Service => {}
        Product::Site => health = vec!["/".to_owned()],
    }
    let steps: Vec<&Value> = plan["steps"].as_array()?.iter().collect();
    let system = |stage: &str| -> Vec<String> {
        let steps = steps.iter().filter(|step| step["stage"] == stage);
        let names: BTreeSet<String> = steps.flat_map(|step| system_packages(step)).collect();
        names.into_iter().collect()
    };
    let image_at = |index: &Value| -> Option<String> {
        let index = usize::try_from(index.as_u64()?).ok()?;
        text(&plan["images"].get(index)?["reference"])
    };
    // The first step of a stage that runs something, if it is to hold some words, with those.
    let runs = |stage: &str, words: &[&str]| {
        let is_it = |step: &&&Value| {
            let command = texts(&step["does"]["run"]["command"]);
            let holds = |word: &&str| command.iter().any(|part| part.contains(word));
            step["stage"] == stage && !command.is_empty() && (words.is_empty() || words.iter().any(holds))
        };
        let found = steps.iter().find(is_it)?;
        image_at(&found["does"]["run"]["image"])
    };
    let value = |key: &str| {
        let mut values = plan["values"].as_array()?.iter();
        text(&values.find(|value| value["key"] == key)?["value"])
    };
    let manager = match (value("pnpm"), value("npm")) {
        (Some(version), _) => Manager::Pnpm(version),
        (None, Some(version)) => {
            let exact = version.starts_with(|first: char| first.is_ascii_digit());
            Manager::Npm(exact.then_some(version))
        }
        (None, None) => return None,
    };
    let build_base = runs("deps", &[])?;
    let production_base = match product {
        Product::Service => runs("runtime", &["--prod", "npm ci"])?,
        Product::Site => build_base.clone(),
    };
    let images = plan["images"].as_array()?.iter();
    Some(Subject {
        product,
        name: name.to_owned(),
        file: file.to_owned(),
        package,
        directory,
        entry: script.map_or(PAGE, String::as_str).to_owned(),
        port: ports.first().and_then(Value::as_u64).unwrap_or(PORT),
        health,
        build_base,
        production_base,
        run_base: image_at(&image["base"])?,
        node: value("node")?,
        manager,
        build_packages: system("deps"),
        workspace_packages: Vec::new(),
        run_packages: system("runtime"),
        closure,
        images: images.filter_map(|image| text(&image["reference"])).collect(),
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns a directory of the workspace as the context has it.
fn join(root: &str, directory: &str) -> String {
    match (root, directory) {
        ("", directory) => directory.to_owned(),
        (root, ".") => root.to_owned(),
        (root, directory) => format!("{root}/{directory}"),
    }
}

/// Returns the system packages that a step installs.
fn system_packages(step: &Value) -> Vec<String> {
    let command = texts(&step["does"]["run"]["command"]);
    let lines = command.iter().flat_map(|script| script.lines());
    let installs = lines.filter_map(|line| {
        let words = line.strip_prefix("apt-get install ");
        words.or_else(|| line.strip_prefix("apk add "))
    });
    let words = installs.flat_map(str::split_whitespace);
    words
        .filter(|word| !word.starts_with('-'))
        .map(str::to_owned)
        .collect()
}

fn is_script(word: &str) -> bool {
    [".js", ".cjs", ".mjs"].iter().any(|end| word.ends_with(end))
}
