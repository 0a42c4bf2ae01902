//! What a manifest says of the image, and what it says to no effect.

use super::Input;
use crate::kinds::node::plan::{Libc, Product};
use crate::manifest::Manifest;
use crate::manifest::tables::Run;
use crate::manifest::values::{Base, HealthcheckSetting, Kind, Layout, Network, User};
use crate::source::is_credential;
use crate::warning::{Warning, rules};

/// Warns of keys of the manifest.
pub(super) fn find(input: Input<'_>) -> Vec<Warning> {
    let manifest = input.manifest;
    let targets = manifest.target.iter();
    let targets = targets.map(|(name, run)| (format!("target.{}", name.as_str()), run));
    let mut found = Vec::new();
    for (table, run) in targets.chain([("run".to_owned(), &manifest.run)]) {
        let at = |key: &str| manifest.nearest_place(&format!("{table}.{key}"));
        if table != "run" && *run == Run::default() {
            let message =
                format!("`[{table}]` gives the same image as no target; write the keys that differ");
            found.push(
                rules::EMPTY_TARGET
                    .warn(message)
                    .at(manifest.nearest_place(&table)),
            );
        }
        if run.user.is_some_and(|user| user.uid == 0) {
            let message = format!("`{table}.user` is root; leave it out to run as 1001:1001");
            found.push(rules::ROOT_USER.warn(message).at(at("user")));
        }
        let variable = |name: &str| {
            let mut env = run.env.iter();
            env.find_map(|(key, value)| (key.as_str() == name).then_some(value.as_str()))
        };
        if let Some(value @ ("development" | "dev")) = variable("NODE_ENV") {
            let message =
                format!("`NODE_ENV` is `{value}` in an image of production dependencies; leave it out");
            found.push(rules::DEVELOPMENT_ENV.warn(message).at(at("env.NODE_ENV")));
        }
        let ports = run.port.as_ref().or(manifest.run.port.as_ref());
        if let (Some(ports), Some(port)) = (ports, variable("PORT"))
            && let Ok(number) = port.parse::<u16>()
            && !ports.all().contains(&number)
        {
            let message =
                format!("`PORT` is `{port}`, which `port` does not name; write the same number in both");
            found.push(rules::PORT_MISMATCH.warn(message).at(at("env.PORT")));
        }
        if ports.is_some() && run.healthcheck == Some(HealthcheckSetting::Off) {
            let message = "the image has no health check; leave the key out for a check by HTTP";
            found.push(rules::HEALTHCHECK_OFF.warn(message).at(at("healthcheck")));
        }
    }
    found.extend(healthcheck_program(input));
    found.extend(build_files(input));
    found.extend(redundant_keys(manifest, input.model.inferred));
    found
}

/// Warns of a health check that no base image of ours can run.
fn healthcheck_program(input: Input<'_>) -> Option<Warning> {
    let Product::Image(image) = &input.model.product else {
        return None;
    };
    let runtime = &image.runtime;
    // What another image holds is not known here.
    if matches!(input.manifest.base(), Base::Image(_)) {
        return None;
    }
    let words = &runtime.healthcheck.as_ref()?.command;
    let name = |word: &String| word.rsplit('/').next().unwrap_or(word).to_owned();
    let mut program = name(words.first()?);
    if program == "sh" && runtime.base.has_shell {
        program = name(&words.get(2)?.split_whitespace().next()?.to_owned());
    }
    let is_there = match program.as_str() {
        "wget" => runtime.base.has_shell && runtime.base.libc == Libc::Musl,
        "curl" => false,
        "sh" | "bash" => runtime.base.has_shell,
        _ => true,
    };
    let added = input.manifest.run.packages.iter().flatten();
    if is_there
        || added
            .map(|package| package.as_str())
            .any(|package| package == program)
    {
        return None;
    }
    let message = format!(
        "the health check runs `{program}`, which {} does not have; write `path = \"/…\"` instead of `command`",
        runtime.base.name()
    );
    let place = input.model.reasons.get("run.healthcheck")?.place.clone();
    Some(rules::HEALTHCHECK_PROGRAM.warn(message).at(place))
}

/// Warns of listed files that lie in the service's own directory.
fn build_files(input: Input<'_>) -> Vec<Warning> {
    let inside = |path: &str| match input.service {
        "." => true,
        service => path
            .strip_prefix(service)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    let files = input.manifest.build.files.iter().flatten().enumerate();
    // A credential is seen by nobody who does not ask for it.
    let redundant = files.filter(|(_, path)| inside(path.as_str()) && !is_credential(path.as_str()));
    redundant
        .map(|(i, path)| {
            let message = format!(
                "`{}` is part of the service, whose build sees it anyway; leave it out",
                path.as_str()
            );
            rules::REDUNDANT_BUILD_FILE
                .warn(message)
                .at(input.manifest.nearest_place(&format!("build.files[{i}]")))
        })
        .collect()
}

/// Warns of keys that say what is so without them.
fn redundant_keys(manifest: &Manifest, inferred: Kind) -> Vec<Warning> {
    let (build, run) = (&manifest.build, &manifest.run);
    let default = User { uid: 1001, gid: 1001 };
    let mut keys = vec![
        ("kind", manifest.kind == Some(inferred)),
        ("base", manifest.base == Some(Base::Auto)),
        ("build.network", build.network == Some(Network::Default)),
        (
            "build.ssh",
            build.ssh.as_ref().is_some_and(|agents| agents.ids().is_empty()),
        ),
        ("build.frozen", build.frozen == Some(true)),
        ("build.root_postinstall", build.root_postinstall == Some(false)),
        ("run.user", run.user == Some(default)),
        ("run.layout", run.layout == Some(Layout::Workspace)),
    ];
    if let Some(HealthcheckSetting::On(check)) = &run.healthcheck {
        let plain = crate::manifest::tables::Healthcheck::default();
        let same = |set: bool, is_default: bool| set && is_default;
        keys.extend([
            (
                "run.healthcheck.interval",
                same(check.interval.is_some(), check.interval() == plain.interval()),
            ),
            (
                "run.healthcheck.timeout",
                same(check.timeout.is_some(), check.timeout() == plain.timeout()),
            ),
            (
                "run.healthcheck.start_period",
                same(
                    check.start_period.is_some(),
                    check.start_period() == plain.start_period(),
                ),
            ),
            (
                "run.healthcheck.retries",
                same(check.retries.is_some(), check.retries() == plain.retries()),
            ),
        ]);
    }
    let redundant = keys
        .into_iter()
        .filter(|(key, is_default)| *is_default && !manifest.overrides(key));
    redundant
        .filter_map(|(key, _)| {
            let message = format!("`{key}` says the default; leave it out");
            Some(rules::REDUNDANT_KEY.warn(message).at(manifest.place(key)?))
        })
        .collect()
}
