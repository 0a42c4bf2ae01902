//! Every key of the manifest: name, type, meaning and default.
//!
//! The doc comments are the reference: `docs/manifest.md` and `docs/manifest.schema.json` are made of them.
//! "Default:" begins what holds where the key is not set.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::read::{Field, Item, Reader, Value};
use super::table::{Described, described, table};
use super::targets;
use super::values::reserved::LONGEST_ARGUMENT;
use super::values::{
    Base, ByteSize, Command, Created, EnvName, Fallback, HeaderName, HeaderValue, HealthcheckSetting, Kind,
    LabelKey, Layout, Network, NodeVersion, PackageName, Period, PnpmVersion, Ports, RedirectTarget, Retries,
    Script, ScriptName, Secret, SiteGlob, SitePath, SiteUrl, SshAgents, StopSignal, SystemPackage,
    TargetName, Untrimmed, UrlPath, User, WorkspacePath, WritableDirectory,
};
use super::words::quoted;
use crate::path::is_within;

table! {
    /// The keys at the top of the file, above the first table.
    pub struct Keys {
        /// What kind of service this is: `node`, or `static` for a site that a web server serves.
        /// Default: `static` where the build script is that of a known site and nothing starts a service of its own, or where
        /// the manifest has a table `[static]`; else `node`.
        pub kind: Option<Kind>,
        /// The workspace package to build, by the name in its package.json.
        /// Default: the package.json beside the manifest; where none lies there, the application of Nest (`nest-cli.json`) or
        /// Nx (`project.json`) whose directory it is.
        pub package: Option<PackageName>,
        /// The image to run on: `auto`, `alpine`, `debian`, `distroless`, `scratch`, or any image that has Node. `auto`
        /// takes the smallest one that the native modules of the production dependencies run on, and the
        /// build says why. `scratch` is the smallest: Node from Debian's image, with the libraries that it and the
        /// native modules load, and no shell, package manager or other program. Of a static site: `auto` and `alpine` are the
        /// slim image of unprivileged nginx, `debian` is Debian's, `scratch` is nginx alone with its libraries, and any other
        /// image has to have nginx. Default: `auto`.
        pub base: Option<Base>,
        /// The version of Node, whole or its beginning.
        /// Default: `.nvmrc`, `.node-version`, `.tool-versions`, `mise.toml`, `volta.node`, `devEngines.runtime` or `engines.node`
        /// of the service, else of the workspace; of the others what `engines.node` lets in. Where these leave a choice, one that
        /// the pnpm of the repository runs on.
        pub node: Option<NodeVersion>,
        /// The version of pnpm. Default: `packageManager` of the workspace's package.json.
        pub pnpm: Option<PnpmVersion>,
        /// How the service and the workspace packages that it uses are built.
        pub build: Build,
        /// How the image runs.
        pub run: Run,
        /// How a static site is served; of a Node service there is nothing to say here.
        #[key("static")]
        pub site: Static,
        /// What the image carries and how large it may be.
        pub image: Image,
        /// Other roles of the same image, chosen by `--target NAME`: a worker, a migration.
        /// Each table `[target.NAME]` has the keys of `[run]` and overrides them key by key. Every service has the
        /// targets `deps`, `build`, `test`, `lint`, `dev` and `runtime`, whose names are taken.
        pub target: BTreeMap<TargetName, Run>,
    }
}

