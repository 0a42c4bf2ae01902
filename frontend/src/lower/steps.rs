//! What every vertex shares: its name in the user's words, its line in the manifest, the flags of buildx.

use buildkit_llb::{
    BindMount, CacheSharing, Copy, Exec, File, Location, MkDir, MkFile, Mount, Network, Output, Platform,
    Rooted,
};

use std::collections::BTreeSet;

use super::{ResolvedImage, Surroundings};
use crate::plan::{Origin, Plan, SCRIPTS, Stage, WORKSPACE, caches};
use crate::source::Part;

/// Factory of vertices for one plan.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    pub(super) plan: &'a Plan,
    pub(super) surroundings: &'a Surroundings,
    /// The frontend's scripts, mounted read-only into the steps that run them.
    scripts: Output,
}

impl<'a> Steps<'a> {
    pub(super) fn new(plan: &'a Plan, surroundings: &'a Surroundings) -> Self {
        let mut scripts = File::on(&Output::scratch());
        for (name, text) in SCRIPT_FILES {
            scripts = scripts.mkfile(
                MkFile::new(format!("/{name}"), text.as_bytes())
                    .mode(0o755)
                    .timestamp(0),
            );
        }
        let scripts = unshown(plan, scripts)
            .name(format!("[{}] load the build's scripts", plan.label))
            .locations(surroundings.keys.get(""))
            .output();
        Self {
            plan,
            surroundings,
            scripts,
        }
    }

    /// Keeps a vertex that only writes texts off the progress display.
    pub(super) fn unshown(&self, file: File) -> File {
        unshown(self.plan, file)
    }

