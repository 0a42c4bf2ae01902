//! Whether a package is a static site: by certain signs alone. Who is mistaken writes `kind`.

pub(super) mod generated;
mod service;

use super::tools::{By, FILE_SERVERS, OUTPUT_FLAGS, TOOLS, Tool};
use crate::diagnostic::Place;
use crate::kinds::node::plan::command::{self, Words};
use crate::kinds::node::plan::place;
use crate::kinds::node::workspace::{PackageJson, Project};
use crate::manifest::Manifest;
use crate::manifest::values::{Kind, Script};
use crate::path::{join, leaves};
use service::starts_service;

/// A tool that a build script runs.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The tool.
    pub tool: &'static Tool,
    /// Whether all signs of a site are there.
    pub is_certain: bool,
    /// The folders that the site is expected in, the most likely first, from the package's directory.
    pub expected: Vec<String>,
    /// The script that runs it.
    pub script: String,
    /// Its line.
    pub place: Place,
}

impl Recognised {
    /// Whether the build may turn out to be a site's: a configuration that is a program has the value somewhere by which it
    /// is one, and what starts is the tool itself, which then has nothing to start.
    pub fn may_be_site(&self, project: &Project) -> bool {
        let By::Setting(starts, _, values) = &self.tool.by else {
            return false;
        };
        let quoted = |value: &&str| [format!("'{value}'"), format!("\"{value}\""), format!("`{value}`")];
        let words: Vec<String> = values.iter().flat_map(quoted).collect();
        let has = |start: &&str| {
            words
                .iter()
                .any(|word| project.site.line_of(start, word).is_some())
        };
        !self.is_certain && starts.iter().any(has) && !starts_service(project, self)
    }
}

/// What a service was found to be.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The kind.
    pub kind: Kind,
    /// The kind without a word of the manifest.
    pub inferred: Kind,
    /// The tool that builds a site, where one is known.
    pub recognised: Option<Recognised>,
    /// The folders that a start script serves which only looks at a site, where no tool is known that writes it.
    pub served: Vec<String>,
    /// Why it is this kind.
    pub why: String,
    /// The line that says so.
    pub place: Option<Place>,
}

impl Decided {
    /// Whether nothing says what kind it is.
    pub fn is_default(&self) -> bool {
        self.kind == Kind::Node && self.place.is_none()
    }
}

/// Decides what kind of service a package is: what the manifest says, else what the repository does, else what its build was
/// seen to leave: `has_pages` says that those are pages and nothing that starts a service.
pub fn decide(manifest: &Manifest, project: &Project, has_pages: bool) -> Decided {
    let recognised = recognise(manifest, project);
    let sure = recognised.clone().filter(|found| found.is_certain);
    let sure = sure.filter(|found| !starts_service(project, found));
    let served = match sure {
        // The root's start script is about all of its applications, or none.
        None if is_application(project) => None,
        None => served(&project.manifest),
        Some(_) => None,
    };
    let inferred = match (&sure, &served) {
        (None, None) => Kind::Node,
        _ => Kind::Static,
    };
    let table = manifest.own_place("static");
    let command = ["run.command", "target"]
        .into_iter()
        .find_map(|key| manifest.own_place(key));
    let (kind, why, place) = match (manifest.kind, table, command, sure) {
        (Some(kind), ..) => (kind, "the manifest sets it".to_owned(), manifest.place("kind")),
        (None, Some(table), ..) => (
            Kind::Static,
            "the manifest has `[static]`".to_owned(),
            Some(table),
        ),
        (None, None, Some(command), _) => {
            let why = "the manifest says what is started".to_owned();
            (Kind::Node, why, Some(command))
        }
        (None, None, None, Some(found)) => {
            let why = format!(
                "{} builds it (`{}`), and nothing starts a service",
                found.tool.name, found.script
            );
            (Kind::Static, why, Some(found.place))
        }
        (None, None, None, None) if let Some(served) = &served => {
            let why = format!("`{}` serves files, and only developers have it", served.script);
            (Kind::Static, why, Some(served.place.clone()))
        }
        (None, None, None, None) if has_pages => {
            let why = "its build leaves pages, and nothing that starts a service".to_owned();
            (Kind::Static, why, Some(manifest.first_line()))
        }
        (None, None, None, None) => (Kind::Node, "the default".to_owned(), None),
    };
    Decided {
        kind,
        inferred,
        recognised,
        served: served.map(|served| served.folders).unwrap_or_default(),
        why,
        place,
    }
}

/// A start script that serves a folder of files.
struct Served {
    folders: Vec<String>,
    script: String,
    place: Place,
}

