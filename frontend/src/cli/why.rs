//! `vextrus why`: what a change of one file runs again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Build, Told, Workspace};
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::Failure;
use crate::path::normalize;
use crate::plan::{Plan, Reach, Verb};

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
    let path = normalize(path);
    if path.starts_with("..") || path.starts_with('/') {
        let message = format!("{path} is not in the context; write it relative to the directory of -C");
        return Err(Diagnostic::named(names::WRONG_USE, message).into());
    }
    let manifests = context.manifests().await?;
    if manifests.is_empty() {
        let message = "no manifest is below the context, so no service is built of it";
        return Err(Diagnostic::named(names::NO_MANIFEST, message).into());
    }
    let (mut touched, mut untouched) = (Vec::new(), Vec::new());
    for file in manifests {
        let (_, read, planned) = context.decide(&file, build).await?;
        let plan = &planned.plan;
        if file == path {
            // The manifest itself: it is no input of a step, and may decide all of them.
            touched.push(service(
                file,
                plan,
                &Reach::of_all(plan, "the manifest decides it"),
            ));
            continue;
        }
        let reach = plan.reach(&path, &read.context.ignored);
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
    let mut text = format!("FILE: {path}\n");
    for service in touched {
        // A string takes whatever is written.
        let _ = write!(text, "\n{} ({})\n", service.package, service.file);
        for (name, why) in &service.steps {
            let _ = writeln!(text, "  runs again  {name}: {why}");
        }
        for layer in &service.layers {
            let _ = writeln!(text, "  moves       the layer of {layer}");
        }
    }
    if !untouched.is_empty() {
        let _ = writeln!(text, "\nuntouched: {}", untouched.join(", "));
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
