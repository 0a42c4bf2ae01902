//! Keys that one kind has and the other lacks: refused at their line, where the service's own manifest sets them. What the
//! workspace's defaults say is for all services, and means nothing to those that it is not about.

use super::base::SiteBase;
use super::recognise::{Decided, Recognised};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::manifest::Manifest;
use crate::manifest::tables::Run;
use crate::manifest::values::{Base, HealthcheckSetting, Kind};

/// Keys without a meaning for a site, each with what to write instead.
const OF_SERVICES: [(&str, &str); 8] = [
    (
        "run.command",
        "nginx serves the site: remove it, or write `kind = \"node\"`",
    ),
    (
        "run.env",
        "nothing reads it where files are served: what the build reads goes into `[build.args]`, and what changes from \
         one place to the next into a file that is mounted, such as config.js",
    ),
    (
        "run.packages",
        "nothing but nginx runs: name an image that has them as `base`",
    ),
    (
        "run.files",
        "the build writes what is served: put such files where it takes files as they are, such as `public`",
    ),
    ("run.writable", "the server writes nothing: remove it"),
    ("run.layout", "the image has no packages: remove it"),
    ("image.untrimmed", "the image has no dependencies: remove it"),
    ("target", "the image has one role: remove it"),
];

/// Refuses what has no meaning for a site, and secrets that everybody could read in it.
///
/// # Errors
/// Each such key, at its line.
pub(super) fn check(manifest: &Manifest, decided: &Decided, base: &SiteBase) -> Result<(), Diagnostics> {
    let refuse = |key: &str, message: String| {
        Diagnostic::named(names::INVALID_MANIFEST, message).at(manifest.nearest_place(key))
    };
    let keys = OF_SERVICES
        .iter()
        .filter(|(key, _)| manifest.own_place(key).is_some());
    let keys = keys.map(|(key, why)| {
        let shown = match *key {
            "target" => "[target.NAME]",
            key => key,
        };
        let taken = match manifest.kind {
            Some(_) => String::new(),
            None => format!(", which this is taken for ({})", decided.why),
        };
        refuse(
            key,
            format!("`{shown}` has no meaning for a static site{taken}: {why}"),
        )
    });
    let mut refused: Vec<Diagnostic> = keys.collect();
    if manifest.base() == Base::Distroless && manifest.own_place("base").is_some() {
        let message = "there is no distroless image of nginx; write `base = \"scratch\"`, which is nginx alone with its libraries";
        refused.push(refuse("base", message.to_owned()));
    }
    let asks =
        matches!(&manifest.run.healthcheck, Some(HealthcheckSetting::On(check)) if check.path.is_some());
    if asks && base.asks.is_none() && manifest.own_place("run.healthcheck.path").is_some() {
        let message = "nothing in the image could ask the path: probe it from outside, as Kubernetes does, or write the \
                       `command` of a program that the image has";
        refused.push(refuse("run.healthcheck.path", message.to_owned()));
    }
    refused.extend(public_secrets(manifest, decided.recognised.as_ref()));
    Diagnostics::check(refused)
}

/// Returns a mistake for each secret in a variable that the tool writes into what everybody gets.
fn public_secrets(manifest: &Manifest, found: Option<&Recognised>) -> Vec<Diagnostic> {
    let Some(found) = found else { return Vec::new() };
    let secrets = manifest.build.secrets.iter().flatten().enumerate();
    let public = secrets.filter_map(|(index, secret)| {
        let name = secret.env.as_ref()?.as_str();
        let start = found.tool.public.iter().find(|start| name.starts_with(**start))?;
        let message = format!(
            "the secret `{}` is in `{name}`, and {} writes variables that begin with `{start}` into files that everybody gets; \
             give it another `env`, or pass the value by `[build.args]` if it is no secret",
            secret.id.as_str(),
            found.tool.name
        );
        let place = manifest.nearest_place(&format!("build.secrets[{index}]"));
        Some(Diagnostic::named(names::PUBLIC_SECRET, message).at(place))
    });
    public.collect()
}

/// Refuses keys of sites where the service is of Node.
///
/// # Errors
/// The table, at its line.
pub(in super::super) fn of_node(manifest: &Manifest, decided: &Decided) -> Result<(), Diagnostics> {
    let place = manifest
        .own_place("static")
        .filter(|_| decided.kind != Kind::Static);
    let message = "`[static]` is about sites that a web server serves, and this is a Node service by its `kind`; write `kind = \
                   \"static\"`, or remove the table";
    let refused = place.map(|place| Diagnostic::named(names::INVALID_MANIFEST, message).at(place));
    Diagnostics::check(refused.into_iter().collect())
}

/// Returns how a site runs: what the workspace's defaults say of services is left out.
pub(in super::super) fn run_of(manifest: &Manifest, run: &Run) -> Run {
    let mut healthcheck = run.healthcheck.clone();
    if let Some(HealthcheckSetting::On(check)) = &mut healthcheck {
        let is_own = |key: &str| manifest.own_place(&format!("run.healthcheck.{key}")).is_some();
        check.path = check.path.take().filter(|_| is_own("path"));
        check.command = check.command.take().filter(|_| is_own("command"));
    }
    Run {
        port: run.port.clone(),
        user: run.user,
        stop_signal: run.stop_signal.clone(),
        healthcheck,
        ..Run::default()
    }
}