/// Returns what the start script serves, where all that it starts is a server of files that no production install has: it is
/// for who looks at a site. That of a library shows an example.
fn served(manifest: &PackageJson) -> Option<Served> {
    let inferred = command::infer(manifest, (None, None), ".", &[]);
    let [field, name] = inferred.field.as_slice() else {
        return None;
    };
    let (_, words) = inferred.started().split_first()?;
    let is_library = !manifest.bin.is_empty() || manifest.exports.is_some();
    if field != "scripts"
        || is_library
        || !command::developers_program(&inferred, manifest).is_some_and(is_file_server)
    {
        return None;
    }
    let folders = words.iter().filter(|word| !word.starts_with('-'));
    let folders = folders
        .map(|word| join(".", word))
        .filter(|folder| !leaves(folder) && folder != ".");
    Some(Served {
        folders: folders.collect(),
        script: manifest.scripts.get(name)?.clone(),
        place: place::of_script(manifest, name),
    })
}

fn is_file_server(program: &str) -> bool {
    FILE_SERVERS.contains(&program)
}

/// Returns whether what the package's directory holds has to be looked at to tell the kind.
pub fn is_looked_at(manifest: &Manifest, project: &Project) -> bool {
    let is_said = manifest.kind == Some(Kind::Static) || manifest.own_place("static").is_some();
    is_said || manifest.kind.is_none() && built_by(manifest, project).is_some()
}

/// What builds a package by a known tool.
struct Built {
    /// The first of its commands that builds what a browser takes.
    words: Words,
    /// The script that runs it.
    script: String,
    /// Its line.
    place: Place,
    /// Whether another command builds what renders on a server: the pages are not all that there is.
    has_server: bool,
}

/// Whether a package is one of several applications that have no package.json.
fn is_application(project: &Project) -> bool {
    project.nx.as_ref().is_some_and(|nx| nx.directory.is_some())
}

fn built_by(manifest: &Manifest, project: &Project) -> Option<Built> {
    let is_built = |words: &Words| TOOLS.iter().any(|tool| is_run(tool, words));
    if let (None, Some(nx)) = (&manifest.build.script, &project.nx) {
        let own = command::build_script(&project.manifest).filter(|_| !is_application(project));
        let place = match own {
            Some(name) => place::of_script(&project.manifest, name),
            None => place::of_nx(&project.manifest, nx),
        };
        let script = own.and_then(|name| project.manifest.scripts.get(name));
        return is_built(&nx.runs).then(|| Built {
            words: nx.runs.clone(),
            script: script.cloned().unwrap_or_else(|| nx.words().join(" ")),
            place,
            has_server: false,
        });
    }
    let project = &project.manifest;
    let name = match &manifest.build.script {
        None => command::build_script(project)?,
        Some(Script::Named(name)) => name.as_str(),
        Some(Script::None) => return None,
    };
    let (script, _) = project.scripts.get_key_value(name)?;
    let commands = command::commands(project, script);
    let has_server = commands.iter().any(|words| {
        let is_of_tool = TOOLS.iter().any(|tool| builds(tool, words));
        is_of_tool && words.iter().any(|word| is_flag(word, "--ssr"))
    });
    Some(Built {
        words: commands.into_iter().find(is_built)?,
        script: project.scripts.get(script).cloned().unwrap_or_default(),
        place: place::of_script(project, script),
        has_server,
    })
}

fn recognise(manifest: &Manifest, project: &Project) -> Option<Recognised> {
    let Built {
        words,
        script,
        place,
        has_server,
    } = built_by(manifest, project)?;
    let tools = || TOOLS.iter().filter(|tool| is_run(tool, &words));
    let fits = |tool: &&Tool| fits(tool, &words, project);
    let tool = tools().find(fits).or_else(|| {
        // One that is not certain is still the tool of the command, unless a dependency would have to say so.
        tools().find(|tool| !matches!(tool.by, By::Dependency(_)))
    })?;
    Some(Recognised {
        tool,
        is_certain: fits(&tool) && !has_server,
        expected: expected(tool, &words, project),
        script,
        place,
    })
}

/// Whether a command builds by a tool that builds sites and nothing else.
pub(in super::super) fn is_of_sites_alone(words: &Words) -> bool {
    let mut tools = TOOLS.iter().filter(|tool| tool.by == By::Command);
    tools.any(|tool| is_run(tool, words))
}

/// Whether a program is one of a tool that builds nothing but sites, or serves files.
pub(in super::super) fn is_of_sites(program: &str) -> bool {
    let mut tools = TOOLS
        .iter()
        .filter(|tool| matches!(tool.by, By::Command | By::Page));
    is_file_server(program) || tools.any(|tool| tool.builds.iter().any(|(name, _)| *name == program))
}

/// Whether a command builds a site by a tool.
fn is_run(tool: &Tool, words: &Words) -> bool {
    let is_server = |word: &String| SERVERS.iter().any(|flag| is_flag(word, flag));
    builds(tool, words) && !words.iter().skip(1).any(is_server)
}

/// Flags by which a tool builds for a server, or is one.
const SERVERS: [&str; 4] = ["--serve", "--ssr", "--watch", "-w"];

