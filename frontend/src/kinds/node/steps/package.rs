//! One build a workspace package.

use std::collections::BTreeSet;

use super::install::worked_on;
use super::site::gather;
use super::{Writer, in_tree};
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::{OutputRule, PackageBuild, Product, Reads};
use crate::kinds::node::scripts::{COLLECT, GATHER};
use crate::kinds::node::workspace::ImporterId;
use crate::pattern::literal;
use crate::plan::{
    Action, Files, Line, Mount, Network, Run, SCRIPTS, SecretEnv, Side, Stage, Step, Tree, Verb, WORKSPACE,
};
use crate::source::credentials;

/// What a package hands on.
#[derive(Debug, Clone)]
pub(super) struct Built {
    /// What dependents see, and the directory that it is in.
    pub(super) build: (Files, String),
    /// The same with what its code declares instead of the code, for dependents that read no more; none where that is not
    /// known to be apart.
    pub(super) declared: Option<(Files, String)>,
    /// The same with its sources, for dependents that read these, too; none where what they see has them.
    pub(super) sources: Option<(Files, String)>,
    /// Everything that its scripts left, where it has any.
    pub(super) whole: Option<(Files, String)>,
    /// What the image holds.
    pub(super) runtime: Option<(Files, String)>,
    /// Patterns, relative to that directory, that stay out of a copy.
    pub(super) exclude: Vec<String>,
    /// Code that the scripts generated into installed packages, by path below the workspace, and the directory
    /// that it is in.
    pub(super) generated: Option<(Files, String)>,
}

impl Built {
    /// Lays the code that the scripts generated into installed packages into a tree.
    pub(super) fn generated_into(&self, workspace: &str) -> Option<Action> {
        let (from, source) = self.generated.as_ref()?;
        Some(Action::copy(from.clone(), source, workspace))
    }
}

