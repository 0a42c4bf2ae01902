//! Mounts. Each kind is a type of its own, so that only its own options can be written.

use buildkit_proto::pb;

use crate::output::Output;
use crate::path;
use crate::vertex::{EMPTY, Inputs};

/// A file system, a file or a socket mounted into a command's container.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Mount {
    /// An output of the graph.
    Bind(BindMount),
    /// A directory that lives on from build to build.
    Cache(CacheMount),
    /// An empty file system in memory.
    Tmpfs(TmpfsMount),
    /// A file that holds a secret.
    Secret(SecretMount),
    /// A socket of a forwarded SSH agent.
    Ssh(SshMount),
}

/// A mounted output of the graph.
#[derive(Clone, Debug)]
pub struct BindMount {
    dest: String,
    from: Output,
    selector: String,
    access: Access,
    content_cache: pb::MountContentCache,
}

/// What becomes of what a command writes to a bind mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Output,
    Discard,
    ReadOnly,
}

/// A directory that lives on from build to build.
#[derive(Clone, Debug)]
pub struct CacheMount {
    dest: String,
    id: String,
    sharing: CacheSharing,
    from: Output,
    selector: String,
}

/// What happens when two commands use one cache at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheSharing {
    /// Both write to it.
    #[default]
    Shared,
    /// The second gets a new one.
    Private,
    /// The second waits.
    Locked,
}

/// An empty file system in memory.
#[derive(Clone, Debug)]
pub struct TmpfsMount {
    dest: String,
    size: i64,
}

/// A file that holds a secret.
#[derive(Clone, Debug)]
pub struct SecretMount {
    dest: String,
    secret: pb::SecretOpt,
}

/// A socket of a forwarded SSH agent.
#[derive(Clone, Debug)]
pub struct SshMount {
    dest: String,
    ssh: pb::SshOpt,
}

impl Mount {
    /// Returns `from` mounted at `dest`, writable, what is written being an output of its own.
    pub fn bind(from: &Output, dest: impl Into<String>) -> BindMount {
        BindMount {
            dest: dest.into(),
            from: from.clone(),
            selector: String::new(),
            access: Access::Output,
            content_cache: pb::MountContentCache::Default,
        }
    }

    /// Returns the cache with this id mounted at `dest`; BuildKit takes `dest` for an empty id.
    pub fn cache(dest: impl Into<String>, id: impl Into<String>) -> CacheMount {
        CacheMount {
            dest: dest.into(),
            id: id.into(),
            sharing: CacheSharing::Shared,
            from: Output::scratch(),
            selector: String::new(),
        }
    }

    /// Returns an empty file system in memory mounted at `dest`.
    pub fn tmpfs(dest: impl Into<String>) -> TmpfsMount {
        TmpfsMount {
            dest: dest.into(),
            size: 0,
        }
    }

    /// Returns the secret with this id as the file `dest`, readable by root alone.
    pub fn secret(dest: impl Into<String>, id: impl Into<String>) -> SecretMount {
        let secret = pb::SecretOpt {
            id: id.into(),
            mode: 0o400,
            ..pb::SecretOpt::default()
        };
        SecretMount {
            dest: dest.into(),
            secret,
        }
    }

    /// Returns the SSH agent forwarded under this id as the socket `dest`. `SSH_AUTH_SOCK` is set to the
    /// first one unless the command has its own.
    pub fn ssh(dest: impl Into<String>, id: impl Into<String>) -> SshMount {
        SshMount {
            dest: dest.into(),
            ssh: pb::SshOpt {
                id: id.into(),
                mode: 0o600,
                ..pb::SshOpt::default()
            },
        }
    }

    /// Returns the mount that every command has. BuildKit lets it be writable only with an output.
    pub(super) fn root(base: &Output, read_only: bool) -> Mount {
        let mount = Mount::bind(base, "/");
        if read_only {
            mount.read_only().into()
        } else {
            mount.into()
        }
    }

    /// Returns where it is mounted, as it was given.
    pub fn dest(&self) -> &str {
        match self {
            Mount::Bind(mount) => &mount.dest,
            Mount::Cache(mount) => &mount.dest,
            Mount::Tmpfs(mount) => &mount.dest,
            Mount::Secret(mount) => &mount.dest,
            Mount::Ssh(mount) => &mount.dest,
        }
    }

