//! The text of exec ops.

use std::fmt::{self, Write as _};

use buildkit_proto::pb;

use crate::dump::{Inputs, word};
use crate::vertex::{EMPTY, SKIP_OUTPUT};

pub(super) fn write_command(text: &mut String, exec: &pb::ExecOp) -> fmt::Result {
    text.push_str("exec");
    exec.meta
        .iter()
        .flat_map(|meta| &meta.args)
        .try_for_each(|arg| write!(text, " {}", word(arg)))
}

pub(super) fn write_details(text: &mut String, exec: &pb::ExecOp, inputs: &Inputs<'_>) -> fmt::Result {
    if let Some(meta) = &exec.meta {
        write_meta(text, meta)?;
    }
    match exec.network() {
        pb::NetMode::Unset => {}
        pb::NetMode::Host => text.push_str("  network host\n"),
        pb::NetMode::None => text.push_str("  network none\n"),
    }
    if exec.security() == pb::SecurityMode::Insecure {
        text.push_str("  security insecure\n");
    }
    for secret in &exec.secretenv {
        let optional = if secret.optional { ", optional" } else { "" };
        writeln!(text, "  env {} = secret {}{optional}", secret.name, secret.id)?;
    }
    exec.mounts
        .iter()
        .try_for_each(|mount| write_mount(text, mount, inputs))
}

fn write_meta(text: &mut String, meta: &pb::Meta) -> fmt::Result {
    if meta.cwd != "/" {
        writeln!(text, "  cwd {}", meta.cwd)?;
    }
    for (what, value) in [
        ("user", &meta.user),
        ("hostname", &meta.hostname),
        ("cgroup", &meta.cgroup_parent),
    ] {
        if !value.is_empty() {
            writeln!(text, "  {what} {value}")?;
        }
    }
    for env in &meta.env {
        let (name, value) = env.split_once('=').unwrap_or((env, ""));
        writeln!(text, "  env {name} = {}", word(value))?;
    }
    if let Some(proxy) = &meta.proxy_env {
        let named = [
            ("http", &proxy.http_proxy),
            ("https", &proxy.https_proxy),
            ("ftp", &proxy.ftp_proxy),
            ("no", &proxy.no_proxy),
            ("all", &proxy.all_proxy),
        ];
        named
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .try_for_each(|(name, value)| writeln!(text, "  proxy {name} = {value}"))?;
    }
    meta.extra_hosts
        .iter()
        .try_for_each(|host| writeln!(text, "  host {} = {}", host.host, host.ip))?;
    meta.ulimit
        .iter()
        .try_for_each(|limit| writeln!(text, "  ulimit {} = {}:{}", limit.name, limit.soft, limit.hard))?;
    if !meta.valid_exit_codes.is_empty() {
        writeln!(text, "  valid exit codes {:?}", meta.valid_exit_codes)?;
    }
    Ok(())
}

fn write_mount(text: &mut String, mount: &pb::Mount, inputs: &Inputs<'_>) -> fmt::Result {
    write!(text, "  mount {} = ", mount.dest)?;
    let selector = match mount.selector.as_str() {
        "" => String::new(),
        path => format!(":{path}"),
    };
    match mount.mount_type() {
        pb::MountType::Bind => {
            write!(text, "{}{selector}", inputs.get(mount.input))?;
            match (mount.readonly, mount.output) {
                (true, _) => text.push_str(", read-only"),
                (false, SKIP_OUTPUT) => text.push_str(", discarded"),
                (false, output) => write!(text, " -> {output}")?,
            }
            if mount.content_cache() == pb::MountContentCache::Off {
                text.push_str(", keyed by origin");
            }
        }
        pb::MountType::Cache => {
            let cache = mount.cache_opt.clone().unwrap_or_default();
            let sharing = match cache.sharing() {
                pb::CacheSharingOpt::Shared => "shared",
                pb::CacheSharingOpt::Private => "private",
                pb::CacheSharingOpt::Locked => "locked",
            };
            write!(text, "cache {}{selector} {sharing}", word(&cache.id))?;
            if mount.input != EMPTY {
                write!(text, " from {}", inputs.get(mount.input))?;
            }
        }
        pb::MountType::Tmpfs => {
            text.push_str("tmpfs");
            if let Some(pb::TmpfsOpt { size: size @ 1.. }) = mount.tmpfs_opt {
                write!(text, " of {size} bytes")?;
            }
        }
        pb::MountType::Secret => {
            let pb::SecretOpt {
                id,
                uid,
                gid,
                mode,
                optional,
            } = mount.secret_opt.clone().unwrap_or_default();
            write!(text, "secret {id}, ")?;
            write_access(text, uid, gid, mode, optional)?;
        }
        pb::MountType::Ssh => {
            let pb::SshOpt {
                id,
                uid,
                gid,
                mode,
                optional,
            } = mount.ssh_opt.clone().unwrap_or_default();
            write!(text, "ssh {id}, ")?;
            write_access(text, uid, gid, mode, optional)?;
        }
    }
    text.push('\n');
    Ok(())
}

fn write_access(text: &mut String, uid: u32, gid: u32, mode: u32, optional: bool) -> fmt::Result {
    write!(
        text,
        "mode {mode:04o} owner {uid}:{gid}{}",
        if optional { ", optional" } else { "" }
    )
}