    /// Returns files of the context: the paths in `include` with everything below, without the patterns in
    /// `exclude`; the empty path is the context itself.
    ///
    /// Each part of the context that changes on its own is a source of its own, made of nothing but what it
    /// holds, so that it is the same vertex for every service of a bake.
    pub(super) fn load<'p>(
        &self,
        what: &str,
        include: impl IntoIterator<Item = &'p String>,
        exclude: &[String],
        locations: &[&Location],
    ) -> Output {
        let mut include: BTreeSet<&String> = include.into_iter().collect();
        if include.iter().any(|path| path.is_empty()) {
            include.clear();
        }
        let include: Vec<String> = include.into_iter().cloned().collect();
        self.surroundings.context.part(&Part {
            name: &format!("[internal] load {what}"),
            group: Some("[internal] load build context"),
            hint: &format!("vextrus-{what}"),
            include: &include,
            exclude,
            locations,
        })
    }

    /// Returns the workspace in the root file system that a named context gives.
    pub(super) fn workspace_of(&self, root: &Output, context: &str) -> Output {
        let copy = copy(root, WORKSPACE, "/").contents_only(true);
        File::on(&Output::scratch())
            .copy(copy)
            .name(self.name(format!("take {WORKSPACE} from the context {context}")))
            .locations(self.key(""))
            .output()
    }

    /// Returns the name of a step that runs where builds do, behind the service's label.
    pub(super) fn name(&self, what: impl AsRef<str>) -> String {
        self.name_on(&self.surroundings.build, what)
    }

    /// Returns the name of a step that runs on a platform, which is told where the build is for several.
    pub(super) fn name_on(&self, platform: &Platform, what: impl AsRef<str>) -> String {
        let label = &self.plan.label;
        if self.surroundings.several {
            format!("[{platform} {label}] {}", what.as_ref())
        } else {
            format!("[{label}] {}", what.as_ref())
        }
    }

    /// Returns the line of a manifest's key; without the key, the line that made the file a build file.
    pub(super) fn key(&self, key: &str) -> Vec<&'a Location> {
        let keys = &self.surroundings.keys;
        keys.get(key).or_else(|| keys.get("")).into_iter().collect()
    }

    /// Returns the lines that a step comes from; without any, the line that made the manifest a build file.
    pub(super) fn at<'o>(&self, origins: impl IntoIterator<Item = &'o Origin>) -> Vec<&'a Location> {
        let origins = origins.into_iter();
        let found: Vec<&Location> = origins
            .filter_map(|origin| self.surroundings.origins.get(origin))
            .collect();
        if found.is_empty() { self.key("") } else { found }
    }

    /// Mounts one of the frontend's scripts at `/vextrus`: a step's key holds the script that it runs, and no other.
    pub(super) fn script(&self, name: &str) -> BindMount {
        let path = format!("/{name}");
        Mount::bind(&self.scripts, format!("{SCRIPTS}{path}"))
            .selector(path)
            .read_only()
    }

    /// Starts a step of a stage that runs a program on `root`, under the image's own environment.
    pub(super) fn run<A: Into<String>>(
        &self,
        stage: Stage,
        root: &Output,
        image: &ResolvedImage,
        args: impl IntoIterator<Item = A>,
        platform: &Platform,
    ) -> Exec<Rooted> {
        let options = &self.surroundings.exec;
        let mut exec = Exec::new(args).root(root).cwd("/").platform(platform);
        for (name, value) in &image.env {
            exec = exec.env(name, value);
        }
        for (name, address) in &options.hosts {
            exec = exec.host(name, *address);
        }
        for (name, soft, hard) in &options.ulimits {
            exec = exec.ulimit(name, *soft, *hard);
        }
        if let Some(size) = options.shm_size {
            exec = exec.mount(Mount::tmpfs("/dev/shm").size(i64::try_from(size).unwrap_or(i64::MAX)));
        }
        if let Some(parent) = &options.cgroup_parent {
            exec = exec.cgroup_parent(parent);
        }
        if let Some(hostname) = &options.hostname {
            exec = exec.hostname(hostname);
        }
        if self.surroundings.uncached.stages.contains(&stage) {
            exec = exec.ignore_cache();
        }
        if let Some(proxy) = &options.proxy {
            exec = exec.proxy(proxy.clone());
        }
        // Without a network nothing can be fetched: that is for the repository's own scripts alone.
        match options.network.as_deref() {
            Some("none") => exec,
            network => with_network(exec, network),
        }
    }

    /// Returns an image's root file system; `key` of the manifest chooses it.
    ///
    /// Its line is an internal one, as that of the context is: what is loaded is never CACHED.
    pub(super) fn image(&self, image: &ResolvedImage, platform: &Platform, key: &str) -> Output {
        let name = |what| match self.surroundings.several {
            true => format!("[{platform} internal] load {what}"),
            false => format!("[internal] load {what}"),
        };
        image.root.output(platform, name, self.key(key))
    }

    /// Returns what a variable such as `TARGETARCH` holds: a part of the image's platform, or of the build's.
    pub(super) fn platform_variable(&self, name: &str) -> String {
        let (platform, part) = match name.strip_prefix("TARGET") {
            Some(part) => (&self.surroundings.target, part),
            None => (&self.surroundings.build, name.trim_start_matches("BUILD")),
        };
        match part {
            "OS" => platform.os.clone(),
            "OSVERSION" => platform.os_version.clone(),
            "ARCH" => platform.architecture.clone(),
            "VARIANT" => platform.variant.clone(),
            _ => platform.to_string(),
        }
    }

    /// Lets Node keep what it compiled of a step's programs, package managers and compilers, for the next step: a
    /// tenth of a service's build. Versions before 22.1 do not know the variable.
    ///
    /// Not for tests, whose coverage V8 reports less exactly of code from a cache. Source: the documentation of
    /// `node:module`, "Module compile cache".
    pub(super) fn with_compile_cache(&self, exec: Exec<Rooted>) -> Exec<Rooted> {
        let directory = format!("{SCRIPTS}/compiled");
        let cache = Mount::cache(&directory, self.cache_id(caches::COMPILED)).sharing(CacheSharing::Shared);
        exec.env("NODE_COMPILE_CACHE", directory).mount(cache)
    }

    /// Returns the id of a cache mount.
    pub(super) fn cache_id(&self, name: &str) -> String {
        match self.surroundings.cache_namespace.as_str() {
            "" => format!("vextrus/{name}"),
            namespace => format!("{namespace}/vextrus/{name}"),
        }
    }

    /// Returns a copy for an image layer: root's, of a fixed time, so that equal contents are equal bytes.
    pub(super) fn layer_copy(&self, from: &Output, source: &str, destination: &str) -> Copy {
        copy(from, source, destination)
            .contents_only(true)
            .create_dest_path(true)
            .timestamp(self.surroundings.timestamp)
    }

    /// Returns a directory for an image layer.
    pub(super) fn layer_directory(&self, path: &str) -> MkDir {
        MkDir::new(path)
            .parents(true)
            .mode(0o755)
            .timestamp(self.surroundings.timestamp)
    }

    /// Returns a file for an image layer.
    pub(super) fn layer_file(&self, path: &str, text: &str) -> MkFile {
        MkFile::new(path, text.as_bytes())
            .mode(0o644)
            .timestamp(self.surroundings.timestamp)
    }
}