/// Whether a word is a flag, alone or with its value.
fn is_flag(word: &str, flag: &str) -> bool {
    word.strip_prefix(flag)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Whether a command builds by a tool, whatever.
fn builds(tool: &Tool, words: &Words) -> bool {
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    let first = arguments.iter().find(|word| !word.starts_with('-'));
    let is_of = |word: &str| word.is_empty() || first.is_some_and(|first| first == word);
    let mut commands = tool.builds.iter();
    commands.any(|(name, word)| name == program && is_of(word))
}

/// Whether all signs of a tool's site are there.
fn fits(tool: &Tool, words: &Words, project: &Project) -> bool {
    let (manifest, files) = (&project.manifest, &project.site);
    match &tool.by {
        By::Command => true,
        // Analog's page is that of a server.
        By::Page => {
            let source = manifest.raw.get("source").and_then(serde_json::Value::as_str);
            let mut named = words.iter().map(String::as_str).chain(source);
            let names_page = named.any(|word| word.ends_with(".html"));
            (files.has("index.html") || names_page) && manifest.specifier("@analogjs/platform").is_none()
        }
        By::Dependency(name) => manifest.specifier(name).is_some(),
        By::Setting(starts, key, values) => {
            let is_set = |start: &&str| {
                let mut values = values.iter();
                values.any(|value| files.setting(start, key, Some(value)).is_some())
            };
            starts.iter().any(is_set)
        }
        By::UnlessStatic(dependency, start, (key, value)) => {
            manifest.specifier(dependency).is_none() || files.setting(start, key, Some(value)).is_some()
        }
        By::Unless(dependencies, start, settings) => {
            let has = |name: &&str| manifest.specifier(name).is_some();
            let is_set = |(key, value): &(&str, &str)| {
                let value = Some(*value).filter(|value| !value.is_empty());
                files.setting(start, key, value).is_some()
            };
            !dependencies.iter().any(has) && !settings.iter().any(is_set)
        }
    }
}

/// Returns the folders that a site is expected in.
fn expected(tool: &Tool, words: &Words, project: &Project) -> Vec<String> {
    let flag = |pair: &[String]| match pair {
        [flag, value] if OUTPUT_FLAGS.contains(&flag.as_str()) => Some(value.clone()),
        _ => None,
    };
    let joined = words.iter().find_map(|word| {
        let (flag, value) = word.split_once('=')?;
        OUTPUT_FLAGS.contains(&flag).then(|| value.to_owned())
    });
    let named = words.windows(2).find_map(flag).or(joined);
    let mut expected: Vec<String> = named.iter().map(|folder| join(".", folder)).collect();
    let nx = project.nx.as_ref();
    if let Some(output) = nx.and_then(|nx| nx.output.as_ref()) {
        expected.extend([join(output, "browser"), output.clone()]);
    }
    if let Some(directory) = nx.and_then(|nx| nx.directory.as_ref()) {
        expected.push(join(directory, tool.folder));
    }
    match tool.name {
        "Angular" => expected.extend(angular(project, words)),
        // The folder of the pages stands in front of it.
        "VitePress" => {
            let pages = words.iter().skip(2).find(|word| !word.starts_with('-'));
            let pages = pages.map_or(".", String::as_str);
            expected.push(join(pages, tool.folder));
        }
        // Its second major wrote another, which is a link to the first in later ones.
        "Nuxt" => expected.extend([tool.folder, "dist"].map(str::to_owned)),
        _ => expected.push(tool.folder.to_owned()),
    }
    expected
}

/// Returns where `ng build` writes by its angular.json. Source: angular.dev/reference/configs/workspace-config,
/// "Output path configuration"; absent since v20, where it is `dist/PROJECT`.
fn angular(project: &Project, words: &Words) -> Vec<String> {
    let options = jsonc_parser::ParseOptions::default();
    let file = project.site.text("angular.json");
    let parsed = file.and_then(|file| {
        jsonc_parser::parse_to_serde_value::<Option<serde_json::Value>>(&file.text, &options).ok()?
    });
    let parsed = parsed.unwrap_or_default();
    let named = words.iter().skip(2).find(|word| !word.starts_with('-'));
    let default = parsed.get("defaultProject").and_then(serde_json::Value::as_str);
    let projects = parsed.get("projects").and_then(serde_json::Value::as_object);
    let wanted = named.map(String::as_str).or(default);
    let mut projects = projects.into_iter().flatten();
    let Some((name, project)) = projects.find(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)) else {
        return Vec::new();
    };
    let targets = project.get("architect").or_else(|| project.get("targets"));
    let build = targets.and_then(|targets| targets.get("build"));
    let builder = build
        .and_then(|build| build.get("builder")?.as_str())
        .unwrap_or_default();
    let path = build.and_then(|build| build.get("options")?.get("outputPath"));
    let text = |key: &str| path.and_then(|path| path.get(key)?.as_str());
    let usual = format!("dist/{name}");
    let written = path.and_then(serde_json::Value::as_str);
    let base = written.or_else(|| text("base")).unwrap_or(&usual);
    match builder.ends_with(":browser") || builder.ends_with(":browser-esbuild") {
        true => vec![join(".", base)],
        false => vec![join(base, text("browser").unwrap_or("browser"))],
    }
}

#[cfg(test)]
mod tests;
