//! How Nx builds a project that no script of its own builds: as its package.json or its project.json says, or by a tool
//! whose configuration lies there, which a plugin of nx.json makes a task of.
//!
//! Source: nx.dev, "Inferred Tasks" and "Project Configuration"; the defaults are those of the plugins.

use std::sync::Arc;

use serde_json::Value;

use super::PackageJson;
use crate::diagnostic::{Place, SourceFile};
use crate::path::{base_name, join, normalize};
use crate::pattern::chooses;

/// How Nx builds a project.
#[derive(Debug, Clone, PartialEq)]
pub struct NxBuild {
    /// The name by which Nx knows the project.
    pub name: String,
    /// The task that builds it.
    pub task: String,
    /// Whether a plugin makes the task, which looks into the tool's configuration whether there is anything to build.
    pub is_inferred: bool,
    /// The words of the command that the task comes to, where that is known.
    pub runs: Vec<String>,
    /// The folder that it is told to write, relative to the package.
    pub output: Option<String>,
    /// The file that it is told to begin with, by its name without an extension; what it is told to call it counts first.
    pub stems: Vec<String>,
    /// The project's directory in the package, where it is one of several without a package.json.
    pub directory: Option<String>,
    /// The command that starts what it wrote, where the plugin has one.
    pub starts: Option<&'static str>,
    /// What says so.
    pub place: Option<Place>,
}

impl NxBuild {
    /// Returns the words of Nx that build it, from the workspace's root.
    pub fn words(&self) -> Vec<String> {
        if !self.is_inferred {
            return ["nx", &self.task, &self.name].map(str::to_owned).to_vec();
        }
        // Which passes over a project without such a task.
        let (task, name) = (
            format!("--targets={}", self.task),
            format!("--projects={}", self.name),
        );
        vec!["nx".to_owned(), "run-many".to_owned(), task, name]
    }
}

/// Returns how Nx builds a package that says how in its package.json.
pub fn of_package(manifest: &PackageJson, settings: &Settings) -> Option<NxBuild> {
    const TARGET: [&str; 3] = ["nx", "targets", "build"];
    let written = settings.written(manifest.get(&TARGET)?)?;
    let (name, place) = (name_in(manifest)?, manifest.place(&TARGET));
    Some(NxBuild {
        name,
        place,
        ..written
    })
}

/// Returns how Nx builds the project of a project.json, whose name is this one unless the file has another.
pub fn of_project(file: &Arc<SourceFile>, name: &str, settings: &Settings) -> Option<NxBuild> {
    let config = parsed(&file.text);
    let written = settings.written(config.get("targets")?.get("build")?)?;
    let own = config.get("name").and_then(Value::as_str);
    Some(NxBuild {
        name: own.unwrap_or(name).to_owned(),
        place: Some(Place::of_line(file, 1)),
        ..written
    })
}

/// Returns how Nx builds a project by one of nx.json's plugins; `files` are those in its directory that may be configuration,
/// named by their paths from the workspace's root. Of several plugins the last one's task is Nx's.
pub fn of_plugins(plugins: &[Plugin], files: &[(String, Arc<SourceFile>)], name: &str) -> Option<NxBuild> {
    plugins.iter().rev().find_map(|plugin| {
        let mut files = files.iter().filter(|(path, _)| plugin.is_about(path));
        let (_, config) = files.next()?;
        Some(NxBuild {
            name: name.to_owned(),
            task: plugin.task.clone(),
            is_inferred: true,
            runs: plugin.runs.clone(),
            output: None,
            stems: Vec::new(),
            directory: None,
            starts: plugin.starts,
            place: Some(Place::of_line(config, 1)),
        })
    })
}

/// What nx.json says of how projects are built.
#[derive(Debug, Default)]
pub struct Settings {
    /// Plugins that make tasks which build.
    pub plugins: Vec<Plugin>,
    /// What a target `build` has that does not say it itself.
    defaults: Value,
}

impl Settings {
    /// Reads an nx.json.
    pub fn parse(text: &str) -> Self {
        let config = parsed(text);
        let defaults = config.get("targetDefaults").and_then(|all| all.get("build"));
        Self {
            plugins: plugins(&config),
            defaults: defaults.cloned().unwrap_or_default(),
        }
    }

    /// Returns what a target that is written out runs; nothing of one that only adds to what a plugin makes.
    fn written(&self, target: &Value) -> Option<NxBuild> {
        let both = [target, &self.defaults];
        let text = |key: &str| both.iter().find_map(|from| from.get(key)?.as_str());
        let option = |key: &str| {
            both.iter()
                .find_map(|from| from.get("options")?.get(key)?.as_str())
        };
        let package = text("executor").map(|executor| executor.split(':').next().unwrap_or(executor));
        let runs = match (text("command").or_else(|| option("command")), package) {
            (Some(command), _) => shlex::split(command).unwrap_or_default(),
            (None, Some(package)) if package.contains("angular") => words("ng build"),
            (None, Some(package)) => {
                let tool = package.strip_prefix("@nx/").or(package.strip_prefix("@nrwl/"));
                tool.map(|tool| vec![tool.to_owned(), "build".to_owned()])
                    .unwrap_or_default()
            }
            (None, None) => return None,
        };
        Some(NxBuild {
            name: String::new(),
            task: "build".to_owned(),
            is_inferred: false,
            runs,
            output: option("outputPath").map(output_path),
            stems: ["outputFileName", "main"]
                .into_iter()
                .filter_map(option)
                .map(stem)
                .collect(),
            directory: None,
            starts: None,
            place: None,
        })
    }
}

