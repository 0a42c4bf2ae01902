//! `vextrus why`: what a change of one file runs again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Build, Told, Workspace};
use crate::diagnostic::{Diagnostic, names, shown};
use crate::gateway::Failure;
use crate::plan::{Plan, Reach, Verb};
use crate::source::Tree;

/// The reason of a step whose plan is another one without the file.
const DECIDES: &str = "the file decides it";

/// What a change of the file does to one service.
struct Service {
    file: String,
    package: String,
    /// The programs that run again: the step's name, and why.
    steps: Vec<(String, String)>,
    /// The layers that may be others afterwards, by what they hold.
    layers: Vec<String>,
}

pub(super) async fn tell(context: &Workspace, path: &str, build: &Build) -> Result<Told, Failure> {
    let path = context.file(path)?;
    let manifests = context.manifests().await?;
    if manifests.is_empty() {
        let message = "no manifest is below the context, so no service is built of it";
        return Err(Diagnostic::named(names::NO_MANIFEST, message).into());
    }
    let (mut touched, mut untouched) = (Vec::new(), Vec::new());
    for file in manifests {
        let tree = Tree::directory(&context.root);
        let (_, read, planned) = context.decide_from(tree.clone(), &file, build).await?;
        let plan = &planned.plan;
        let mut reach = plan.reach(&path, &read.context.ignored);
        if file == path {
            // No step reads it, and it may decide all of them.
            reach = Reach::of_all(plan, DECIDES);
        } else if reach.is_empty() && (tree.has_read(&path) || path.ends_with(".dockerignore")) {
            let without = context.decide_from(tree.without(&path), &file, build).await;
            reach = match without {
                Ok((_, other, _)) if other.context.ignored != read.context.ignored => {
                    Reach::of_all(plan, DECIDES)
                }
                Ok((_, _, other)) => Reach::of(plan, DECIDES, plan.difference(&other.plan)),
                Err(_) => Reach::of_all(plan, DECIDES),
            };
        }
        match reach.is_empty() {
            true => untouched.push(plan.package.clone()),
            false => touched.push(service(file, plan, &reach)),
        }
    }
    Ok(told(&path, &touched, &untouched))
}

fn service(file: String, plan: &Plan, reach: &Reach) -> Service {
    let reached: BTreeMap<_, _> = reach.steps().collect();
    let runs = plan.steps().filter(|(_, step)| matches!(step.does, Verb::Run(_)));
    let steps = runs.filter_map(|(id, step)| Some((step.name.clone(), reached.get(&id)?.to_string())));
    let layers = plan.outcome.history().iter();
    let moved = layers.filter(|layer| {
        let made = layer.files.as_ref().and_then(|files| files.step());
        made.is_some_and(|made| reached.contains_key(&made))
    });
    Service {
        file,
        package: plan.package.clone(),
        steps: steps.collect(),
        layers: moved.map(|layer| layer.what.clone()).collect(),
    }
}

fn told(path: &str, touched: &[Service], untouched: &[String]) -> Told {
    let mut text = format!("FILE: {}\n", shown(path));
    for service in touched {
        // A string takes whatever is written.
        let _ = write!(text, "\n{} ({})\n", shown(&service.package), shown(&service.file));
        for (name, why) in &service.steps {
            let _ = writeln!(text, "  runs again  {name}: {why}");
        }
        for layer in &service.layers {
            let _ = writeln!(text, "  moves       the layer of {layer}");
        }
    }
    if !untouched.is_empty() {
        let _ = writeln!(text, "\nuntouched: {}", shown(&untouched.join(", ")));
    }
    let services = touched.iter().map(|service| {
        let steps = service.steps.iter();
        let steps: Json = steps
            .map(|(name, why)| json!({ "name": name, "why": why }))
            .collect();
        json!({ "file": service.file, "package": service.package, "steps": steps, "layers": service.layers })
    });
    let services: Json = services.collect();
    Told {
        text,
        json: json!({ "version": 1, "path": path, "services": services, "untouched": untouched }),
        has_findings: false,
    }
}
