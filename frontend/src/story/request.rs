//! What the command line asks of a build, turned into what the stages take.

use buildkit_llb::{Platform, ProxyEnv};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::ExecOptions;
use crate::options::Options;
use crate::plan::FILE_TIME;

/// Returns the platforms to build for; without `--platform` the engine's own.
pub(super) fn platforms(options: &Options) -> Result<Vec<Platform>, Diagnostics> {
    if options.platforms.is_empty() {
        return Ok(vec![build_platform(options)?]);
    }
    Ok(options.platforms.clone())
}

/// Returns the platform that builds run on: the engine's first.
pub(super) fn build_platform(options: &Options) -> Result<Platform, Diagnostics> {
    let text = options.build_platform().unwrap_or("linux/amd64");
    Platform::parse(text)
        .map(|platform| platform.normalise())
        .map_err(|error| Diagnostic::internal(error).into())
}

/// Returns whether the result is an index of platforms.
pub(super) fn is_multi_platform(options: &Options, count: usize) -> Result<bool, Diagnostics> {
    match options.multi_platform {
        Some(false) if count > 1 => {
            Err(Diagnostic::new("several platforms were asked for together with multi-platform=false").into())
        }
        Some(asked) => Ok(asked),
        None => Ok(count > 1),
    }
}

/// Returns the modification time of the image's files.
pub(super) fn timestamp(options: &Options) -> i64 {
    options.source_date_epoch.unwrap_or(FILE_TIME)
}

/// Returns what every step that runs a program gets from the command line.
pub(super) fn exec_options(options: &Options) -> ExecOptions {
    let argument = |name: &str| {
        let found = options
            .build_args
            .get(name)
            .or_else(|| options.build_args.get(&name.to_uppercase()));
        found.cloned().unwrap_or_default()
    };
    let proxy = ProxyEnv {
        http: argument("http_proxy"),
        https: argument("https_proxy"),
        ftp: argument("ftp_proxy"),
        no: argument("no_proxy"),
        all: argument("all_proxy"),
    };
    ExecOptions {
        hosts: options.add_hosts.clone(),
        network: options.network.map(|network| network.as_str().to_owned()),
        ulimits: options
            .ulimits
            .iter()
            .map(|limit| (limit.name.clone(), limit.soft, limit.hard))
            .collect(),
        shm_size: options.shm_size,
        cgroup_parent: options.cgroup_parent.clone(),
        hostname: options.hostname.clone(),
        proxy: (proxy != ProxyEnv::default()).then_some(proxy),
    }
}
