//! The capabilities of LLB: which a daemon must have to read an op.
//!
//! Ids are those of BuildKit's `solver/pb/caps.go`. They are told from the encoded op, in this one place, so
//! that they hold for a definition of any origin. They are never written into the definition: a daemon
//! refuses an id that it does not know even where it could run the op; a frontend compares them with the
//! `LLBCaps` of `Ping` instead.

use std::collections::BTreeSet;

use buildkit_proto::pb;
use pb::file_action::Action;
use pb::op::Op;

use crate::source::{attribute, git};
use crate::vertex::SKIP_OUTPUT;

/// Adds what `op` needs to `caps`.
pub(crate) fn of_op(op: &pb::Op, caps: &mut BTreeSet<&'static str>) {
    if op.platform.is_some() {
        caps.insert("platform");
    }
    if op
        .constraints
        .as_ref()
        .is_some_and(|constraints| !constraints.filter.is_empty())
    {
        caps.insert("constraints");
    }
    match &op.op {
        Some(Op::Source(source)) => of_source(source, caps),
        Some(Op::Exec(exec)) => of_exec(exec, caps),
        Some(Op::File(file)) => {
            caps.insert("file.base");
            file.actions
                .iter()
                .filter_map(|action| action.action.as_ref())
                .for_each(|action| of_action(action, caps));
        }
        Some(Op::Merge(_)) => _ = caps.insert("mergeop"),
        Some(Op::Diff(_)) => _ = caps.insert("diffop"),
        Some(Op::Build(_)) | None => {}
    }
}

/// Adds what `metadata` needs to `caps`.
pub(crate) fn of_metadata(metadata: &pb::OpMetadata, caps: &mut BTreeSet<&'static str>) {
    insert_if(caps, metadata.ignore_cache, "meta.ignorecache");
    insert_if(caps, !metadata.description.is_empty(), "meta.description");
    insert_if(caps, metadata.export_cache.is_some(), "meta.exportcache");
}

/// What an attribute of a source needs, whatever its value.
const ATTRIBUTES: [(&str, &str); 19] = [
    (attribute::IMAGE_CHECKSUM, "source.image.checksum"),
    (attribute::LOCAL_SESSION, "source.local.sessionid"),
    (attribute::LOCAL_INCLUDE, "source.local.includepatterns"),
    (attribute::LOCAL_EXCLUDE, "source.local.excludepatterns"),
    (attribute::LOCAL_FOLLOW_PATHS, "source.local.followpaths"),
    (attribute::LOCAL_SHARED_KEY_HINT, "source.local.sharedkeyhint"),
    (attribute::LOCAL_DIFFER, "source.local.differ"),
    (
        attribute::LOCAL_METADATA_TRANSFER,
        "source.local.metadatatransfer",
    ),
    (attribute::GIT_KEEP_DIR, "source.git.keepgitdir"),
    (attribute::GIT_FULL_URL, "source.git.fullurl"),
    (attribute::GIT_KNOWN_SSH_HOSTS, "source.git.knownsshhosts"),
    (attribute::GIT_SSH_SOCKET, "source.git.mountsshsock"),
    (attribute::GIT_CHECKSUM, "source.git.checksum"),
    (attribute::GIT_SKIP_SUBMODULES, "source.git.skipsubmodules"),
    (attribute::HTTP_CHECKSUM, "source.http.checksum"),
    (attribute::HTTP_MODE, "source.http.perm"),
    // The misspelling is BuildKit's own.
    (attribute::HTTP_UID, "soruce.http.uidgid"),
    (attribute::HTTP_GID, "soruce.http.uidgid"),
    (attribute::HTTP_AUTH_HEADER_SECRET, "source.http.auth"),
];

