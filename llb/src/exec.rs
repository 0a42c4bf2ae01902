//! Exec: a command run in a container.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use buildkit_proto::pb;

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::vertex::{Draft, Inputs, SKIP_OUTPUT, index};

mod mount;
mod options;
#[cfg(test)]
mod tests;

pub use mount::{BindMount, CacheMount, CacheSharing, Mount, SecretMount, SshMount, TmpfsMount};
pub use options::{Network, ProxyEnv, SecretEnv, Security};

/// The environment variable by which a program finds the SSH agent.
const SSH_AUTH_SOCK: &str = "SSH_AUTH_SOCK";

/// A command to run. It can be built once it has a root: [`Exec::root`] or [`Exec::root_read_only`].
///
/// What has no order to the command has none here either: environment, ulimits, secrets and mounts may be
/// added in any order and give the same bytes.
#[derive(Clone, Debug)]
pub struct Exec<R = Rooted> {
    root: R,
    args: Vec<String>,
    cwd: String,
    env: BTreeMap<String, String>,
    secret_env: BTreeMap<String, SecretEnv>,
    user: String,
    network: Network,
    security: Security,
    hostname: String,
    cgroup_parent: String,
    hosts: Vec<pb::HostIp>,
    ulimits: BTreeMap<String, (i64, i64)>,
    proxy: Option<ProxyEnv>,
    valid_exit_codes: BTreeSet<i32>,
    mounts: Vec<Mount>,
    options: VertexOptions,
}
vertex_options!(Exec<R>);

/// The state of an [`Exec`] that has no root yet.
#[derive(Clone, Copy, Debug)]
pub struct Unrooted;

/// The state of an [`Exec`] that has its root.
#[derive(Clone, Debug)]
pub struct Rooted {
    base: Output,
    read_only: bool,
}

impl Exec<Unrooted> {
    /// Returns a command of a program and its arguments. No shell reads them.
    pub fn new<A: Into<String>>(args: impl IntoIterator<Item = A>) -> Exec<Unrooted> {
        Exec {
            root: Unrooted,
            args: args.into_iter().map(Into::into).collect(),
            cwd: "/".to_owned(),
            env: BTreeMap::new(),
            secret_env: BTreeMap::new(),
            user: String::new(),
            network: Network::Sandbox,
            security: Security::Sandbox,
            hostname: String::new(),
            cgroup_parent: String::new(),
            hosts: Vec::new(),
            ulimits: BTreeMap::new(),
            proxy: None,
            valid_exit_codes: BTreeSet::new(),
            mounts: Vec::new(),
            options: VertexOptions::default(),
        }
    }
}

impl<R> Exec<R> {
    /// Runs in `base`; what the command writes is the root output. Scratch will do if a mount brings the
    /// program.
    #[must_use]
    pub fn root(self, base: &Output) -> Exec<Rooted> {
        self.rooted(Rooted {
            base: base.clone(),
            read_only: false,
        })
    }

    /// Runs in `base` without being able to write to it.
    #[must_use]
    pub fn root_read_only(self, base: &Output) -> Exec<Rooted> {
        self.rooted(Rooted {
            base: base.clone(),
            read_only: true,
        })
    }

    fn rooted(self, root: Rooted) -> Exec<Rooted> {
        Exec {
            root,
            args: self.args,
            cwd: self.cwd,
            env: self.env,
            secret_env: self.secret_env,
            user: self.user,
            network: self.network,
            security: self.security,
            hostname: self.hostname,
            cgroup_parent: self.cgroup_parent,
            hosts: self.hosts,
            ulimits: self.ulimits,
            proxy: self.proxy,
            valid_exit_codes: self.valid_exit_codes,
            mounts: self.mounts,
            options: self.options,
        }
    }

    /// Sets the working directory, an absolute path; `/` without this call.
    #[must_use]
    pub fn cwd(mut self, path: impl Into<String>) -> Self {
        self.cwd = path.into();
        self
    }

    /// Sets an environment variable; a later value of one name wins. Without `PATH` BuildKit sets its default
    /// one.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets an environment variable to a secret, whose value is no part of the graph or of a cache key.
    #[must_use]
    pub fn secret_env(mut self, secret: SecretEnv) -> Self {
        self.secret_env.insert(secret.name.clone(), secret);
        self
    }

    /// Sets the user, as `uid`, `uid:gid`, `name` or `name:group`; root without this call.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// Sets what network the command sees.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// Sets how the command is confined.
    #[must_use]
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Sets the host name.
    #[must_use]
    pub fn hostname(mut self, name: impl Into<String>) -> Self {
        self.hostname = name.into();
        self
    }

    /// Sets the parent of the container's cgroup.
    #[must_use]
    pub fn cgroup_parent(mut self, path: impl Into<String>) -> Self {
        self.cgroup_parent = path.into();
        self
    }

    /// Adds a line to `/etc/hosts`. The order is kept: the first match counts.
    #[must_use]
    pub fn host(mut self, name: impl Into<String>, ip: impl Into<IpAddr>) -> Self {
        self.hosts.push(pb::HostIp {
            host: name.into(),
            ip: ip.into().to_string(),
        });
        self
    }

    /// Sets a resource limit, such as `nofile`; a later one of the same name wins.
    #[must_use]
    pub fn ulimit(mut self, name: impl Into<String>, soft: i64, hard: i64) -> Self {
        self.ulimits.insert(name.into(), (soft, hard));
        self
    }

