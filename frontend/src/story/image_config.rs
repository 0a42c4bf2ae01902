//! The image's configuration.

use buildkit_llb::Platform;

use crate::options::Options;
use crate::plan::{self, Outcome};
use crate::result::{Healthcheck, History, ImageConfig, RunConfig, rfc3339};

/// Returns the image's configuration: the base's, with what the plan sets.
pub(super) fn of(
    options: &Options,
    outcome: &Outcome,
    (base, platform): (&ImageConfig, &Platform),
    created: i64,
    entry: Option<&str>,
) -> ImageConfig {
    let mut image = match outcome {
        Outcome::Image(image) if image.is_scratch => of_scratch(base),
        _ => base.clone(),
    };
    image.os.clone_from(&platform.os);
    image.architecture.clone_from(&platform.architecture);
    image.variant.clone_from(&platform.variant);
    // Without a date of ours the exporter writes when its steps ran, and no build would be like another.
    image.created = rfc3339(created);
    add_history(&mut image, outcome.history());
    image.config.entrypoint = Vec::new();
    set_run(&mut image.config, outcome.run());
    if let (Outcome::Image(made), Some(entry)) = (outcome, entry) {
        let argument = made.entry.as_ref().and_then(|entry| entry.argument);
        let argument = argument.and_then(|index| image.config.cmd.get_mut(index));
        argument
            .into_iter()
            .for_each(|argument| entry.clone_into(argument));
    }
    image.config.labels.extend(options.labels.clone());
    image
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

/// Where the programs of an image are that sets no path, as BuildKit runs them.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Sets how a container runs.
fn set_run(config: &mut RunConfig, run: &plan::RunConfig) {
    const NANOSECONDS: u64 = 1_000_000_000;
    config.cmd.clone_from(&run.command);
    config.user = run
        .user
        .map(|user| format!("{}:{}", user.uid, user.gid))
        .unwrap_or_default();
    config.working_dir.clone_from(&run.directory);
    let ports = run.ports.iter().map(|port| format!("{port}/tcp"));
    config.exposed_ports.extend(ports);
    // A read-only root file system leaves volumes writable.
    config.volumes.extend(run.volumes.iter().cloned());
    config.labels.extend(run.labels.clone());
    if let Some(signal) = &run.stop_signal {
        config.stop_signal.clone_from(signal);
    }
    config.healthcheck = run.healthcheck.as_ref().map(|check| Healthcheck {
        test: std::iter::once("CMD".to_owned())
            .chain(check.command.iter().cloned())
            .collect(),
        interval: check.interval.saturating_mul(NANOSECONDS),
        timeout: check.timeout.saturating_mul(NANOSECONDS),
        start_period: check.start_period.saturating_mul(NANOSECONDS),
        start_interval: check.start_interval.saturating_mul(NANOSECONDS),
        retries: u64::from(check.retries),
    });
    if !run.search.is_empty() {
        let own = config.env.iter().find_map(|entry| entry.strip_prefix("PATH="));
        let search = format!("{}:{}", run.search.join(":"), own.unwrap_or(DEFAULT_PATH));
        config.set_env("PATH", &search);
    }
    for (name, value) in &run.env {
        config.set_env(name, value);
    }
}

/// Adds one entry a layer. The base's own are completed first: entries and layers are matched by their number.
fn add_history(image: &mut ImageConfig, layers: &[plan::History]) {
    let entry = |what: &str| History {
        created: image.created.clone(),
        created_by: what.to_owned(),
        comment: "vextrus/frontend".to_owned(),
        ..History::default()
    };
    let known = image.history.iter().filter(|entry| !entry.empty_layer).count();
    let missing = image.rootfs.diff_ids.len().saturating_sub(known);
    let added: Vec<History> = std::iter::repeat_n("base", missing)
        .chain(layers.iter().map(|layer| layer.what.as_str()))
        .map(entry)
        .collect();
    image.history.extend(added);
}