fn of_source(source: &pb::SourceOp, caps: &mut BTreeSet<&'static str>) {
    let scheme = source
        .identifier
        .split_once("://")
        .map_or("", |(scheme, _)| scheme);
    match scheme {
        "docker-image" => _ = caps.insert("source.image"),
        "local" => _ = caps.insert("source.local"),
        "git" => _ = caps.insert("source.git"),
        "http" | "https" => _ = caps.insert("source.http"),
        "oci-layout" => _ = caps.insert("source.ocilayout"),
        _ => {}
    }
    for (attribute, cap) in ATTRIBUTES {
        insert_if(caps, source.attrs.contains_key(attribute), cap);
    }
    // A daemon that does not know the mode may resolve in its own way, except where the user insists on a
    // pull.
    let mode = source.attrs.get(attribute::IMAGE_RESOLVE_MODE);
    insert_if(
        caps,
        mode.is_some_and(|mode| mode == "pull"),
        "source.image.resolvemode",
    );
    // The default secret names are a wish, others a demand.
    let demands = |name, default| source.attrs.get(name).is_some_and(|secret| secret != default);
    let authenticates = demands(attribute::GIT_AUTH_TOKEN_SECRET, git::DEFAULT_TOKEN_SECRET)
        || demands(attribute::GIT_AUTH_HEADER_SECRET, git::DEFAULT_HEADER_SECRET);
    insert_if(caps, authenticates, "source.git.httpauth");
    let subdirectory = source
        .identifier
        .split_once('#')
        .is_some_and(|(_, fragment)| fragment.contains(':'));
    insert_if(caps, scheme == "git" && subdirectory, "source.git.subdir");
}

fn of_exec(exec: &pb::ExecOp, caps: &mut BTreeSet<&'static str>) {
    caps.insert("exec.meta.base");
    if let Some(meta) = &exec.meta {
        insert_if(
            caps,
            !meta.env.iter().any(|env| env.starts_with("PATH=")),
            "exec.meta.setsdefaultpath",
        );
        insert_if(caps, meta.proxy_env.is_some(), "exec.meta.proxyenv");
        insert_if(caps, !meta.ulimit.is_empty(), "exec.meta.ulimit");
        insert_if(caps, !meta.cgroup_parent.is_empty(), "exec.meta.cgroup.parent");
        insert_if(caps, !meta.valid_exit_codes.is_empty(), "exec.validexitcode");
    }
    insert_if(caps, exec.network() != pb::NetMode::Unset, "exec.meta.network");
    insert_if(
        caps,
        exec.security() != pb::SecurityMode::Sandbox,
        "exec.meta.security",
    );
    insert_if(caps, !exec.secretenv.is_empty(), "exec.secretenv");
    insert_if(caps, !exec.cdi_devices.is_empty(), "exec.meta.cdi");
    for mount in &exec.mounts {
        insert_if(caps, !mount.selector.is_empty(), "exec.mount.selector");
        insert_if(
            caps,
            mount.content_cache() != pb::MountContentCache::Default,
            "exec.mount.cache.content",
        );
        match mount.mount_type() {
            pb::MountType::Bind => {
                caps.insert("exec.mount.bind");
                let discarded = !mount.readonly && mount.output == SKIP_OUTPUT;
                insert_if(caps, discarded, "exec.mount.bind.readwrite-nooutput");
            }
            pb::MountType::Cache => caps.extend(["exec.mount.cache", "exec.mount.cache.sharing"]),
            pb::MountType::Tmpfs => {
                caps.insert("exec.mount.tmpfs");
                insert_if(
                    caps,
                    mount.tmpfs_opt.is_some_and(|tmpfs| tmpfs.size > 0),
                    "exec.mount.tmpfs.size",
                );
            }
            pb::MountType::Secret => _ = caps.insert("exec.mount.secret"),
            pb::MountType::Ssh => _ = caps.insert("exec.mount.ssh"),
        }
    }
}

fn of_action(action: &Action, caps: &mut BTreeSet<&'static str>) {
    match action {
        Action::Copy(copy) => {
            let filtered = !copy.include_patterns.is_empty() || !copy.exclude_patterns.is_empty();
            insert_if(caps, filtered, "file.copy.includeexcludepatterns");
            let replaces = copy.always_replace_existing_dest_paths;
            insert_if(caps, replaces, "file.copy.alwaysreplaceexistingdestpaths");
            insert_if(caps, !copy.required_paths.is_empty(), "file.copy.requiredpaths");
        }
        Action::Rm(rm) => insert_if(caps, rm.allow_wildcard, "file.rm.wildcard"),
        Action::Symlink(_) => _ = caps.insert("file.symlink.create"),
        Action::Mkdir(_) | Action::Mkfile(_) => {}
    }
}

fn insert_if(caps: &mut BTreeSet<&'static str>, needed: bool, cap: &'static str) {
    if needed {
        caps.insert(cap);
    }
}

#[cfg(test)]
mod tests;