table! {
    /// How the service and the workspace packages that it uses are built.
    pub struct Build {
        /// The package.json script that builds a package; `false` where nothing is to be built.
        /// Default: `build`, else what the start script runs in front of the program, else the only one that is named so and compiles, or that is for production.
        pub script: Option<Script>,
        /// Environment variables of the service's own build; shared packages build alike for every service. They
        /// are not in the image, but they are in the build's record: a token belongs in `secrets`.
        pub env: BTreeMap<EnvName, String>,
        /// Build arguments (`--build-arg NAME=VALUE`) that the service's own build reads as environment variables,
        /// each with its default; where that is empty, the variable is set only if the argument is passed.
        /// `TARGETPLATFORM`, `TARGETARCH`, `BUILDPLATFORM` and the like are filled in. They are in the build's
        /// record: a token belongs in `secrets`.
        pub args: BTreeMap<EnvName, String>,
        /// Packages of the system that installing or building the service needs, such as `libcairo2-dev`; in `vextrus.toml`,
        /// those that every package's build needs. What compiles native modules is added without being listed, and so is
        /// `openssl` for Prisma. Default: none.
        #[examples("libcairo2-dev", "g++=4:12.2.0-3")]
        pub packages: Option<Vec<SystemPackage>>,
        /// Workspace files outside the packages that the build reads: the service's own build, and in
        /// `vextrus.toml` those of all packages. The `extends` of a tsconfig.json are followed without being listed. A file that holds credentials by its name, such as `.env` or `.npmrc`,
        /// is read only if it is listed by that name, also where it lies in a package; what the build hands on
        /// may hold it, so that `secrets` are better. Default: none.
        pub files: Option<Vec<WorkspacePath>>,
        /// Secrets that the service's own build may read, each an id, or a table with `id` and optionally
        /// `env` (a variable holds it), `target` (the file that holds it, else `/run/secrets/ID`) and
        /// `required` (else `true`). Default: none.
        pub secrets: Option<Vec<Secret>>,
        /// The ssh agents that the service's own build may ask: `true` for the default one, or a list of the
        /// ids of `--ssh`. Default: `false`.
        pub ssh: Option<SshAgents>,
        /// The network of the service's own build. Installing dependencies always has one. Without the key, scripts that only
        /// compile (`tsc`, `nest build`) have none. Default: `default`.
        pub network: Option<Network>,
        /// Whether a lockfile that does not match the package.json files fails the build. Default: `true`.
        pub frozen: Option<bool>,
        /// Whether the `postinstall` script of the workspace's root package runs before the builds.
        /// Default: `false`.
        pub root_postinstall: Option<bool>,
        /// The package.json script that `--target test` runs. Default: `test`.
        #[examples("test:ci")]
        pub test: Option<ScriptName>,
        /// The package.json script that `--target lint` runs. Default: `lint`.
        #[examples("lint:ci")]
        pub lint: Option<ScriptName>,
        /// The package.json script that the image of `--target dev` runs. Default: `start:dev`, else `dev`.
        #[examples("start:debug")]
        pub dev: Option<ScriptName>,
    }
}

table! {
    /// How the image runs.
    pub struct Run {
        /// The command, as a list of words, or as one text that is split at spaces; no shell runs it.
        /// Default: the script `start:prod` or `start`, else one whose name says it as `prod` or `start:docker`, else `main` of package.json or what a watcher runs.
        pub command: Option<Command>,
        /// The TCP port that the service listens on, or a list of them; the health check asks the first.
        /// Default: none; `8080` of a static site.
        pub port: Option<Ports>,
        /// Environment variables of the service.
        pub env: BTreeMap<EnvName, String>,
        /// Packages of the system that the service needs while it runs, such as `ffmpeg`. `openssl` is added without being
        /// listed where Prisma's engines run. Default: none.
        pub packages: Option<Vec<SystemPackage>>,
        /// The user and group, as numbers. Default: `1001:1001`.
        pub user: Option<User>,
        /// Workspace files outside the packages that the service reads while it runs. A file that holds
        /// credentials by its name, such as `.env`, is in the image only if it is listed by that name,
        /// also where it lies in a package. Default: none.
        #[examples("locales/**", "certificates/ca.pem")]
        pub files: Option<Vec<WorkspacePath>>,
        /// Directories that the user may write, absolute or from the service's directory. Each is a volume, so that
        /// it can be written under a read-only root file system. Those of its own that a service is found to write at its
        /// start are added, with a warning. Default: none.
        pub writable: Option<Vec<WritableDirectory>>,
        /// The signal that stops the service. Default: the base image's, else `SIGTERM`.
        pub stop_signal: Option<StopSignal>,
        /// How packages of the workspace lie in the image: `workspace` as in the repository (`/app/services/auth`), or
        /// `deploy` as `pnpm deploy --prod` writes them: the service's own files in `/app`, and the packages that it uses
        /// below `/app/node_modules`. The layers are the same; what `files` adds keeps its path below `/app`. Default: `workspace`.
        pub layout: Option<Layout>,
        /// How to see that the service is well: a table `[run.healthcheck]`; `false` for no check.
        /// Default: a check by HTTP where the service or a package that it uses depends on a server library, or where it
        /// has a `port`; none for a role with a `command` of its own and neither a `port` nor a table.
        pub healthcheck: Option<HealthcheckSetting>,
    }
}

table! {
    /// How to see that the service is well.
    pub struct Healthcheck {
        /// The path to ask by HTTP on the first port, without a `port` on those that the container listens on;
        /// well is an answer from 200 to 399. Default: the first of `/health/ready`, `/health`, `/healthz` and
        /// `/api/health` that the service knows, of which any answer below 500 is well; else any answer, a connection
        /// where it speaks no HTTP, or that it lives where nothing listens.
        pub path: Option<UrlPath>,
        /// The command that ends with 0 where the service is well, instead of `path`.
        #[examples("node dist/health.js")]
        pub command: Option<Command>,
        /// The time from one check to the next. Default: `30s`.
        pub interval: Option<Period>,
        /// The time after which an unanswered check has failed. Default: `5s`.
        #[examples("10s", "500ms")]
        pub timeout: Option<Period>,
        /// The time for starting in which failures do not count. Default: `30s`.
        #[examples("1m30s", "90s")]
        pub start_period: Option<Period>,
        /// How many failures in a row make the container unhealthy. Default: `3`.
        pub retries: Option<Retries>,
    }
}

