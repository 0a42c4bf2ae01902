//! What the repository decides for a service, by the key that would decide otherwise.

use serde_json::{Value as Json, json};

use super::super::sources::Sources;
use super::super::text::{command, table};
use super::entry;
use crate::diagnostic::Place;
use crate::plan::{Plan, Reason};
use crate::story::Decided;

/// One value.
#[derive(Debug)]
pub(in crate::subrequest) struct Value {
    /// The key that would set it, such as `run.command`.
    key: &'static str,
    value: String,
    why: String,
    place: Option<Place>,
}

impl Value {
    /// Returns every value of a target, in the order of the manifest's reference.
    pub(in crate::subrequest) fn all(decided: &Decided) -> Vec<Self> {
        let plan = &decided.planned.plan;
        let mut values = vec![
            ("node", plan.toolchain.node.clone()),
            ("pnpm", plan.toolchain.pnpm.clone()),
        ];
        match &plan.workbench {
            Some(workbench) => values.push(("run.command", command(&workbench.command))),
            None => values.extend(of_image(plan)),
        }
        let values = values.into_iter().map(|(key, value)| {
            let Reason { why, place } = reason(decided, key);
            Self {
                key,
                value,
                why,
                place,
            }
        });
        values.collect()
    }

    /// Returns the value for programs.
    pub(super) fn json(&self, sources: &mut Sources) -> Json {
        let location = self.place.as_ref().map(|place| sources.location(place));
        let fields = json!({ "key": self.key, "value": self.value, "reason": self.why });
        entry(fields, location)
    }

    /// Returns values for people.
    pub(in crate::subrequest) fn table(values: &[Self]) -> String {
        let row = |value: &Self| {
            let place = value.place.as_ref().map(Place::to_string).unwrap_or_default();
            [
                value.key.to_owned(),
                value.value.clone(),
                value.why.clone(),
                place,
            ]
        };
        let rows: Vec<[String; 4]> = values.iter().map(row).collect();
        table(3, ["KEY", "VALUE", "REASON", "FROM"], &rows)
    }
}

/// Returns why a value is what it is: the plan says so of what it inferred.
fn reason(decided: &Decided, key: &str) -> Reason {
    let (manifest, plan) = (&decided.manifest, &decided.planned.plan);
    if let (Some(workbench), "run.command") = (&plan.workbench, key) {
        let stage = workbench.stage;
        return Reason {
            why: format!("what the target {} runs", stage.name()),
            place: manifest.place(stage.key()),
        };
    }
    if let Some(reason) = plan.reasons.get(key) {
        return reason.clone();
    }
    let of_role = plan.target.role.as_ref().zip(key.strip_prefix("run."));
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

/// Returns the values of the production image.
fn of_image(plan: &Plan) -> Vec<(&'static str, String)> {
    let runtime = &plan.runtime;
    let ports: Vec<String> = runtime.ports.iter().map(u16::to_string).collect();
    let healthcheck = runtime
        .healthcheck
        .as_ref()
        .map(|check| format!("{} (every {}s)", command(&check.command), check.interval));
    let mut values = vec![
        ("base", runtime.base.reference.clone()),
        ("run.command", command(&runtime.command.args)),
        (
            "run.healthcheck",
            healthcheck.unwrap_or_else(|| "none".to_owned()),
        ),
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
