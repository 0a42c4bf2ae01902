//! What a command sees besides files.

use buildkit_proto::pb;

/// The network of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// One of its own, with access outside.
    #[default]
    Sandbox,
    /// The host's. The user must allow it (`--allow network.host`).
    Host,
    /// None but loopback.
    None,
}

impl Network {
    pub(super) fn to_proto(self) -> pb::NetMode {
        match self {
            Network::Sandbox => pb::NetMode::Unset,
            Network::Host => pb::NetMode::Host,
            Network::None => pb::NetMode::None,
        }
    }
}

/// The confinement of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// The container runtime's defaults.
    #[default]
    Sandbox,
    /// All capabilities. The user must allow it (`--allow security.insecure`).
    Insecure,
}

impl Security {
    pub(super) fn to_proto(self) -> pb::SecurityMode {
        match self {
            Security::Sandbox => pb::SecurityMode::Sandbox,
            Security::Insecure => pb::SecurityMode::Insecure,
        }
    }
}

/// Values of the proxy variables, each set in lower and in upper case for the command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyEnv {
    /// `http_proxy`.
    pub http: String,
    /// `https_proxy`.
    pub https: String,
    /// `ftp_proxy`.
    pub ftp: String,
    /// `no_proxy`.
    pub no: String,
    /// `all_proxy`.
    pub all: String,
}

impl From<ProxyEnv> for pb::ProxyEnv {
    fn from(proxy: ProxyEnv) -> pb::ProxyEnv {
        let ProxyEnv {
            http,
            https,
            ftp,
            no,
            all,
        } = proxy;
        pb::ProxyEnv {
            http_proxy: http,
            https_proxy: https,
            ftp_proxy: ftp,
            no_proxy: no,
            all_proxy: all,
        }
    }
}

/// An environment variable that holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEnv {
    pub(super) name: String,
    id: String,
    optional: bool,
}

impl SecretEnv {
    /// Returns a variable of the same name as the secret with this id.
    pub fn new(id: impl Into<String>) -> SecretEnv {
        let id = id.into();
        SecretEnv {
            name: id.clone(),
            id,
            optional: false,
        }
    }

    /// Sets the name of the variable.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> SecretEnv {
        self.name = name.into();
        self
    }

    /// Sets whether the command runs without the variable when the build has no such secret.
    #[must_use]
    pub fn optional(mut self, optional: bool) -> SecretEnv {
        self.optional = optional;
        self
    }
}

impl From<SecretEnv> for pb::SecretEnv {
    fn from(secret: SecretEnv) -> pb::SecretEnv {
        let SecretEnv { name, id, optional } = secret;
        pb::SecretEnv { id, name, optional }
    }
}