table! {
    /// How a static site is served.
    pub struct Static {
        /// The folder that the build writes the site into, from the package's directory.
        /// Default: the usual one of the tool, else the only folder with a page that the build wrote.
        pub output: Option<SitePath>,
        /// What answers where no file does: `"index.html"` for a site that finds its pages in the browser, `"404.html"` or
        /// `false` (no page) for one that has a file for each. A path with an ending that is missing is never a page.
        /// Default: `200.html` or another such page where the build wrote one, else `404.html`, else `index.html` where that is
        /// the page of an application, else no page.
        pub fallback: Option<Fallback>,
        /// The path below which the site is served, such as `/app/`. Default: the one that the built page asks below.
        pub base_path: Option<SiteUrl>,
        /// Files of the site that never change under their names, which browsers keep without asking again.
        /// Default: files in the tool's folder whose names hold a digest, and none that the repository has by the same name.
        pub immutable: Option<Vec<SiteGlob>>,
        /// Whether source maps are part of the image. Default: `false`.
        pub source_maps: Option<bool>,
        /// A file with the configuration of nginx, from the package's directory: one with `http { … }` is taken as it is, one
        /// with `server { … }` takes the place of the site's server, any other lines are added to it.
        /// Default: none.
        #[examples("nginx.conf")]
        pub nginx: Option<SitePath>,
        /// Headers of every answer, such as `Content-Security-Policy`; an empty text removes one that is there by itself
        /// (`X-Content-Type-Options`, `X-Frame-Options`, `Referrer-Policy`).
        pub headers: BTreeMap<HeaderName, HeaderValue>,
        /// Paths that lead elsewhere for good: `"/old" = "/new"`, or to a URL.
        pub redirects: BTreeMap<SiteUrl, RedirectTarget>,
    }
}

table! {
    /// What the image carries and how large it may be.
    pub struct Image {
        /// Labels of the image; `--label` wins over them.
        pub labels: BTreeMap<LabelKey, String>,
        /// The largest size of the unpacked image. A larger one fails the build, which names the largest
        /// directories. Default: no limit, and a warning where base and production dependencies hold over 500 MB.
        pub max_size: Option<ByteSize>,
        /// Whether the build looks if the image can load what it starts: it runs the command without a network until it
        /// waits for something, and fails where a module or a file of the repository is missing from the image, or native
        /// code cannot be loaded. Errors of the service's own, as for a database that is not there, pass. Default: `true`.
        pub check: Option<bool>,
        /// Production dependencies that stay as they were published, by name, or `true` for all of them. From every
        /// other one the image leaves out what no running program loads: type declarations, source maps, documents,
        /// tests, sources of native modules, machine code for other platforms. Default: `false`.
        #[examples("@prisma/client", "pg")]
        pub untrimmed: Option<Untrimmed>,
        /// The date of the image and its history: one such as `2026-11-28T12:00:00Z`, or `commit` for that of the commit
        /// where the build context is a git repository; `--build-arg SOURCE_DATE_EPOCH` wins over it. Files keep their
        /// one time, so that no layer moves; what else goes by it is in `docs/dates.md`. Default: a day of 1985, the same for
        /// every build.
        pub created: Option<Created>,
    }
}

/// As the value of a target: the same keys, each of which overrides that of `[run]`.
impl Value for Run {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let mut run = Self::default();
        Field::read(&mut run, item, path, reader);
        Some(run)
    }

    fn or(self, fallback: Self) -> Self {
        Field::or(self, fallback)
    }

    fn schema() -> Json {
        json!({"$ref": "#/properties/run"})
    }
}

/// The tables with their keys and headers, in the order of the reference page.
pub(super) fn all() -> [Described; 6] {
    [
        described::<Keys>(""),
        described::<Build>("build"),
        described::<Run>("run"),
        described::<Healthcheck>("run.healthcheck"),
        described::<Static>("static"),
        described::<Image>("image"),
    ]
}

/// Iterates over the headers of the tables that have a key.
pub(super) fn homes_of(key: &str) -> impl Iterator<Item = &'static str> {
    all()
        .into_iter()
        .filter(move |(_, keys, _)| keys.contains(&key))
        .map(|(header, ..)| header)
}

