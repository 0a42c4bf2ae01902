//! What a build takes from the command line: arguments, secrets, agents; and the caches that it keeps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::super::masked::shown;
use super::super::sources::Sources;
use super::{entry, list, section};
use crate::decide::Read;
use crate::diagnostic::Place;
use crate::options::Options;
use crate::plan::{Mount, Plan};

/// The inputs of one target.
#[derive(Debug)]
pub(super) struct Inputs {
    arguments: Vec<Argument>,
    secrets: Vec<Wanted>,
    agents: Vec<Wanted>,
    caches: BTreeSet<String>,
    images: BTreeSet<String>,
}

/// An argument that `[build.args]` declares.
#[derive(Debug)]
struct Argument {
    name: String,
    value: String,
    description: String,
    place: Place,
}

/// A secret or an agent.
#[derive(Debug)]
struct Wanted {
    id: String,
    is_required: bool,
    place: Option<Place>,
}

impl Inputs {
    pub(super) fn of(read: &Read, plan: &Plan, options: &Options) -> Self {
        let manifest = read.manifest();
        let build = &manifest.build;
        let arguments = build.args.iter().map(|(name, default)| {
            let place = manifest.nearest_place(&format!("build.args.{name}"));
            let passed = options.build_args.get(name.as_str());
            Argument {
                name: name.to_string(),
                value: shown(name.as_str(), passed.unwrap_or(default)),
                description: comment_above(&place),
                place,
            }
        });
        let secrets = build
            .secrets
            .iter()
            .flatten()
            .enumerate()
            .map(|(i, secret)| Wanted {
                id: secret.id.as_str().to_owned(),
                is_required: secret.required,
                place: Some(manifest.nearest_place(&format!("build.secrets[{i}]"))),
            });
        let declared: Vec<Wanted> = secrets.collect();
        let others = of_steps(plan, &declared);
        let agents = build.ssh.iter().flat_map(|agents| agents.ids()).map(|id| Wanted {
            id: id.as_str().to_owned(),
            is_required: true,
            place: Some(manifest.nearest_place("build.ssh")),
        });
        Self {
            arguments: arguments.collect(),
            secrets: declared.into_iter().chain(others).collect(),
            agents: agents.collect(),
            caches: plan.caches().into_iter().map(str::to_owned).collect(),
            images: plan.images.iter().map(|image| image.reference.clone()).collect(),
        }
    }

    /// Returns the lists in docker/dockerfile's form.
    pub(super) fn json(&self, sources: &mut Sources) -> Vec<(String, Json)> {
        let arguments = self.arguments.iter().map(|argument| {
            let Argument {
                name,
                value,
                description,
                place,
            } = argument;
            let fields = json!({ "name": name, "description": description, "value": value });
            entry(fields, Some(sources.location(place)))
        });
        let arguments = list("args", arguments.collect());
        let mut wanted = |wanted: &[Wanted]| -> Vec<Json> {
            let entries = wanted.iter().map(|wanted| {
                let location = wanted.place.as_ref().map(|place| sources.location(place));
                entry(
                    json!({ "name": wanted.id, "required": wanted.is_required }),
                    location,
                )
            });
            entries.collect()
        };
        let secrets = list("secrets", wanted(&self.secrets));
        let agents = list("ssh", wanted(&self.agents));
        let caches = self.caches.iter().map(|id| json!({ "ID": id }));
        let caches = list("cache", caches.collect());
        let images = self
            .images
            .iter()
            .map(|reference| json!({ "reference": reference }));
        let images = list("images", images.collect());
        [arguments, secrets, agents, caches, images]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Returns the lists as docker/dockerfile's tables, and the caches and images, which buildx does not show.
    pub(super) fn text(&self) -> String {
        let arguments = self.arguments.iter();
        let arguments: Vec<[String; 3]> = arguments
            .map(|argument| [&argument.name, &argument.value, &argument.description].map(String::clone))
            .collect();
        let wanted = |wanted: &[Wanted]| -> Vec<[String; 2]> {
            let required = |wanted: &Wanted| if wanted.is_required { "true" } else { "" };
            let rows = wanted
                .iter()
                .map(|wanted| [wanted.id.clone(), required(wanted).to_owned()]);
            rows.collect()
        };
        let caches: Vec<[String; 1]> = self.caches.iter().map(|id| [id.clone()]).collect();
        let images: Vec<[String; 1]> = self.images.iter().map(|image| [image.clone()]).collect();
        [
            section(["BUILD ARG", "VALUE", "DESCRIPTION"], &arguments),
            section(["SECRET", "REQUIRED"], &wanted(&self.secrets)),
            section(["SSH", "REQUIRED"], &wanted(&self.agents)),
            section(["CACHE"], &caches),
            section(["IMAGE"], &images),
        ]
        .concat()
    }
}

/// Returns the secrets that steps take beside those that the manifest declares.
fn of_steps(plan: &Plan, declared: &[Wanted]) -> Vec<Wanted> {
    let mut ids: BTreeMap<&str, bool> = BTreeMap::new();
    for (_, run) in plan.runs() {
        let mounted = run.mounts.iter().filter_map(|mount| match mount {
            Mount::Secret { id, is_required, .. } => Some((id.as_str(), *is_required)),
            _ => None,
        });
        let filled = run
            .secret_env
            .iter()
            .map(|secret| (secret.id.as_str(), secret.is_required));
        for (id, is_required) in mounted.chain(filled) {
            *ids.entry(id).or_default() |= is_required;
        }
    }
    let is_declared = |id: &str| declared.iter().any(|wanted| wanted.id == id);
    let others = ids.into_iter().filter(|(id, _)| !is_declared(id));
    let others = others.map(|(id, is_required)| Wanted {
        id: id.to_owned(),
        is_required,
        place: plan.secrets.get(id).cloned(),
    });
    others.collect()
}

/// Returns the comment that stands directly above a line, as one line: what an argument is for.
fn comment_above(place: &Place) -> String {
    let text = place.file.masked();
    let lines: Vec<&str> = text.lines().collect();
    let above = usize::try_from(place.first_line.saturating_sub(1)).unwrap_or(0);
    let above = lines.get(..above).unwrap_or_default().iter().rev();
    let comment = above.map_while(|line| line.trim().strip_prefix('#'));
    let mut comment: Vec<&str> = comment.map(str::trim).collect();
    comment.reverse();
    comment.join(" ")
}
