//! Images with system packages, and with the package manager.

use super::Writer;
use crate::kinds::node::plan::SystemPackages;
use crate::plan::{Files, ImageId, Run, Shown, Side, Stage, Step, Verb, caches};

/// What npm downloads while it sets a package manager up.
const NPM: &str = "npm";

impl Writer<'_> {
    /// Adds system packages to a root file system with the image's own package manager. `named` is the image where the
    /// repository names it.
    pub(super) fn with_packages(
        &mut self,
        stage: Stage,
        root: Files,
        image: ImageId,
        packages: &SystemPackages,
        side: Side,
        named: Option<&str>,
    ) -> Files {
        if packages.names.is_empty() {
            return root;
        }
        let platform = self.facts.platform(side).to_string();
        let mut run = Run::new(root, image, side, &packages.command);
        run.shown.clone_from(&packages.shown);
        for directory in &packages.caches {
            let name = caches::packages(directory, &platform, named);
            run.mounts.push(self.steps.locked_cache(directory, &name));
        }
        let env = packages.env.iter();
        run.env
            .extend(env.map(|(name, value)| (name.clone(), value.clone())));
        let key = match stage {
            Stage::Runtime => "run.packages",
            _ => "build.packages",
        };
        let name = self
            .steps
            .name_on(side, format!("install {}", packages.names.join(", ")));
        let places = vec![self.steps.key(key)];
        Files::Step(
            self.steps
                .add(Step::new(name, stage, places, Verb::Run(Box::new(run)))),
        )
    }

    /// Returns a root file system with the package manager and system packages.
    pub(super) fn with_manager(&mut self, image: ImageId, packages: &SystemPackages, side: Side) -> Files {
        let toolchain = &self.model.toolchain;
        let manager = &toolchain.manager;
        let (Some((script, command)), Some(version)) = (&manager.setup, &manager.version) else {
            return self.with_packages(Stage::Deps, Files::Image(image), image, packages, side, None);
        };
        let mut run = Run::new(Files::Image(image), image, side, command);
        let package = format!("{}@{version}", manager.name);
        run.shown = vec![Shown::new(&["npm", "install", "--global", &package], "/")];
        run.mounts.push(self.script(*script));
        run.mounts.push(self.steps.shared_cache("/root/.npm", NPM));
        let name = self
            .steps
            .name_on(side, format!("set up {} {version}", manager.name));
        let places = vec![toolchain.place.clone()];
        let step = Step::new(name, Stage::Deps, places, Verb::Run(Box::new(run)));
        let root = Files::Step(self.steps.add(step));
        self.with_packages(Stage::Deps, root, image, packages, side, None)
    }
}
