//! The image: the base, then one layer for each thing that changes on its own.

use super::install::Installed;
use super::{Writer, layers};
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::{FOREIGN, PackageBuild, Production, Reason, Runtime};
use crate::path::{join, parent};
use crate::plan::{
    Action, Entry, Files, History, Layer, Line, Noted, Outcome, RUNTIME_SCRIPTS, RunConfig, Side, Stage,
    Step, Tree, Verb, WORKSPACE,
};

impl Writer<'_> {
    /// Writes the production image.
    pub(super) fn image(&mut self, production: &Production) -> Result<Outcome, Diagnostic> {
        self.packages()?;
        let runtime = &production.runtime;
        let image = self.steps.image(&runtime.base.reference, Side::Target, "base");
        let (installed, question) = self.production(production)?;
        let mut layers = Layers::default();
        let base = if runtime.base.only_node {
            let (node, libraries) = self.scratch(image, &installed)?;
            layers.is_of_base("Node");
            layers.add("libraries of native modules", libraries);
            node
        } else {
            if !runtime.packages.names.is_empty() {
                layers.is_of_base(format!("install {}", runtime.packages.names.join(", ")));
            }
            let base = Files::Image(image);
            let named = Some(runtime.base.reference.as_str()).filter(|_| runtime.base.is_named);
            self.with_packages(
                Stage::Runtime,
                base,
                image,
                &runtime.packages,
                Side::Target,
                named,
            )
        };
        let system = self.joined(base.clone(), &layers.files);
        layers.add(
            "accounts, directories and the health check",
            self.settings(image, runtime),
        );
        layers.add(
            "production dependencies",
            self.dependencies(production, &installed),
        );
        let below = layers.files.len();
        let mut service = Files::Empty;
        let model = self.model;
        for group in self.layered(&model.packages) {
            let names: Vec<&str> = group.iter().map(|package| package.name.as_str()).collect();
            let name = layers::title(&names);
            service = self.packages_layer(&name, &group);
            layers.add(name, service.clone());
        }
        if let Some(extra) = self.extra_files(runtime) {
            layers.add("extra files", extra);
        }
        if !runtime.writable.is_empty() {
            let above = layers.files.get(below..).unwrap_or_default();
            let writable = self.writable(runtime, above);
            layers.add("directories that the user may write", writable);
        }
        let mut holding = vec![installed.held()];
        if production.complete.is_some() {
            // Packed by the build, and installed nowhere.
            holding.push((service.clone(), WORKSPACE));
        }
        let bill = self.bill(image, &system, &holding)?;
        let check = production.checked.as_ref().map(|checked| {
            let found = layers.files.split_at(below);
            self.check(production, checked, base.clone(), found)
        });
        if let Some(check) = &check {
            layers.add("what a look at the image has found", check.report.clone());
        }
        let root = self.joined(base, &layers.files);
        let size = self.size(runtime, &root, &system, &installed)?;
        let is_noted = production.noted && check.is_none();
        let noted = is_noted.then(|| Noted {
            files: installed.tree.clone(),
            path: join(installed.directory.trim_start_matches('/'), FOREIGN),
            base: self.steps.key("base"),
        });
        Ok(Outcome::Image(Box::new(crate::plan::Production {
            base: image,
            is_scratch: runtime.base.only_node,
            root,
            history: layers.history,
            run: run_config(runtime),
            entry: self.entry(runtime, service),
            size,
            check,
            noted,
            verdict: None,
            bill,
            question,
        })))
    }

    /// Returns the packages that have something in the image, in groups that are a layer each; the service, which is the
    /// last one, has its own.
    fn layered<'m>(&self, packages: &'m [PackageBuild]) -> Vec<Vec<&'m PackageBuild>> {
        let has_files = |package: &&PackageBuild| {
            let built = self.built.get(&package.importer);
            built.is_some_and(|built| built.runtime.is_some())
        };
        let mut packages: Vec<&PackageBuild> = packages.iter().filter(has_files).collect();
        let service = packages.pop();
        let mut groups = layers::groups(packages, |package| &package.importer);
        groups.extend(service.map(|service| vec![service]));
        groups
    }

    /// What packages have in the image.
    fn packages_layer(&mut self, name: &str, packages: &[&PackageBuild]) -> Files {
        let mut actions = Vec::new();
        for package in packages {
            let Some(built) = self.built.get(&package.importer).cloned() else {
                continue;
            };
            let Some((from, directory)) = &built.runtime else {
                continue;
            };
            for place in std::iter::once(&package.image_directory).chain(&package.injected_at) {
                actions.push(Action::copy(from.clone(), directory, place).without(&built.exclude));
            }
            actions.extend(built.generated_into(WORKSPACE));
            if !package.settings.is_empty() {
                // A file that is written moves the time of its directory; a copy sets all of them.
                let written = self.compiler_settings(package);
                actions.push(Action::copy(written, "/", "/"));
            }
        }
        let name = self.steps.name_on(Side::Target, format!("layer {name}"));
        let line = Line::with(&self.line());
        let places = packages.iter().map(|package| package.place.clone()).collect();
        let step = Step::new(name, Stage::Runtime, places, Tree::of_image(actions)).on_line(line);
        Files::Step(self.steps.add(step))
    }

    /// The configuration of compilers that programs read where they run.
    fn compiler_settings(&mut self, package: &PackageBuild) -> Files {
        let written = package.settings.iter().flat_map(|(place, text)| {
            let directory = Action::directory(parent(place));
            [directory, Action::file(place, text)]
        });
        let tree = Tree::of_texts(written.collect());
        let name = self.steps.name("configuration of compilers");
        let places = vec![package.place.clone()];
        let unshown = self.steps.unshown();
        let step = Step::new(name, Stage::Runtime, places, tree).on_line(unshown);
        Files::Step(self.steps.add(step))
    }

    /// Accounts, the frontend's own files, the directory of the service.
    fn settings(&mut self, image: crate::plan::ImageId, runtime: &Runtime) -> Files {
        let mut actions = Vec::new();
        if runtime.user.uid != 0 {
            actions.push(Action::Accounts {
                of: image,
                user: runtime.user,
                home: runtime.directory.clone(),
            });
        }
        actions.push(Action::directory(RUNTIME_SCRIPTS));
        for script in &runtime.scripts {
            actions.push(Action::file(
                format!("{RUNTIME_SCRIPTS}/{}", script.name),
                script.text,
            ));
        }
        actions.push(Action::directory(&runtime.directory));
        let places = vec![self.steps.key("run.user")];
        let unshown = self.steps.unshown();
        let name = self.steps.name_on(Side::Target, "accounts and directories");
        let tree = Step::new(name, Stage::Runtime, places.clone(), Tree::of_image(actions)).on_line(unshown);
        let tree = Files::Step(self.steps.add(tree));
        // A file that is made in a directory moves the directory's time; the copy sets them all.
        let copy = Tree::of_image(vec![Action::copy(tree, "/", "/")]);
        let name = self.steps.name_on(
            Side::Target,
            "layer of accounts, directories and the health check",
        );
        let line = Line::with(&self.line());
        Files::Step(
            self.steps
                .add(Step::new(name, Stage::Runtime, places, copy).on_line(line)),
        )
    }

    /// Directories that the user may write, with what the image has there of the repository: `layers` are those that may have
    /// any. They come last, since a directory is whose the last layer that has it says.
    fn writable(&mut self, runtime: &Runtime, layers: &[Files]) -> Files {
        let owner = runtime.user;
        let directories = runtime.writable.iter().flat_map(|path| {
            let made = Action::Directory {
                path: path.clone(),
                owner: Some(owner),
            };
            let had = layers.iter().map(|files| Action::Owned {
                files: files.clone(),
                path: path.clone(),
                owner,
            });
            std::iter::once(made).chain(had)
        });
        let tree = Tree::of_image(directories.collect());
        let places = vec![self.steps.key("run.writable")];
        let name = self
            .steps
            .name_on(Side::Target, "directories that the user may write");
        let unshown = self.steps.unshown();
        let tree = Step::new(name, Stage::Runtime, places.clone(), tree).on_line(unshown);
        let tree = Files::Step(self.steps.add(tree));
        // As for the accounts, a copy sets all times.
        let copy = Tree::of_image(vec![Action::copy(tree, "/", "/")]);
        let name = self
            .steps
            .name_on(Side::Target, "layer of directories that the user may write");
        let line = Line::with(&self.line());
        let step = Step::new(name, Stage::Runtime, places, copy).on_line(line);
        Files::Step(self.steps.add(step))
    }

    /// The production install, alone in its layer: a code change never moves it.
    fn dependencies(&mut self, production: &Production, installed: &Installed) -> Files {
        let name = self
            .steps
            .name_on(Side::Target, "layer of production dependencies");
        let places = self.steps.at(&production.install.place);
        let ground = self.layer_ground();
        let layer = Layer::of(installed.tree.clone(), ground, installed.directory, WORKSPACE);
        let line = Line::with(&installed.line);
        Files::Step(
            self.steps
                .add(Step::new(name, Stage::Runtime, places, layer).on_line(line)),
        )
    }

    /// Files that the manifest adds with `[run] files`.
    fn extra_files(&mut self, runtime: &Runtime) -> Option<Files> {
        if runtime.files.is_empty() {
            return None;
        }
        let places = vec![self.steps.key("run.files")];
        let files = self
            .steps
            .part("extra files", runtime.files.keys().cloned(), &[], places.clone());
        let copies = runtime.files.iter().map(|(source, destination)| {
            Action::copy_matching(files.clone(), &format!("/{source}"), destination)
        });
        let tree = Tree::of_image(copies.collect());
        let name = self.steps.name_on(Side::Target, "layer of extra files");
        let line = Line::with(&self.line());
        let step = Step::new(name, Stage::Runtime, places, tree).on_line(line);
        Some(Files::Step(self.steps.add(step)))
    }

    /// Returns how the file is found that an inferred command starts.
    fn entry(&self, runtime: &Runtime, service: Files) -> Option<Entry> {
        let command = &runtime.command;
        let why = self.model.reasons.get("run.command");
        let is_looked_for = !command.entries.is_empty() || self.model.may_be_site;
        is_looked_for.then(|| Entry {
            service,
            candidates: command.entries.clone(),
            argument: command.entry_index,
            why: why.map(|Reason { why, .. }| why.clone()).unwrap_or_default(),
            hint: self.model.unbuilt.clone(),
            may_be_site: self.model.may_be_site,
            place: self.steps.key("run.command"),
            kind: self.steps.key("kind"),
        })
    }

    /// Returns the line of the progress display that the image and its layers share: copies that take no time of their
    /// own.
    pub(super) fn line(&self) -> String {
        self.steps.name_on(Side::Target, "image")
    }

    /// Joins layers onto the base.
    pub(super) fn joined(&mut self, base: Files, layers: &[Files]) -> Files {
        if layers.is_empty() {
            return base;
        }
        let line = self.line();
        let over = std::iter::once(base).chain(layers.iter().cloned()).collect();
        let places = vec![self.steps.key("")];
        let step = Step::new(&line, Stage::Runtime, places, Verb::Over(over)).on_line(Line::of(&line));
        Files::Step(self.steps.add(step))
    }
}

/// The layers of an image as they come.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) files: Vec<Files>,
    pub(super) history: Vec<History>,
}

impl Layers {
    /// Adds a layer.
    pub(super) fn add(&mut self, what: impl Into<String>, files: Files) {
        self.history.push(History {
            what: what.into(),
            files: Some(files.clone()),
        });
        self.files.push(files);
    }

    /// Tells of a layer that the base has already.
    pub(super) fn is_of_base(&mut self, what: impl Into<String>) {
        self.history.push(History::of_base(what));
    }
}

/// Returns how a container of the image runs.
fn run_config(runtime: &Runtime) -> RunConfig {
    RunConfig {
        command: runtime.command.args.clone(),
        env: runtime.env.clone(),
        search: runtime.search.clone(),
        user: Some(runtime.user),
        directory: runtime.directory.clone(),
        ports: runtime.ports.clone(),
        volumes: runtime.writable.clone(),
        labels: runtime.labels.clone(),
        healthcheck: runtime.healthcheck.clone(),
        stop_signal: runtime.stop_signal.clone(),
    }
}