/// Puts a vertex into a group of weak members alone, which has no line of its own.
///
/// What is written onto scratch has no input, so BuildKit tells its cache key by starting it, and neither it nor a line
/// that it is on is ever CACHED, whether it runs or not. Source: moby/buildkit, `solver/jobs.go`, `sharedOp.CacheMap`,
/// and `util/progress/progressui/display.go`, `vertexGroup.refresh`.
fn unshown(plan: &Plan, file: File) -> File {
    file.progress_group(format!("[{}] written files", plan.label), "written files", true)
}

/// Returns the copy of a directory, a file, or what a glob matches; a glob is the same on both sides.
pub(super) fn copy(from: &Output, source: &str, destination: &str) -> Copy {
    match split_glob(source) {
        (_, None) => Copy::new(from, source, destination),
        (directory, Some(glob)) => Copy::new(from, directory, split_glob(destination).0).include([glob]),
    }
}

/// Splits a path into the directory before its first wildcard and the glob below that.
///
/// `/proto/**` is `/proto` and `**`; `/tsconfig.json` has no glob.
fn split_glob(path: &str) -> (&str, Option<&str>) {
    let Some(wildcard) = path.find(['*', '?', '[']) else {
        return (path, None);
    };
    let slash = path.get(..wildcard).and_then(|fixed| fixed.rfind('/'));
    match slash.and_then(|slash| Some((path.get(..slash)?, path.get(slash + 1..)?))) {
        Some(("", glob)) => ("/", Some(glob)),
        Some((directory, glob)) => (directory, Some(glob)),
        None => ("/", Some(path)),
    }
}

/// Applies a network mode by the name that buildx and the manifest use.
pub(super) fn with_network(exec: Exec<Rooted>, mode: Option<&str>) -> Exec<Rooted> {
    match mode {
        Some("none") => exec.network(Network::None),
        Some("host") => exec.network(Network::Host),
        Some("default") => exec.network(Network::Sandbox),
        _ => exec,
    }
}

/// Scripts that run while building.
const SCRIPT_FILES: [(&str, &str); 8] = [
    ("budget.cjs", include_str!("../scripts/budget.cjs")),
    ("collect.cjs", include_str!("../scripts/collect.cjs")),
    ("inject.cjs", include_str!("../scripts/inject.cjs")),
    ("pnpm.sh", include_str!("../scripts/pnpm.sh")),
    ("scratch.cjs", include_str!("../scripts/scratch.cjs")),
    ("tidy.cjs", include_str!("../scripts/tidy.cjs")),
    ("trim.cjs", include_str!("../scripts/trim.cjs")),
    ("turn.sh", include_str!("../scripts/turn.sh")),
];
