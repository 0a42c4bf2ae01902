//! Git repositories.

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::path;
use crate::source::{Attributes, attribute, output};

/// The secret that BuildKit tries as a token for HTTPS if the build has it.
pub(crate) const DEFAULT_TOKEN_SECRET: &str = "GIT_AUTH_TOKEN";
/// The secret that BuildKit tries as an authorization header for HTTPS if the build has it.
pub(crate) const DEFAULT_HEADER_SECRET: &str = "GIT_AUTH_HEADER";

/// A checkout of a git repository.
#[derive(Clone, Debug)]
pub struct Git {
    remote: String,
    reference: String,
    subdir: String,
    keep_git_dir: bool,
    full_url: Option<String>,
    auth_token_secret: String,
    auth_header_secret: String,
    known_ssh_hosts: String,
    ssh_socket: String,
    checksum: String,
    skip_submodules: bool,
    options: VertexOptions,
}
vertex_options!(Git);

impl Git {
    /// Returns the default branch of a remote: a URL (`https://`, `http://`, `ssh://`, `git://`),
    /// `user@host:path`, or `host/path`, which means HTTPS.
    pub fn new(remote: impl Into<String>) -> Git {
        Git {
            remote: remote.into(),
            reference: String::new(),
            subdir: String::new(),
            keep_git_dir: false,
            full_url: None,
            auth_token_secret: DEFAULT_TOKEN_SECRET.to_owned(),
            auth_header_secret: DEFAULT_HEADER_SECRET.to_owned(),
            known_ssh_hosts: String::new(),
            ssh_socket: String::new(),
            checksum: String::new(),
            skip_submodules: false,
            options: VertexOptions::default(),
        }
    }

    /// Sets the branch, tag or commit.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Git {
        self.reference = reference.into();
        self
    }

    /// Sets the directory of the repository that becomes the root.
    #[must_use]
    pub fn subdir(mut self, subdir: impl Into<String>) -> Git {
        self.subdir = subdir.into();
        self
    }

    /// Sets whether the checkout has its `.git` directory.
    #[must_use]
    pub fn keep_git_dir(mut self, keep: bool) -> Git {
        self.keep_git_dir = keep;
        self
    }

    /// Sets the URL to fetch from, where it is not the remote itself.
    #[must_use]
    pub fn full_url(mut self, url: impl Into<String>) -> Git {
        self.full_url = Some(url.into());
        self
    }

    /// Sets the id of the secret that holds a token; `GIT_AUTH_TOKEN` if the build has it, without this call.
    #[must_use]
    pub fn auth_token_secret(mut self, id: impl Into<String>) -> Git {
        self.auth_token_secret = id.into();
        self
    }

    /// Sets the id of the secret that holds an authorization header; `GIT_AUTH_HEADER` without this call.
    #[must_use]
    pub fn auth_header_secret(mut self, id: impl Into<String>) -> Git {
        self.auth_header_secret = id.into();
        self
    }

    /// Adds a line, or several, of known SSH hosts.
    #[must_use]
    pub fn known_ssh_hosts(mut self, lines: impl AsRef<str>) -> Git {
        self.known_ssh_hosts
            .push_str(lines.as_ref().trim_end_matches('\n'));
        self.known_ssh_hosts.push('\n');
        self
    }

    /// Sets the id of the forwarded SSH agent; `default` for an SSH remote, without this call.
    #[must_use]
    pub fn ssh_socket(mut self, id: impl Into<String>) -> Git {
        self.ssh_socket = id.into();
        self
    }

    /// Sets the commit, or its first digits, that the reference must lead to.
    #[must_use]
    pub fn checksum(mut self, commit: impl Into<String>) -> Git {
        self.checksum = commit.into();
        self
    }

    /// Sets whether submodules are left out.
    #[must_use]
    pub fn skip_submodules(mut self, skip: bool) -> Git {
        self.skip_submodules = skip;
        self
    }

    /// Returns the checkout's files.
    pub fn output(self) -> Output {
        let remote = Remote::parse(&self.remote);
        let mut problems = Vec::new();
        if remote.host_and_path.is_empty() {
            problems
                .push("a git source needs a remote, such as https://github.com/moby/buildkit.git".to_owned());
        }
        let mut identifier = format!("git://{}", remote.host_and_path);
        let subdir = path::absolute(&self.subdir);
        let subdir = subdir.trim_start_matches('/');
        if !self.reference.is_empty() || !subdir.is_empty() {
            identifier = format!("{identifier}#{}", self.reference);
        }
        if !subdir.is_empty() {
            identifier = format!("{identifier}:{subdir}");
        }
        let mut attributes = Attributes::default();
        attributes.set_if(attribute::GIT_KEEP_DIR, self.keep_git_dir);
        attributes.set(attribute::GIT_FULL_URL, self.full_url.unwrap_or(remote.url));
        attributes.set(attribute::GIT_AUTH_TOKEN_SECRET, self.auth_token_secret);
        attributes.set(attribute::GIT_AUTH_HEADER_SECRET, self.auth_header_secret);
        if remote.is_ssh {
            attributes.set(attribute::GIT_KNOWN_SSH_HOSTS, self.known_ssh_hosts);
            let socket = if self.ssh_socket.is_empty() {
                "default".to_owned()
            } else {
                self.ssh_socket
            };
            attributes.set(attribute::GIT_SSH_SOCKET, socket);
        }
        attributes.set(attribute::GIT_CHECKSUM, self.checksum);
        attributes.set_if(attribute::GIT_SKIP_SUBMODULES, self.skip_submodules);
        output(identifier, attributes, self.options, false, problems)
    }
}

/// A remote taken apart. Its host and path alone make the vertex's identifier, so that HTTPS and SSH name one
/// thing.
struct Remote {
    url: String,
    host_and_path: String,
    is_ssh: bool,
}

impl Remote {
    fn parse(remote: &str) -> Remote {
        if let Some((scheme, rest)) = remote.split_once("://") {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit('@').next().unwrap_or(authority);
            return Remote {
                url: remote.to_owned(),
                host_and_path: join(host, path),
                is_ssh: scheme.eq_ignore_ascii_case("ssh"),
            };
        }
        // The scp form: no slash before the colon, and a user.
        if let Some((authority, path)) = remote.split_once(':')
            && let Some((_, host)) = authority.split_once('@')
            && !authority.contains('/')
        {
            return Remote {
                url: remote.to_owned(),
                host_and_path: join(host, path),
                is_ssh: true,
            };
        }
        match remote {
            "" => Remote {
                url: String::new(),
                host_and_path: String::new(),
                is_ssh: false,
            },
            _ => Remote::parse(&format!("https://{remote}")),
        }
    }
}

fn join(host: &str, repository: &str) -> String {
    match path::absolute(repository) {
        root if root == "/" => host.to_owned(),
        repository => format!("{host}{repository}"),
    }
}