impl Writer<'_> {
    /// Writes the packages that the product needs, in build order.
    pub(super) fn packages(&mut self) -> Result<(), Diagnostic> {
        let model = self.model;
        let needed: Vec<String> = self.needed().map(str::to_owned).collect();
        for package in needed.iter().filter_map(|importer| model.package(importer)) {
            let built = if self.facts.given.contains(&Stage::Build) {
                self.taken(package)?
            } else if package.scripts.is_empty() {
                self.copied(package)
            } else {
                self.build(package)?
            };
            self.built.insert(package.importer.clone(), built);
        }
        Ok(())
    }

    /// A package without scripts: its sources are what it hands on.
    fn copied(&mut self, package: &PackageBuild) -> Built {
        let source = (self.sources(), format!("/{}", package.source));
        Built {
            build: source.clone(),
            declared: None,
            sources: None,
            whole: None,
            runtime: package.runtime_output.map(|_| source),
            exclude: package.exclude.clone(),
            generated: None,
        }
    }

    /// A package of a workspace that is built already (`--build-context build=…`): its files are only collected.
    fn taken(&mut self, package: &PackageBuild) -> Result<Built, Diagnostic> {
        if package.scripts.is_empty() {
            let from = (Files::Given(Stage::Build), package.directory.clone());
            return Ok(Built {
                build: from.clone(),
                declared: None,
                sources: None,
                whole: None,
                runtime: package.runtime_output.map(|_| from),
                exclude: [
                    &package.exclude[..],
                    &credentials(),
                    &["**/node_modules".to_owned()],
                ]
                .concat(),
                generated: None,
            });
        }
        let tools = self.development(&package.install)?.tools;
        let tree = self.workspace_of(Stage::Build, "build");
        let line = self
            .steps
            .name(format!("collect {} from the context build", package.name));
        let image = self.tools();
        let run = Run::new(
            tools,
            image,
            Side::Build,
            shell(&[format!("node {}", self.handed_on(package))]),
        );
        let places = vec![package.place.clone()];
        let step = Step::new(&line, Stage::Build, places, Verb::Run(Box::new(run)));
        Ok(self.collected(step, package, tree))
    }

    /// A package whose scripts run.
    fn build(&mut self, package: &PackageBuild) -> Result<Built, Diagnostic> {
        let installed = self.development(&package.install)?;
        let line = self.steps.name(format!("build {}", package.name));
        let actions = self.sources_into(package, "/")?;
        let name = self.steps.name(format!("sources of {}", package.name));
        let places = vec![package.place.clone()];
        let tree = Step::new(name, Stage::Build, places, Tree::on(installed.tree, actions));
        let tree = Files::Step(self.steps.add(tree.on_line(Line::with(&line))));

        let image = self.tools();
        let commands = self.commands_to(package, &self.handed_on(package));
        let mut run = Run::new(installed.tools, image, Side::Build, shell(&commands));
        run.shown = Self::shown(package);
        let step = self.equipped(&line, Stage::Build, run, package);
        Ok(self.collected(step, package, tree))
    }

    /// Returns the script, with its words, that collects what a package's scripts left: of a site, wherever they wrote it.
    fn handed_on(&self, package: &PackageBuild) -> String {
        match self.gathers(package) {
            Some(site) => gather(site, package),
            None => collect(package),
        }
    }

    /// Ends a step with [`Writer::handed_on`] in a tree.
    fn collected(&mut self, mut step: Step, package: &PackageBuild, tree: Files) -> Built {
        let is_site = self.gathers(package).is_some();
        let script = self.script(if is_site { GATHER } else { COLLECT });
        if let Verb::Run(run) = &mut step.does {
            run.directory.clone_from(&package.directory);
            run.mounts
                .extend([script, worked_on(tree), Mount::output("/out")]);
        }
        let line = Line::of(&step.name);
        let out = Files::Left(self.steps.add(step.on_line(line)), "/out".to_owned());
        if is_site {
            let all = (out, "/".to_owned());
            return Built {
                build: all.clone(),
                declared: None,
                sources: None,
                whole: Some(all),
                runtime: None,
                exclude: Vec::new(),
                generated: None,
            };
        }
        // `collect.cjs` writes what each rule lets through into a directory of the rule's name.
        let directory = |rule: OutputRule| format!("/{}", rule.as_str());
        Built {
            build: (out.clone(), directory(package.build_output)),
            declared: (package.build_output == OutputRule::Compiled)
                .then(|| (out.clone(), directory(OutputRule::Declared))),
            sources: (package.build_output == OutputRule::Compiled)
                .then(|| (out.clone(), directory(OutputRule::Sources))),
            whole: Some((out.clone(), directory(OutputRule::Whole))),
            runtime: package.runtime_output.map(|rule| (out.clone(), directory(rule))),
            exclude: Vec::new(),
            generated: package.generates.then(|| (out, "/generated".to_owned())),
        }
    }

    /// The part of the context that packages read: one for all, since each part is a transfer of its own, and copies out of
    /// it are told apart by what they copy.
    fn sources(&mut self) -> Files {
        if let Some(sources) = &self.sources {
            return sources.clone();
        }
        let workbench = match &self.model.product {
            Product::Image(_) | Product::Site(_) => None,
            Product::Workbench(workbench) => Some(&workbench.package),
        };
        let needed: Vec<&str> = self.needed().collect();
        let packages = self.model.packages.iter();
        let packages = packages.filter(|package| needed.contains(&package.importer.as_str()));
        let packages: Vec<&PackageBuild> = packages.chain(workbench).collect();
        let include = packages.iter().flat_map(|package| {
            let paths = std::iter::once(&package.source).chain(package.optional_files.keys());
            let extra = package.extra_files.keys().cloned();
            let whole = package.is_whole.then(|| literal(&self.model.root));
            extra.chain(paths.map(|path| literal(path))).chain(whole)
        });
        let include: Vec<String> = include.collect();
        let stale: BTreeSet<String> = packages
            .iter()
            .flat_map(|package| &package.stale)
            .cloned()
            .collect();
        let stale: Vec<String> = stale.into_iter().collect();
        let places = vec![self.steps.key("")];
        let sources = self
            .steps
            .part("the sources of packages", include, &stale, places);
        self.sources = Some(sources.clone());
        sources
    }

    /// Lays what a package's scripts read into the tree that they run in: the outputs of the workspace packages that it
    /// uses, files from outside of packages, its own sources. `root` is where the tree has the workspace.
    pub(super) fn sources_into(
        &mut self,
        package: &PackageBuild,
        root: &str,
    ) -> Result<Vec<Action>, Diagnostic> {
        let sources = self.sources();
        let place = |path: &str| at(root, path);
        let there = self.outputs_in(&package.install);
        let missing = there.missing(package);
        let mut actions: Vec<Action> = self
            .laid_with_sources(&package.install, root)?
            .into_iter()
            .collect();
        if package.is_whole {
            let from = format!("/{}", self.model.root);
            actions.push(Action::copy(sources.clone(), &from, root));
        }
        actions.extend(self.outputs(package, missing.into_iter(), root)?);
        for (source, destination) in &package.extra_files {
            actions.push(Action::copy_matching(
                sources.clone(),
                &format!("/{source}"),
                &place(destination),
            ));
        }
        for (source, destination) in &package.optional_files {
            actions.push(optional_copy(sources.clone(), source, in_tree(destination), root));
        }
        let from = format!("/{}", package.source);
        actions.push(Action::copy(sources, &from, &place(&package.directory)).without(&package.exclude));
        Ok(actions)
    }

    /// Lays outputs of workspace packages that a package uses into the tree that its scripts run in.
    pub(super) fn outputs<'i>(
        &self,
        package: &PackageBuild,
        inputs: impl Iterator<Item = &'i ImporterId>,
        root: &str,
    ) -> Result<Vec<Action>, Diagnostic> {
        let mut actions = Vec::new();
        for input in inputs {
            let (Some(dependency), Some(planned)) = (self.built.get(input), self.model.package(input)) else {
                let message = format!("{} is built before {input}", package.name);
                return Err(Diagnostic::internal(message));
            };
            let apart = match package.reads {
                Reads::Declarations => dependency.declared.as_ref(),
                Reads::Code => None,
                Reads::Sources => dependency.sources.as_ref(),
            };
            let (from, directory) = apart.unwrap_or(&dependency.build);
            let copy = Action::copy(from.clone(), directory, &at(root, &planned.directory));
            actions.push(copy.without(&dependency.exclude));
            actions.extend(dependency.generated_into(&at(root, WORKSPACE)));
        }
        Ok(actions)
    }

    /// Returns a step in which a package's scripts run, with what they may see: environment, secrets, agents, network.
    pub(super) fn equipped(
        &mut self,
        line: &str,
        stage: Stage,
        mut run: Run,
        package: &PackageBuild,
    ) -> Step {
        run.mounts.extend(self.of_scripts(package));
        let env = package.env.iter().chain(&package.platform_env);
        run.env
            .extend(env.map(|(name, value)| (name.clone(), value.clone())));
        for secret in &package.secrets {
            if let Some(variable) = &secret.env {
                run.secret_env.push(SecretEnv {
                    variable: variable.clone(),
                    id: secret.id.clone(),
                    is_required: secret.required,
                });
            }
            if let Some(target) = &secret.target {
                run.mounts.push(Mount::Secret {
                    at: target.clone(),
                    id: secret.id.clone(),
                    is_required: secret.required,
                });
            }
        }
        for (index, id) in package.ssh.iter().enumerate() {
            let socket = format!("/run/buildkit/ssh_agent.{index}");
            run.mounts.push(Mount::Agent {
                at: socket.clone(),
                id: id.clone(),
            });
            run.env.push(("SSH_AUTH_SOCK".to_owned(), socket));
        }
        let mut places = self.steps.at(package.scripts.iter().map(|script| &script.place));
        run.network = match package.network.as_deref() {
            Some("none") => Network::None,
            Some("host") => Network::Host,
            Some("default") => Network::Sandbox,
            None if package.is_offline => Network::Unneeded,
            _ => Network::Asked,
        };
        if package.network.is_some() {
            // Where the scripts fail for the lack of a network, this line is why.
            places.push(self.steps.key("build.network"));
        }
        let mut step = Step::new(line, stage, places, Verb::Run(Box::new(run)));
        step.package = Some(package.name.clone());
        step
    }
}

