//! A static site: what a build of Node wrote, served by a web server.

mod base;
mod recognise;
mod refused;
mod server;
pub mod tools;

use std::collections::BTreeMap;

use serde_json::json;

use super::input::PlanInput;
use super::model::Reason;
use super::{look, runtime};
use crate::diagnostic::Diagnostics;
use crate::kinds::node::workspace::Project;
use crate::manifest::Manifest;
use crate::manifest::tables::{Run, Static};
use crate::manifest::values::Fallback;
use crate::path::is_within;
use crate::plan::{FILE_TIME, Healthcheck, User, WORKSPACE};

pub use base::SiteBase;
pub use recognise::generated::script as generated_by;
pub use recognise::{Decided, Recognised, decide, is_looked_at};
pub(super) use recognise::{is_of_sites, is_of_sites_alone};
pub(super) use refused::{of_node, run_of};
pub use server::{CONFIGURATION, OWN, Own, Shape};
use tools::{Immutable, Pages, TOOLS};

/// The port of a site of which nobody says another one.
const PORT: u16 = 8080;
/// The signal on which nginx ends what it has begun. Source: nginx.org/en/docs/control.html.
const STOP_SIGNAL: &str = "SIGQUIT";

/// A static site.
#[derive(Debug, Clone)]
pub struct Site {
    /// What it stands on.
    pub base: SiteBase,
    /// What the step reads that makes files ready to be served, as JSON.
    pub options: String,
    /// The configuration of the server, with marks for what that step knows.
    pub server: String,
    /// The repository's own configuration of the server.
    pub own: Option<Own>,
    /// Whether the server looks at its configuration before there is an image.
    pub is_checked: bool,
    /// Directories of the package in which its tool keeps what is no part of the site.
    pub work: Vec<String>,
    /// Folders of the package that may be the repository's own, to be served with what the build writes into them.
    pub whole: Vec<String>,
    /// The package's directory in the workspace's tree.
    pub directory: String,
    /// Numeric user and group.
    pub user: User,
    /// Exposed ports.
    pub ports: Vec<u16>,
    /// Health check.
    pub healthcheck: Option<Healthcheck>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Signal that stops the server.
    pub stop_signal: String,
    /// Largest unpacked size in bytes.
    pub max_size: Option<u64>,
}

impl Site {
    /// Returns the command that serves the site; no shell and no script of the image's runs.
    pub fn command(&self) -> Vec<String> {
        let mut command = self.nginx();
        if !self.own.as_ref().is_some_and(|own| own.sets_daemon) {
            command.extend(["-g", "daemon off;"].map(str::to_owned));
        }
        command
    }

    /// Returns the command that looks at the configuration. It is run as root, for whom nginx looks its workers' user up,
    /// by a name that was compiled into it and that the image need not know.
    pub fn check(&self) -> Vec<String> {
        let mut command = self.nginx();
        command.extend(["-t", "-q"].map(str::to_owned));
        if !self.own.as_ref().is_some_and(|own| own.sets_user) {
            command.extend(["-g", "user root root;"].map(str::to_owned));
        }
        command
    }

    fn nginx(&self) -> Vec<String> {
        ["nginx", "-e", "stderr", "-c", CONFIGURATION]
            .map(str::to_owned)
            .to_vec()
    }
}

/// Refuses what the manifest says that has no meaning for a site, and secrets that everybody could read in it.
///
/// # Errors
/// Each mistake at its line.
pub(super) fn check(manifest: &Manifest, decided: &Decided) -> Result<(), Diagnostics> {
    refused::check(manifest, decided, &base::choose(manifest))
}

/// Plans the image of a site, and says why it is what it is.
pub(super) fn plan(
    input: &PlanInput<'_>,
    run: &Run,
    project: &Project,
    decided: &Decided,
) -> (Site, Vec<(String, Reason)>) {
    let manifest = input.manifest;
    let keys = &manifest.site;
    let base = base::choose(manifest);
    let own = project.site.nginx.as_ref().map(Own::read);
    let shape = own.as_ref().map(|own| own.shape);
    let ports: Vec<u16> = match &run.port {
        Some(ports) => ports.all().to_vec(),
        None => vec![PORT],
    };
    let asks_ours = !matches!(shape, Some(Shape::Whole | Shape::Server));
    let (healthcheck, why) = base::healthcheck(run, &base, ports.first().copied().unwrap_or(PORT), asks_ours);
    let user = run.user();
    let directory = input.workspace.container_path(input.service);
    let directory = directory.strip_prefix(WORKSPACE).unwrap_or(&directory);
    let directory = match directory.trim_start_matches('/') {
        "" => ".".to_owned(),
        inside => inside.to_owned(),
    };
    let unchecked = look::unchecked(input);
    let reasons = [
        (
            "kind".to_owned(),
            Reason::new(&decided.why, decided.place.clone()),
        ),
        ("base".to_owned(), Reason::new(&base.why, manifest.place("base"))),
        ("run.healthcheck".to_owned(), why.at(manifest)),
    ];
    let reasons = reasons
        .into_iter()
        .chain(unchecked.clone().map(|why| ("image.check".to_owned(), why)));
    let reasons = reasons.collect();
    let site = Site {
        options: options(keys, decided, project, &directory, asks_ours),
        server: server::write(keys, &ports, own.as_ref(), has_times(input)),
        is_checked: unchecked.is_none(),
        work: work(decided),
        whole: whole(keys, decided),
        directory,
        user: User {
            uid: user.uid,
            gid: user.gid,
        },
        ports,
        healthcheck,
        labels: runtime::labels(input, project),
        stop_signal: run
            .stop_signal
            .as_ref()
            .map_or(STOP_SIGNAL, |signal| signal.as_str())
            .to_owned(),
        max_size: manifest.image.max_size.map(|size| size.0),
        base,
        own,
    };
    (site, reasons)
}