    /// Returns the place of its kind in an exec's list of mounts.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Mount::Bind(_) | Mount::Cache(_) | Mount::Tmpfs(_) => 0,
            Mount::Secret(_) => 1,
            Mount::Ssh(_) => 2,
        }
    }

    /// Returns whether what is written to it is an output of the exec.
    pub(super) fn has_output(&self) -> bool {
        matches!(
            self,
            Mount::Bind(BindMount {
                access: Access::Output,
                ..
            })
        )
    }

    /// Returns its wire form, with its input added to `inputs`.
    pub(super) fn to_proto(&self, inputs: &mut Inputs, output: i64) -> pb::Mount {
        let mount = pb::Mount {
            input: EMPTY,
            dest: self.dest().to_owned(),
            output,
            ..pb::Mount::default()
        };
        match self {
            Mount::Bind(bind) => pb::Mount {
                input: inputs.add(&bind.from),
                selector: bind.selector.clone(),
                readonly: bind.access == Access::ReadOnly,
                content_cache: bind.content_cache.into(),
                mount_type: pb::MountType::Bind.into(),
                ..mount
            },
            Mount::Cache(cache) => pb::Mount {
                input: inputs.add(&cache.from),
                selector: cache.selector.clone(),
                mount_type: pb::MountType::Cache.into(),
                cache_opt: Some(pb::CacheOpt {
                    id: cache.id.clone(),
                    sharing: cache.sharing.to_proto().into(),
                }),
                ..mount
            },
            Mount::Tmpfs(tmpfs) => pb::Mount {
                mount_type: pb::MountType::Tmpfs.into(),
                tmpfs_opt: Some(pb::TmpfsOpt { size: tmpfs.size }),
                ..mount
            },
            // These two have no output at all; BuildKit's own client leaves the field at 0, and so do we.
            Mount::Secret(secret) => pb::Mount {
                output: 0,
                mount_type: pb::MountType::Secret.into(),
                secret_opt: Some(secret.secret.clone()),
                ..mount
            },
            Mount::Ssh(ssh) => pb::Mount {
                output: 0,
                mount_type: pb::MountType::Ssh.into(),
                ssh_opt: Some(ssh.ssh.clone()),
                ..mount
            },
        }
    }
}

/// Returns a destination in the form in which equal ones are the same string. A relative one stays apart: it
/// is resolved against the working directory.
pub(super) fn comparable(dest: &str) -> String {
    if dest.starts_with('/') {
        path::absolute(dest)
    } else {
        dest.trim_end_matches('/').to_owned()
    }
}

impl BindMount {
    /// Mounts only this path of the output. Read-only or discarded, the cache key then is that path's
    /// content.
    #[must_use]
    pub fn selector(mut self, path: impl Into<String>) -> BindMount {
        self.selector = path.into();
        self
    }

    /// Has the cache key hold what made the output, never the files in it.
    ///
    /// BuildKit otherwise reads every file of a mount whose key is new, in the hope that the content is known: of
    /// a mount as a whole even where it is writable and has an output. That takes seconds for a large tree, which
    /// is better keyed by its origin. Source: moby/buildkit, `solver/llbsolver/ops/exec.go`, `getMountDeps`.
    #[must_use]
    pub fn without_content_cache(mut self) -> BindMount {
        self.content_cache = pb::MountContentCache::Off;
        self
    }

    /// Makes it read-only, without an output.
    #[must_use]
    pub fn read_only(mut self) -> BindMount {
        self.access = Access::ReadOnly;
        self
    }

    /// Leaves it writable and drops what is written.
    #[must_use]
    pub fn discarded(mut self) -> BindMount {
        self.access = Access::Discard;
        self
    }
}

impl CacheMount {
    /// Sets what happens when two commands use the cache at once.
    #[must_use]
    pub fn sharing(mut self, sharing: CacheSharing) -> CacheMount {
        self.sharing = sharing;
        self
    }

    /// Sets what the cache holds when it is new.
    #[must_use]
    pub fn from(mut self, base: &Output) -> CacheMount {
        self.from = base.clone();
        self
    }

    /// Mounts only this path of the cache.
    #[must_use]
    pub fn selector(mut self, path: impl Into<String>) -> CacheMount {
        self.selector = path.into();
        self
    }
}

impl CacheSharing {
    fn to_proto(self) -> pb::CacheSharingOpt {
        match self {
            CacheSharing::Shared => pb::CacheSharingOpt::Shared,
            CacheSharing::Private => pb::CacheSharingOpt::Private,
            CacheSharing::Locked => pb::CacheSharingOpt::Locked,
        }
    }
}

impl TmpfsMount {
    /// Sets the size limit in bytes; none for 0.
    #[must_use]
    pub fn size(mut self, bytes: i64) -> TmpfsMount {
        self.size = bytes;
        self
    }
}

impl SecretMount {
    /// Sets whether the command runs without the file when the build has no such secret.
    #[must_use]
    pub fn optional(mut self, optional: bool) -> SecretMount {
        self.secret.optional = optional;
        self
    }

    /// Sets the permission bits; 0400 without this call.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> SecretMount {
        self.secret.mode = mode;
        self
    }

    /// Sets the owner; root without this call.
    #[must_use]
    pub fn owner(mut self, uid: u32, gid: u32) -> SecretMount {
        (self.secret.uid, self.secret.gid) = (uid, gid);
        self
    }
}

impl SshMount {
    /// Sets whether the command runs without the socket when the client forwards no such agent.
    #[must_use]
    pub fn optional(mut self, optional: bool) -> SshMount {
        self.ssh.optional = optional;
        self
    }

    /// Sets the permission bits; 0600 without this call.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> SshMount {
        self.ssh.mode = mode;
        self
    }

    /// Sets the owner; root without this call.
    #[must_use]
    pub fn owner(mut self, uid: u32, gid: u32) -> SshMount {
        (self.ssh.uid, self.ssh.gid) = (uid, gid);
        self
    }
}

macro_rules! into_mount {
    ($($kind:ident: $mount:ident),*) => {$(
        impl From<$mount> for Mount {
            fn from(mount: $mount) -> Mount {
                Mount::$kind(mount)
            }
        }
    )*};
}
into_mount!(Bind: BindMount, Cache: CacheMount, Tmpfs: TmpfsMount, Secret: SecretMount, Ssh: SshMount);