impl Keys {
    /// Notes what no value shows alone: names that are taken, two sources of one variable or file.
    pub(super) fn check(&self, reader: &mut Reader) {
        for name in self.target.keys() {
            if let Some(message) = targets::reserved(name) {
                reader.wrong_key(&format!("target.{name}"), &message);
            }
        }
        let mut taken: BTreeSet<&str> = self.build.env.keys().map(EnvName::as_str).collect();
        for name in self.build.args.keys().map(EnvName::as_str) {
            if !taken.insert(name) {
                let message = format!("{} is in `[build.env]` too; keep one of the two", quoted(name));
                reader.wrong_key(&format!("build.args.{name}"), &message);
            }
        }
        for (i, secret) in self.build.secrets.iter().flatten().enumerate() {
            let path = format!("build.secrets[{i}]");
            let id = quoted(secret.id.as_str());
            let around = secret.target.as_deref().and_then(|target| {
                let is_around = |other: &&str| is_within(target, other) || is_within(other, target);
                taken
                    .iter()
                    .copied()
                    .find(|other| *other != target && other.starts_with('/') && is_around(other))
            });
            if let Some(other) = around {
                let message = format!(
                    "the secret {id} cannot be a file at {}, for {} is one too; write another `target`",
                    quoted(secret.target.as_deref().unwrap_or_default()),
                    quoted(other)
                );
                reader.wrong_key(&path, &message);
            }
            for name in [secret.env.as_ref().map(EnvName::as_str), secret.target.as_deref()]
                .into_iter()
                .flatten()
            {
                if !taken.insert(name) {
                    let message = format!(
                        "the secret {id} writes {}, which is already set; write another `env` or `target`",
                        quoted(name)
                    );
                    reader.wrong_key(&path, &message);
                }
            }
        }
        self.check_lengths(reader);
    }

    /// Notes variables that no program can be given.
    fn check_lengths(&self, reader: &mut Reader) {
        let targets = self.target.iter();
        let targets = targets.map(|(name, run)| (format!("target.{name}.env"), &run.env));
        let tables = [
            ("build.env".to_owned(), &self.build.env),
            ("build.args".to_owned(), &self.build.args),
            ("run.env".to_owned(), &self.run.env),
        ];
        for (table, variables) in tables.into_iter().chain(targets) {
            for (name, value) in variables {
                // With `=` and an end.
                if name.as_str().len() + value.len() + 2 > LONGEST_ARGUMENT {
                    let path = format!("{table}.{name}");
                    let message = format!(
                        "{} is longer than the {LONGEST_ARGUMENT} bytes that Linux gives a program; put it into a file",
                        quoted(&path)
                    );
                    reader.wrong_key(&path, &message);
                }
            }
        }
    }
}

/// The defaults that need no look at the repository.
impl Keys {
    /// Returns the base image.
    pub fn base(&self) -> Base {
        self.base.clone().unwrap_or(Base::Auto)
    }
}

/// The defaults that need no look at the repository.
impl Build {
    /// Returns the network of the build steps.
    pub fn network(&self) -> Network {
        self.network.unwrap_or(Network::Default)
    }

    /// Returns whether the lockfile has to match the package.json files.
    pub fn frozen(&self) -> bool {
        self.frozen.unwrap_or(true)
    }

    /// Returns whether the root package's `postinstall` runs before the builds.
    pub fn root_postinstall(&self) -> bool {
        self.root_postinstall.unwrap_or(false)
    }
}

/// The defaults that need no look at the repository.
impl Run {
    /// Returns the user and group of the service.
    pub fn user(&self) -> User {
        self.user.unwrap_or(User { uid: 1001, gid: 1001 })
    }

    /// Returns the layout of the files in the image.
    pub fn layout(&self) -> Layout {
        self.layout.unwrap_or(Layout::Workspace)
    }
}

/// The defaults that need no look at the repository.
impl Image {
    /// Returns what of the production dependencies stays as it was published.
    pub fn untrimmed(&self) -> Untrimmed {
        self.untrimmed
            .clone()
            .unwrap_or_else(|| Untrimmed::Packages(Vec::new()))
    }
}

/// The defaults that need no look at the repository.
impl Healthcheck {
    /// Returns the time from one check to the next.
    pub fn interval(&self) -> Duration {
        self.interval.map_or(Duration::from_secs(30), |period| period.0)
    }

    /// Returns the time after which an unanswered check has failed.
    pub fn timeout(&self) -> Duration {
        self.timeout.map_or(Duration::from_secs(5), |period| period.0)
    }

    /// Returns the time for starting in which failures do not count.
    pub fn start_period(&self) -> Duration {
        self.start_period
            .map_or(Duration::from_secs(30), |period| period.0)
    }

    /// Returns how many failures in a row make the container unhealthy.
    pub fn retries(&self) -> u16 {
        self.retries.map_or(3, |retries| retries.0)
    }
}