    /// Sets the proxy variables, which are kept out of the cache key.
    #[must_use]
    pub fn proxy(mut self, proxy: ProxyEnv) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Adds exit codes that count as success; only 0 does without this call.
    #[must_use]
    pub fn valid_exit_codes(mut self, codes: impl IntoIterator<Item = i32>) -> Self {
        self.valid_exit_codes.extend(codes);
        self
    }

    /// Adds a mount.
    #[must_use]
    pub fn mount(mut self, mount: impl Into<Mount>) -> Self {
        self.mounts.push(mount.into());
        self
    }
}

impl Exec<Rooted> {
    /// Returns the outputs of the command.
    pub fn build(mut self) -> ExecOutputs {
        let problems = self.problems();
        let root = Mount::root(&self.root.base, self.root.read_only);
        let mut mounts = std::mem::take(&mut self.mounts);
        mounts.push(root);
        // The order of BuildKit's own client: file systems by destination, then secrets, then agents.
        mounts.sort_by(|a, b| (a.rank(), a.dest()).cmp(&(b.rank(), b.dest())));
        if let Some(agent) = mounts.iter().find(|mount| matches!(mount, Mount::Ssh(_))) {
            self.env
                .entry(SSH_AUTH_SOCK.to_owned())
                .or_insert_with(|| agent.dest().to_owned());
        }

        let mut inputs = Inputs::default();
        let mut output_of = BTreeMap::new();
        let mounts = mounts
            .iter()
            .map(|mount| {
                let output = if mount.has_output() {
                    let output = index(output_of.len());
                    output_of.insert(mount.dest().to_owned(), output);
                    output
                } else {
                    SKIP_OUTPUT
                };
                mount.to_proto(&mut inputs, output)
            })
            .collect();

        let mut options = self.options;
        options.platform = options.platform.or_else(|| self.root.base.platform().cloned());
        let exec = pb::ExecOp {
            meta: Some(pb::Meta {
                args: self.args,
                env: self
                    .env
                    .into_iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect(),
                cwd: self.cwd,
                user: self.user,
                proxy_env: self.proxy.map(Into::into),
                extra_hosts: self.hosts,
                hostname: self.hostname,
                ulimit: self
                    .ulimits
                    .into_iter()
                    .map(|(name, (soft, hard))| pb::Ulimit { name, soft, hard })
                    .collect(),
                cgroup_parent: self.cgroup_parent,
                // Directories made only to mount on are no part of a result.
                remove_mount_stubs_recursive: true,
                valid_exit_codes: self.valid_exit_codes.into_iter().collect(),
            }),
            mounts,
            network: self.network.to_proto().into(),
            security: self.security.to_proto().into(),
            secretenv: self.secret_env.into_values().map(Into::into).collect(),
            cdi_devices: Vec::new(),
        };
        let vertex = Draft {
            kind: pb::op::Op::Exec(exec),
            inputs,
            options,
            platform_specific: true,
            problems,
        }
        .finish();
        let outputs: BTreeMap<String, Output> = output_of
            .into_iter()
            .map(|(dest, index)| (dest, Output::new(vertex.clone(), index)))
            .collect();
        let root = outputs.get("/").cloned().unwrap_or(self.root.base);
        ExecOutputs {
            root,
            outputs,
            digest: vertex.digest.clone(),
        }
    }

    /// Returns what BuildKit or the container runtime would refuse only when the command runs.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.args.is_empty() {
            problems.push("a command needs at least one argument, the program".to_owned());
        }
        let platform = self.options.platform.as_ref().or(self.root.base.platform());
        let windows = platform.is_some_and(|platform| platform.os == "windows");
        if !windows && !self.cwd.starts_with('/') {
            problems.push(format!(
                "the working directory {:?} is not an absolute path",
                self.cwd
            ));
        }
        if self.root.read_only && self.root.base.is_scratch() {
            problems.push("a read-only root needs a file system, not scratch".to_owned());
        }
        for name in self.env.keys().chain(self.secret_env.keys()) {
            if name.is_empty() || name.contains(['=', '\0']) {
                problems.push(format!("{name:?} is not the name of an environment variable"));
            }
        }
        for name in self.secret_env.keys().filter(|name| self.env.contains_key(*name)) {
            problems.push(format!(
                "the environment variable {name} is set twice, to a value and to a secret"
            ));
        }
        let mut seen = BTreeSet::from(["/".to_owned()]);
        for mount in &self.mounts {
            if mount.dest().is_empty() {
                problems.push("a mount has no destination".to_owned());
            } else if !seen.insert(mount::comparable(mount.dest())) {
                problems.push(format!("{:?} is mounted on twice", mount.dest()));
            }
        }
        problems
    }
}

/// What a command leaves behind.
#[derive(Clone, Debug)]
pub struct ExecOutputs {
    root: Output,
    outputs: BTreeMap<String, Output>,
    digest: String,
}

impl ExecOutputs {
    /// Returns the digest of the command's vertex (`sha256:...`), which BuildKit's progress and errors name it by.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the root as the command leaves it. A read-only root is left as it was: this is then the very
    /// output that was given, and depending on it does not run the command.
    pub fn root(&self) -> Output {
        self.root.clone()
    }

    /// Returns the file system mounted at `dest`, spelled as it was mounted, as the command leaves it; `None`
    /// if that is no mount with an output.
    pub fn mount(&self, dest: &str) -> Option<Output> {
        self.outputs.get(dest).cloned()
    }
}