/// Returns where a tree that has the workspace at `root` has a container path.
fn at(root: &str, path: &str) -> String {
    format!("{}{}", root.trim_end_matches('/'), in_tree(path))
}

/// Returns the script, with its words, that collects what a package's scripts left.
fn collect(package: &PackageBuild) -> String {
    let mut collect = format!("{SCRIPTS}/{} {} /out", COLLECT.name, quote(&package.directory));
    if package.generates {
        collect.push_str(&format!(" generated={WORKSPACE}"));
    }
    collect
}

/// Copies a path of the context to the same path below the workspace, or nothing where it does not exist.
///
/// As a pattern on the directory that both paths are relative to: a path itself has to exist.
fn optional_copy(context: Files, source: &str, destination: &str, root: &str) -> Action {
    let inside = destination.trim_start_matches('/');
    let directory = source.strip_suffix(inside).unwrap_or_default();
    Action::Copy {
        files: context,
        from: format!("/{directory}"),
        to: root.to_owned(),
        include: vec![literal(inside)],
        exclude: Vec::new(),
    }
}

/// Returns the command that runs lines in a shell, up to the first one that fails.
pub(super) fn shell(lines: &[String]) -> Vec<String> {
    let script = format!("set -e\n{}", lines.join("\n"));
    vec!["/bin/sh".to_owned(), "-c".to_owned(), script]
}

/// Quotes a word for the shell.
pub(super) fn quote(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
}
