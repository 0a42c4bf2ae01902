//! The image's configuration.

use buildkit_llb::Platform;

use super::request;
use crate::diagnostic::Diagnostics;
use crate::options::Options;
use crate::plan::{Plan, Runtime, Workbench};
use crate::result::{Healthcheck, History, ImageConfig, RunConfig, rfc3339};

/// Returns the image's configuration: the base's, with what the plan sets.
pub(super) fn of(
    options: &Options,
    plan: &Plan,
    base: &ImageConfig,
    platform: &Platform,
    entry: Option<&str>,
    layers: &[String],
) -> Result<ImageConfig, Diagnostics> {
    let mut image = if plan.workbench.is_none() && plan.runtime.base.only_node {
        of_scratch(base)
    } else {
        base.clone()
    };
    image.os.clone_from(&platform.os);
    image.architecture.clone_from(&platform.architecture);
    image.variant.clone_from(&platform.variant);
    // Without a date of ours the exporter writes when its steps ran, and no build would be like another.
    image.created = rfc3339(request::timestamp(options));
    add_history(&mut image, layers);
    image.config.entrypoint = Vec::new();
    image.config.labels.extend(plan.runtime.labels.clone());
    image.config.labels.extend(options.labels.clone());
    match &plan.workbench {
        Some(workbench) => set_workbench(&mut image.config, workbench),
        None => set_runtime(&mut image.config, &plan.runtime, entry),
    }
    Ok(image)
}

/// Returns what is left of a configuration where Node alone is taken from its image: where programs lie.
fn of_scratch(base: &ImageConfig) -> ImageConfig {
    ImageConfig {
        config: RunConfig {
            env: base.config.env.clone(),
            ..RunConfig::default()
        },
        ..ImageConfig::default()
    }
}

/// Sets how a container of the production image runs.
fn set_runtime(config: &mut RunConfig, runtime: &Runtime, entry: Option<&str>) {
    let mut args = runtime.command.args.clone();
    if let (Some(index), Some(entry)) = (runtime.command.entry_index, entry)
        && let Some(argument) = args.get_mut(index)
    {
        entry.clone_into(argument);
    }
    config.cmd = args;
    config.user = format!("{}:{}", runtime.user.uid, runtime.user.gid);
    config.working_dir.clone_from(&runtime.directory);
    config
        .exposed_ports
        .extend(runtime.ports.iter().map(|port| format!("{port}/tcp")));
    // A read-only root file system leaves volumes writable.
    config.volumes.extend(runtime.writable.iter().cloned());
    if let Some(signal) = &runtime.stop_signal {
        config.stop_signal.clone_from(signal);
    }
    const NANOSECONDS: u64 = 1_000_000_000;
    config.healthcheck = runtime.healthcheck.as_ref().map(|check| Healthcheck {
        test: std::iter::once("CMD".to_owned())
            .chain(check.command.iter().cloned())
            .collect(),
        interval: check.interval.saturating_mul(NANOSECONDS),
        timeout: check.timeout.saturating_mul(NANOSECONDS),
        start_period: check.start_period.saturating_mul(NANOSECONDS),
        retries: u64::from(check.retries),
        ..Healthcheck::default()
    });
    for (name, value) in &runtime.env {
        config.set_env(name, value);
    }
}

/// Sets how a container of the workspace runs: as root, who owns all of it.
fn set_workbench(config: &mut RunConfig, workbench: &Workbench) {
    config.cmd.clone_from(&workbench.command);
    config.user = String::new();
    config.working_dir.clone_from(&workbench.package.directory);
    let ports = workbench.ports.iter().map(|port| format!("{port}/tcp"));
    config.exposed_ports.extend(ports);
    config.volumes.extend(workbench.volumes.iter().cloned());
    if let Some(signal) = &workbench.stop_signal {
        config.stop_signal.clone_from(signal);
    }
    config.healthcheck = None;
    for (name, value) in &workbench.env {
        config.set_env(name, value);
    }
}

/// Adds one entry a layer. The base's own are completed first: entries and layers are matched by their number.
fn add_history(image: &mut ImageConfig, layers: &[String]) {
    let entry = |what: &str| History {
        created: image.created.clone(),
        created_by: what.to_owned(),
        comment: "vextrus/frontend".to_owned(),
        ..History::default()
    };
    let known = image.history.iter().filter(|entry| !entry.empty_layer).count();
    let missing = image.rootfs.diff_ids.len().saturating_sub(known);
    let added: Vec<History> = std::iter::repeat_n("base", missing)
        .chain(layers.iter().map(String::as_str))
        .map(entry)
        .collect();
    image.history.extend(added);
}