/// Whether the image's files keep the times that follow from what is in them: an exporter that is asked to rewrite times
/// to an earlier date than any of them would make them one.
fn has_times(input: &PlanInput<'_>) -> bool {
    let date = input.arguments.get("SOURCE_DATE_EPOCH");
    let date = date.and_then(|date| date.parse::<i64>().ok());
    date.is_none_or(|date| date >= FILE_TIME)
}

/// Returns the directories in which the tool keeps what is no part of the site, without those that hold the site.
fn work(decided: &Decided) -> Vec<String> {
    let found = decided.recognised.as_ref();
    let work = found.map(|found| found.tool.work).unwrap_or_default().iter();
    let holds = |directory: &str| {
        let mut expected = found.into_iter().flat_map(|found| &found.expected);
        expected.any(|folder| is_within(folder, directory))
    };
    work.filter(|directory| !holds(directory))
        .map(|directory| (*directory).to_owned())
        .collect()
}

/// Returns the folders that are said to be served. One that a known tool writes holds nothing else.
fn whole(keys: &Static, decided: &Decided) -> Vec<String> {
    if decided.recognised.is_some() {
        return Vec::new();
    }
    let written = keys.output.iter().map(|output| output.as_str().to_owned());
    written.chain(decided.served.iter().cloned()).collect()
}

/// Returns what the step reads that makes files ready to be served.
fn options(keys: &Static, decided: &Decided, project: &Project, directory: &str, packs: bool) -> String {
    /// Directories that hold pages which are reports, whatever builds the site.
    const REPORTS: [&str; 3] = ["coverage", "playwright-report", "test-results"];
    let found = decided.recognised.as_ref();
    let mut immutable = serde_json::Map::new();
    match (&keys.immutable, found.map(|found| found.tool.immutable)) {
        (Some(globs), _) => {
            let globs = globs.iter().map(|glob| glob.as_str());
            immutable.insert("globs".to_owned(), globs.collect());
        }
        (None, Some(Immutable::All(folder))) => _ = immutable.insert("all".to_owned(), folder.into()),
        (None, Some(Immutable::AllBut(folder, file))) => {
            immutable.insert("all".to_owned(), folder.into());
            immutable.insert("but".to_owned(), format!("{folder}{file}").into());
        }
        (None, Some(Immutable::Digest(folder))) => _ = immutable.insert("digest".to_owned(), folder.into()),
        (None, Some(Immutable::Capitals(folder))) => {
            _ = immutable.insert("capitals".to_owned(), folder.into())
        }
        (None, Some(Immutable::None) | None) => {}
    }
    let fallback = match keys.fallback {
        None => json!(null),
        Some(Fallback::Index) => json!("index.html"),
        Some(Fallback::NotFound) => json!("404.html"),
        Some(Fallback::None) => json!(false),
    };
    let tools = TOOLS.iter().flat_map(|tool| tool.work).copied();
    let options = json!({
        "directory": directory,
        "output": keys.output.as_ref().map(|output| output.as_str()),
        "expected": found.map_or_else(|| decided.served.clone(), |found| found.expected.clone()),
        "work": tools.chain(REPORTS).collect::<Vec<_>>(),
        "fallback": fallback,
        "pages": pages(found, project),
        "basePath": keys.base_path.as_ref().map(|path| path.as_str()),
        "immutable": immutable,
        "sourceMaps": keys.source_maps.unwrap_or(false),
        "packs": packs,
        "hint": found.and_then(hint),
    });
    format!("{options}\n")
}

/// Returns whether one page answers for all paths (`one`), or there is one for `each`; nothing where no tool is known.
fn pages(found: Option<&Recognised>, project: &Project) -> Option<&'static str> {
    Some(match found?.tool.pages {
        Pages::One => "one",
        Pages::Each => "each",
        Pages::EachUnless(start, key) => match project.site.setting(start, key, None) {
            Some(_) => "one",
            None => "each",
        },
        Pages::OneUnless(start, key, value) => match project.site.setting(start, key, Some(value)) {
            Some(_) => "each",
            None => "one",
        },
    })
}

/// Returns what may be the cause where a tool wrote no page.
fn hint(found: &Recognised) -> Option<&'static str> {
    match found.tool.name {
        "Next.js" => Some("Next.js writes one with `output: 'export'` in its configuration"),
        "React Router" => Some("React Router writes one with `ssr: false` in its configuration"),
        "SvelteKit" | "Vite" => {
            Some("SvelteKit writes one with @sveltejs/adapter-static, Vite with a page at its root")
        }
        _ => None,
    }
}

/// Returns the directories that a build makes of its own, for patterns of what an earlier one left: the folders that a site
/// is expected in, and where its tool keeps more.
pub(super) fn stale(manifest: &Manifest, decided: &Decided) -> Vec<String> {
    let found = decided.recognised.iter();
    let expected = found.clone().flat_map(|found| found.expected.clone());
    let written = manifest
        .site
        .output
        .iter()
        .map(|output| output.as_str().to_owned());
    let work = found
        .flat_map(|found| found.tool.work)
        .map(|work| (*work).to_owned());
    let is_built = decided.recognised.is_some();
    expected
        .chain(written.filter(|_| is_built))
        .chain(work)
        .filter(|folder| folder != ".")
        .collect()
}
