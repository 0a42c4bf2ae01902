//! Programs that run.

use buildkit_llb::{
    CacheSharing, Exec, ExecOutputs, Mount as LlbMount, Network as LlbNetwork, Rooted, SecretEnv,
};

use super::Graph;
use super::names::Grouped as _;
use crate::diagnostic::Diagnostic;
use crate::plan::{Files, Key, Mount, Network, Run, Step, StepId};

impl Graph<'_> {
    pub(super) fn run(&self, id: StepId, step: &Step, run: &Run) -> Result<ExecOutputs, Diagnostic> {
        let image = self
            .resolved(run.image)
            .ok_or_else(|| Diagnostic::internal(format!("{:?} was not resolved", run.image)))?;
        let mut exec = Exec::new(run.command.iter().cloned())
            .root(&self.output(&run.on)?)
            .cwd(&run.directory)
            .platform(self.platform(run.side));
        for (name, value) in image.env.iter().chain(&run.env) {
            exec = exec.env(name, value);
        }
        exec = self.with_options(exec);
        if self.surroundings.no_cache.contains(&id) {
            exec = exec.ignore_cache();
        }
        for secret in &run.secret_env {
            let filled = SecretEnv::new(&secret.id).name(&secret.variable);
            exec = exec.secret_env(filled.optional(!secret.is_required));
        }
        for mount in &run.mounts {
            exec = exec.mount(self.mount(mount)?);
        }
        exec = self.with_network(exec, run.network);
        let exec = exec.name(&step.name).grouped(step);
        Ok(exec.locations(self.locate(&step.places)).build())
    }

    /// Adds what the command line asks of every step.
    fn with_options(&self, mut exec: Exec<Rooted>) -> Exec<Rooted> {
        let options = &self.surroundings.exec;
        for (name, address) in &options.hosts {
            exec = exec.host(name, *address);
        }
        for (name, soft, hard) in &options.ulimits {
            exec = exec.ulimit(name, *soft, *hard);
        }
        if let Some(size) = options.shm_size {
            exec = exec.mount(LlbMount::tmpfs("/dev/shm").size(i64::try_from(size).unwrap_or(i64::MAX)));
        }
        if let Some(parent) = &options.cgroup_parent {
            exec = exec.cgroup_parent(parent);
        }
        if let Some(hostname) = &options.hostname {
            exec = exec.hostname(hostname);
        }
        match &options.proxy {
            Some(proxy) => exec.proxy(proxy.clone()),
            None => exec,
        }
    }

    fn with_network(&self, exec: Exec<Rooted>, network: Network) -> Exec<Rooted> {
        let asked = self.surroundings.exec.network.as_deref();
        match (network, asked) {
            (Network::None, _)
            | (Network::Unneeded, None)
            | (Network::Asked | Network::Unneeded, Some("none")) => exec.network(LlbNetwork::None),
            (Network::Host, _) | (Network::Asked | Network::Unneeded | Network::Fetch, Some("host")) => {
                exec.network(LlbNetwork::Host)
            }
            _ => exec.network(LlbNetwork::Sandbox),
        }
    }

    fn mount(&self, mount: &Mount) -> Result<LlbMount, Diagnostic> {
        Ok(match mount {
            Mount::Cache { at, id, is_shared } => {
                let sharing = match is_shared {
                    true => CacheSharing::Shared,
                    false => CacheSharing::Locked,
                };
                LlbMount::cache(at, id).sharing(sharing).into()
            }
            Mount::Read { at, files, from, key } => {
                self.bind(at, files, from.as_deref(), *key)?.read_only().into()
            }
            Mount::Work { at, files, from, key } => self.bind(at, files, from.as_deref(), *key)?.into(),
            Mount::Secret { at, id, is_required } => LlbMount::secret(at, id).optional(!is_required).into(),
            Mount::Agent { at, id } => LlbMount::ssh(at, id).into(),
        })
    }

    fn bind(
        &self,
        at: &str,
        files: &Files,
        from: Option<&str>,
        key: Key,
    ) -> Result<buildkit_llb::BindMount, Diagnostic> {
        let mut bind = LlbMount::bind(&self.output(files)?, at);
        if let Some(from) = from {
            bind = bind.selector(from);
        }
        Ok(match key {
            Key::Content => bind,
            Key::Maker => bind.without_content_cache(),
        })
    }
}
