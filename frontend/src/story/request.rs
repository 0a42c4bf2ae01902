//! What the command line asks of a build, turned into what the stages take.

use buildkit_llb::ProxyEnv;

use crate::lower::ExecOptions;
use crate::options::Options;
use crate::plan::FILE_TIME;

/// Returns whether the result is an index of platforms.
pub(super) fn is_index(options: &Options, count: usize) -> bool {
    options.multi_platform.unwrap_or(count > 1)
}

/// Returns the modification time of the image's files: one that no commit moves, since CI takes the date of the sources
/// from the commit, and another time is another layer. No file is younger than the sources.
///
/// As `rewrite-timestamp` has it. Source: moby/buildkit, `docs/build-repro.md`.
pub(super) fn timestamp(options: &Options) -> i64 {
    options.source_date_epoch.unwrap_or(FILE_TIME).min(FILE_TIME)
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