/// Returns a written path from the workspace's root; what stands for the project's directory stays.
pub fn output_path(written: &str) -> String {
    let path = written.strip_prefix("{workspaceRoot}").unwrap_or(written);
    normalize(path.trim_start_matches('/'))
}

/// Returns the name of a source file, or of what is compiled of it, without its extension.
pub fn stem(file: &str) -> String {
    let name = base_name(file);
    let ends = [".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".tsx", ".jsx"];
    let found = ends.iter().find_map(|end| name.strip_suffix(end));
    found.unwrap_or(name).to_owned()
}

impl NxBuild {
    /// Returns where the file that starts what it builds may lie, from the package's directory and without an extension: in
    /// its folder, or in `src` below that, where the compiler keeps the directories of its sources.
    pub fn entries(&self) -> Vec<String> {
        const USUAL: [&str; 2] = ["main", "index"];
        let Some(output) = &self.output else {
            return Vec::new();
        };
        let stems = self.stems.iter().map(String::as_str).chain(USUAL);
        let entries = stems.flat_map(|stem| [join(output, stem), join(&join(output, "src"), stem)]);
        entries.collect()
    }
}

/// Returns the name by which Nx knows a package.
pub fn name_in(manifest: &PackageJson) -> Option<String> {
    let own = manifest.get(&["nx", "name"]).and_then(Value::as_str);
    own.or(manifest.name.as_deref()).map(str::to_owned)
}

/// A plugin of nx.json that makes a task which builds of a tool's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// How the name of that file begins.
    pub config: String,
    task: String,
    runs: Vec<String>,
    starts: Option<&'static str>,
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Plugin {
    fn is_about(&self, path: &str) -> bool {
        let is_named = base_name(path).starts_with(&self.config);
        let includes = self.include.is_empty() || chooses(&self.include, path);
        is_named && includes && !chooses(&self.exclude, path)
    }
}

/// Returns the plugins that make tasks which build.
///
/// A plugin is of the tool that it is named after, as `@nx/vite/plugin`, and says in its options what it calls the task
/// (`buildTargetName`); one without options is known by its tool.
fn plugins(config: &Value) -> Vec<Plugin> {
    /// Those that build without a word of their options.
    const BUILDERS: [&str; 8] = [
        "next", "nuxt", "remix", "rollup", "rsbuild", "rspack", "vite", "webpack",
    ];
    let listed = config.get("plugins").and_then(Value::as_array);
    let plugins = listed.into_iter().flatten().filter_map(|entry| {
        let module = entry.as_str().or_else(|| entry.get("plugin")?.as_str())?;
        let options = entry.get("options");
        let globs = |key: &str| -> Vec<String> {
            let listed = entry.get(key).and_then(Value::as_array);
            let texts = listed.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let option = |key: &str| options.and_then(|options| options.get(key)?.as_str());
        let (package, part) = module.strip_prefix("@nx/")?.split_once('/').unzip();
        let package = package.or_else(|| module.strip_prefix("@nx/"))?;
        let named = option("buildTargetName");
        let (config, task, runs, starts) = match (package, part) {
            ("js", _) => {
                let build = options?.get("build")?;
                let text = |key: &str| build.get(key).and_then(Value::as_str);
                let config = text("configName").unwrap_or("tsconfig.lib.json");
                let task = text("targetName").unwrap_or("build");
                (config.to_owned(), task, format!("tsc --build {config}"), None)
            }
            ("react", Some("router-plugin")) => (
                "react-router.config.".to_owned(),
                named.unwrap_or("build"),
                "react-router build".to_owned(),
                Some("react-router-serve build/server/index.js"),
            ),
            (tool, _) => {
                let task = named.or_else(|| BUILDERS.contains(&tool).then_some("build"))?;
                let starts = (tool == "next").then_some("next start");
                (format!("{tool}.config."), task, format!("{tool} build"), starts)
            }
        };
        Some(Plugin {
            config,
            task: task.to_owned(),
            runs: words(&runs),
            starts,
            include: globs("include"),
            exclude: globs("exclude"),
        })
    });
    plugins.collect()
}

fn words(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}

/// Returns what a file says, with comments and commas as Nx takes them; nothing of a broken one.
pub fn parsed(text: &str) -> Value {
    let options = jsonc_parser::ParseOptions::default();
    let parsed = jsonc_parser::parse_to_serde_value::<Option<Value>>(text, &options);
    parsed.ok().flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests;
