//! What runs the scripts of packages.

use super::Writer;
use super::install::worked_on;
use super::package::quote;
use crate::kinds::node::plan::{PackageBuild, Script, SystemPackages};
use crate::kinds::node::pnpm::workspace_file;
use crate::kinds::node::scripts::{INJECT, RUN};
use crate::plan::{
    Action, Files, Key, Mount, Network, Run, SCRIPTS, Shown, Side, Stage, Step, Tree, Verb, WORKSPACE,
};

/// Where the package is that the package manager is asked with, in its workspace.
const PROBE: &str = "probe";
/// What it answered, in what the step leaves and beside the scripts.
const ANSWER: &str = "/answer.json";

impl Writer<'_> {
    /// Returns the commands of the package's scripts, in order, after what has to be done before the first one.
    pub(super) fn commands(&self, package: &PackageBuild) -> Vec<String> {
        let scripts = package.scripts.iter();
        let scripts = scripts.map(|script| match self.verb(package, script, false) {
            Some(verb) => in_directory(script, &by_runner("", &verb, script)),
            None => in_directory(script, &quoted(script)),
        });
        self.injection(package).into_iter().chain(scripts).collect()
    }

    /// Returns the same commands of a build, which tell by their status where they do not find a file, and end with one of
    /// our scripts: `hand_on`, with its words.
    pub(super) fn commands_to(&self, package: &PackageBuild, hand_on: &str) -> Vec<String> {
        // What has changed since then the scripts wrote.
        let mut lines = vec![": >/out/.begun".to_owned()];
        lines.extend(self.injection(package));
        for (index, script) in package.scripts.iter().enumerate() {
            let is_last = index + 1 == package.scripts.len();
            let command = match self.verb(package, script, true) {
                Some(verb) if is_last => {
                    // The process that runs the script hands on as well, and so it is process 1 of the container.
                    let command = by_runner(&format!("then {hand_on} -- "), &verb, script);
                    lines.push(in_directory(script, &format!("exec {command}")));
                    return lines;
                }
                Some(verb) => by_runner("", &verb, script),
                None => quoted(script),
            };
            lines.push(in_directory(script, &command));
        }
        // Nothing that a script left running writes into what is handed on. Only as process 1 of a container: an engine may
        // have its steps share the processes of more.
        lines.push("[ $$ -ne 1 ] || kill -KILL -1 2>/dev/null || true".to_owned());
        lines.push(format!("node {hand_on}"));
        lines
    }

    /// Returns the command that lays packages over the copies that pnpm has made of them, where it has.
    fn injection(&self, package: &PackageBuild) -> Option<String> {
        let planned = |ids: &[String]| -> Vec<&PackageBuild> {
            ids.iter().filter_map(|id| self.model.package(id)).collect()
        };
        let pair = |package: &&PackageBuild| quote(&format!("{}={}", package.name, package.directory));
        let pairs: Vec<String> = planned(&package.injected).iter().map(pair).collect();
        let roots = planned(&package.inputs).into_iter().chain([package]);
        let roots: Vec<String> = roots.map(|package| quote(&package.directory)).collect();
        (!package.injected.is_empty()).then(|| {
            format!(
                "node {SCRIPTS}/{} {WORKSPACE} {} -- {}",
                INJECT.name,
                roots.join(" "),
                pairs.join(" ")
            )
        })
    }

    /// Returns how `run.cjs` runs a script, where it does: `tries` has it tell by its status where it does not find a file.
    fn verb(&self, package: &PackageBuild, script: &Script, tries: bool) -> Option<String> {
        (script.is_named && self.asks()).then(|| match package.links.as_slice() {
            _ if !tries => "run".to_owned(),
            // Who is given everything misses no file that the workspace has.
            [] if package.is_whole => "run".to_owned(),
            [] => "try".to_owned(),
            links => {
                let verb = if package.is_whole { "link" } else { "try" };
                quote(&format!("{verb}={}", links.join(",")))
            }
        })
    }

    /// Returns what a reader is shown of these commands.
    pub(super) fn shown(package: &PackageBuild) -> Vec<Shown> {
        let scripts = package.scripts.iter();
        scripts
            .map(|script| Shown::new(&script.command, &script.directory))
            .collect()
    }

    /// Returns what these commands read beside the package.
    pub(super) fn of_scripts(&mut self, package: &PackageBuild) -> Vec<Mount> {
        let mut mounts = Vec::new();
        if !package.injected.is_empty() {
            mounts.push(self.script(INJECT));
        }
        let named = package.scripts.iter().find(|script| script.is_named);
        if let Some(named) = named.filter(|_| self.asks()) {
            let files = self.answer(&named.command);
            mounts.push(self.script(RUN));
            mounts.push(Mount::Read {
                at: format!("{SCRIPTS}{ANSWER}"),
                files,
                from: Some(ANSWER.to_owned()),
                key: Key::Content,
            });
        }
        mounts
    }

    /// Whether the package manager is asked how it runs scripts; one that somebody gives runs them itself.
    fn asks(&self) -> bool {
        [Stage::Deps, Stage::Build]
            .iter()
            .all(|stage| !self.facts.given.contains(stage))
    }

    /// Returns what the package manager answers how it runs scripts, such as by `pnpm run build`, with the settings of the
    /// workspace. It takes half a second to start, which each package would wait for; it is asked while packages are
    /// installed.
    fn answer(&mut self, command: &[String]) -> Files {
        if let Some(answer) = &self.answer {
            return answer.clone();
        }
        let model = self.model;
        let mut actions = Vec::new();
        let mut project = WORKSPACE.to_owned();
        if let Some(settings) = &model.settings {
            let text = workspace_file::projects(&[PROBE.to_owned()]) + settings;
            actions.push(Action::file("/pnpm-workspace.yaml", text));
            project = format!("{WORKSPACE}/{PROBE}");
        }
        let has_members = model.packages.iter().any(|package| package.importer != ".");
        if model.toolchain.manager.name == "npm" && has_members {
            let text = format!("{{\"private\":true,\"workspaces\":[\"{PROBE}\"]}}\n");
            actions.push(Action::file("/package.json", text));
            project = format!("{WORKSPACE}/{PROBE}");
        }
        if let Some(settings) = &model.npmrc {
            actions.push(Action::file("/.npmrc", settings.clone()));
        }
        let places = vec![model.toolchain.place.clone()];
        let tree = match actions.is_empty() {
            true => Files::Empty,
            false => {
                let name = self.steps.name("settings of scripts");
                let step = Step::new(name, Stage::Deps, places.clone(), Tree::of_texts(actions));
                Files::Step(self.steps.add(step.on_line(self.steps.unshown())))
            }
        };
        let image = self.tools();
        let tools = self.with_manager(image, &SystemPackages::default(), Side::Build);
        let program = format!("{SCRIPTS}/{}", RUN.name);
        let out = format!("/out{ANSWER}");
        let words = ["node", &program, "ask", &project, &out].map(str::to_owned);
        let run = command.split_last().map(|(_, run)| run).unwrap_or_default();
        let mut run = Run::new(tools, image, Side::Build, words.iter().chain(run).cloned());
        run.env.extend(model.toolchain.env.clone());
        run.mounts = vec![self.script(RUN), worked_on(tree), Mount::output("/out")];
        run.network = Network::None;
        let name = self.steps.name(format!(
            "ask {} how it runs scripts",
            model.toolchain.manager.name
        ));
        let step = Step::new(name, Stage::Deps, places, Verb::Run(Box::new(run)));
        let answer = Files::Left(self.steps.add(step), "/out".to_owned());
        self.answer = Some(answer.clone());
        answer
    }
}

/// Returns the command that has `run.cjs` run a script.
fn by_runner(before: &str, verb: &str, script: &Script) -> String {
    format!(
        "node {SCRIPTS}/{} {before}{verb} {SCRIPTS}{ANSWER} {}",
        RUN.name,
        quoted(script)
    )
}

fn in_directory(script: &Script, command: &str) -> String {
    format!("cd {} && {command}", quote(&script.directory))
}

fn quoted(script: &Script) -> String {
    let words: Vec<String> = script.command.iter().map(|word| quote(word)).collect();
    words.join(" ")
}
