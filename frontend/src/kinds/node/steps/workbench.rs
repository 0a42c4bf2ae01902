//! The workspace as an image: tools, dependencies, and as much of the rest as the target holds.

use super::Writer;
use super::package::shell;
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::{Contents, Workbench};
use crate::plan::{Action, Files, History, Line, Outcome, Run, RunConfig, Side, Step, Tree, WORKSPACE};

impl Writer<'_> {
    /// Writes the image of a target beside the production image.
    pub(super) fn workbench(&mut self, workbench: &Workbench) -> Result<Outcome, Diagnostic> {
        self.packages()?;
        let (package, stage) = (&workbench.package, workbench.stage);
        let base = self.tools();
        let installed = self.development(&package.install)?;
        let install = self.model.installs.get(&package.install);
        let mut history = vec![self.model.toolchain.manager.named()];
        if let Some(install) = install.filter(|install| !install.packages.names.is_empty()) {
            history.push(format!("install {}", install.packages.names.join(", ")));
        }
        history.push("dependencies".to_owned());
        // The root of each step is that of the one before, so that a change of sources moves no dependency.
        let copy = Action::copy(installed.tree.clone(), "/", WORKSPACE);
        let tree = Tree::on(installed.tools.clone(), vec![copy]);
        let places = self.steps.at(install.and_then(|install| install.place.as_ref()));
        let step = Step::new(self.steps.name("layer of dependencies"), stage, places, tree);
        let mut image = Files::Step(self.steps.add(step.on_line(Line::with(&installed.line))));

        let line = self.steps.name(format!("{} {}", stage.verb(), package.name));
        if workbench.contents != Contents::Dependencies {
            let tree = Tree::on(image, self.sources_into(package, WORKSPACE)?);
            let name = format!("sources of {} in the image", package.name);
            let step = Step::new(self.steps.name(name), stage, vec![package.place.clone()], tree);
            image = Files::Step(self.steps.add(step.on_line(Line::with(&line))));
            history.push(format!("sources of {}", package.name));
        }
        let commands = self.commands(package);
        if workbench.contents != Contents::Dependencies && !commands.is_empty() {
            let mut run = Run::new(image, base, Side::Build, shell(&commands));
            run.shown = Self::shown(package);
            run.directory.clone_from(&package.directory);
            let step = self.equipped(&line, stage, run, package).on_line(Line::of(&line));
            image = Files::Step(self.steps.add(step));
            history.push(format!("{} {}", stage.verb(), package.name));
        }
        if workbench.contents == Contents::Built
            && let Some(actions) = self.build_into(workbench)
        {
            let name = self.steps.name(format!("layer {}", package.name));
            let tree = Tree::on(image, actions);
            let step = Step::new(name, stage, vec![package.place.clone()], tree);
            image = Files::Step(self.steps.add(step.on_line(Line::of(&line))));
            history.push(package.name.clone());
        }
        Ok(Outcome::Workbench(Box::new(crate::plan::Workbench {
            base,
            bill: self.bill(base, &installed.tools, &[installed.held()])?,
            root: image,
            history: history.into_iter().map(History::of_base).collect(),
            run: run_config(workbench),
        })))
    }

    /// Lays what the service's build made over its sources; nothing where it has no build.
    fn build_into(&self, workbench: &Workbench) -> Option<Vec<Action>> {
        let service = &workbench.package;
        let built = self.built.get(&service.importer)?;
        let (from, directory) = built.whole.as_ref()?;
        let copy = Action::copy(from.clone(), directory, &service.directory);
        Some(
            std::iter::once(copy)
                .chain(built.generated_into(WORKSPACE))
                .collect(),
        )
    }
}

/// Returns how a container of the workspace runs: as root, who owns all of it.
fn run_config(workbench: &Workbench) -> RunConfig {
    RunConfig {
        command: workbench.command.clone(),
        env: workbench.env.clone(),
        search: Vec::new(),
        user: None,
        directory: workbench.package.directory.clone(),
        ports: workbench.ports.clone(),
        volumes: workbench.volumes.clone(),
        labels: workbench.labels.clone(),
        healthcheck: None,
        stop_signal: workbench.stop_signal.clone(),
    }
}
