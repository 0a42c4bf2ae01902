//! What the repository decides for a service, by the key that would decide otherwise.

use super::plan::site::Site;
use super::plan::{Model, Product, Reason, Runtime};
use crate::manifest::Manifest;
use crate::manifest::values::Layout;
use crate::plan::{Healthcheck, Value, command};

/// Returns every value of a target, in the order of the manifest's reference.
pub(super) fn of(model: &Model, manifest: &Manifest) -> Vec<Value> {
    let manager = &model.toolchain.manager;
    let version = manager.version.clone();
    let version = version.unwrap_or_else(|| "that of Node's image".to_owned());
    let mut values = vec![("node", model.toolchain.node.clone()), (manager.name, version)];
    if let Some(created) = &manifest.image.created {
        values.push(("image.created", created.to_string()));
    }
    match &model.product {
        Product::Site(site) => values.extend(of_site(site)),
        Product::Workbench(workbench) => values.push(("run.command", command(&workbench.command))),
        Product::Image(image) => {
            values.extend(of_image(&image.runtime));
            let layout = manifest.role(&model.target).layout();
            if layout != Layout::Workspace {
                values.push(("run.layout", layout.as_str().to_owned()));
            }
            if image.checked.is_none() {
                values.push(("image.check", "false".to_owned()));
            }
        }
    }
    let values = values.into_iter().map(|(key, value)| {
        let Reason { why, place } = reason(model, manifest, key);
        Value {
            key: key.to_owned(),
            value,
            why,
            place,
        }
    });
    values.collect()
}

/// Returns why a value is what it is: the model says so of what it inferred.
fn reason(model: &Model, manifest: &Manifest, key: &str) -> Reason {
    if let (Product::Workbench(workbench), "run.command") = (&model.product, key) {
        let stage = workbench.stage;
        return Reason {
            why: format!("what the target {} runs", stage.name()),
            place: manifest.place(stage.key()),
        };
    }
    if let Some(reason) = model.reasons.get(key) {
        return reason.clone();
    }
    let of_role = model.target.role.as_ref().zip(key.strip_prefix("run."));
    let of_role = of_role.and_then(|(role, key)| manifest.place(&format!("target.{role}.{key}")));
    let place = of_role.or_else(|| manifest.place(key));
    let why = if place.is_some() {
        "the manifest sets it"
    } else {
        "the default"
    };
    Reason {
        why: why.to_owned(),
        place,
    }
}

/// Returns the values of a static site.
fn of_site(site: &Site) -> Vec<(&'static str, String)> {
    let ports: Vec<String> = site.ports.iter().map(u16::to_string).collect();
    let mut values = vec![
        ("kind", "static".to_owned()),
        ("base", site.base.reference.clone()),
        ("run.healthcheck", asked(site.healthcheck.as_ref())),
        ("run.port", ports.join(", ")),
        ("run.stop_signal", site.stop_signal.clone()),
        ("run.user", format!("{}:{}", site.user.uid, site.user.gid)),
    ];
    values.extend(
        site.max_size
            .map(|bytes| ("image.max_size", format!("{bytes} bytes"))),
    );
    if !site.is_checked {
        values.push(("image.check", "false".to_owned()));
    }
    values
}

/// Returns what a health check runs.
fn asked(check: Option<&Healthcheck>) -> String {
    check.map_or_else(
        || "none".to_owned(),
        |check| format!("{} (every {}s)", command(&check.command), check.interval),
    )
}

/// Returns the command, and that its file is a guess where the build decides which of several it is.
fn started(runtime: &Runtime) -> String {
    let written = command(&runtime.command.args);
    match runtime.command.entries.as_slice() {
        [] | [_] => written,
        [_, other] => format!("{written} (or {other}: the first that is there once all is built)"),
        several => format!(
            "{written} (or another of {} files: the first that is there once all is built)",
            several.len()
        ),
    }
}

/// Returns the values of the production image.
fn of_image(runtime: &Runtime) -> Vec<(&'static str, String)> {
    let ports: Vec<String> = runtime.ports.iter().map(u16::to_string).collect();
    let mut values = vec![
        ("base", runtime.base.reference.clone()),
        ("run.command", started(runtime)),
        ("run.healthcheck", asked(runtime.healthcheck.as_ref())),
        ("run.user", format!("{}:{}", runtime.user.uid, runtime.user.gid)),
    ];
    let optional = [
        ("run.port", ports.join(", ")),
        ("run.packages", runtime.packages.names.join(", ")),
        ("run.writable", runtime.writable.join(", ")),
        ("run.stop_signal", runtime.stop_signal.clone().unwrap_or_default()),
        (
            "image.max_size",
            runtime
                .max_size
                .map(|bytes| format!("{bytes} bytes"))
                .unwrap_or_default(),
        ),
    ];
    values.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
    values
}
