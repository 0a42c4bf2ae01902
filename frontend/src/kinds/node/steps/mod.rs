//! The steps of a Node service's build, as they follow from what was decided: installs, one build a package, the image.
//!
//! The workspace is a tree of its own, mounted at `/app`, so that an install adds to another one's whatever system
//! packages either needs.

mod bill;
mod check;
mod image;
mod install;
mod layers;
mod package;
mod pieces;
mod scratch;
mod scripts;
mod site;
mod size;
mod system;
mod workbench;

use std::collections::BTreeMap;

use super::plan::{Contents, Model, Product, Workbench};
use super::scripts::{OF_BUILDS, Script};
use crate::diagnostic::Diagnostic;
use crate::manifest::Manifest;
use crate::plan::{
    Action, Facts, Files, ImageId, Mount, Package, Plan, Side, Stage, Step, StepId, Steps, Tree, Value,
};
use install::{Downloaded, Installed};
use package::Built;
use pieces::Ground;

/// Writes the steps of a model.
///
/// # Errors
/// A model that does not hold together, which is a mistake of ours.
pub(super) fn write(
    model: &Model,
    manifest: &Manifest,
    facts: &Facts,
    values: Vec<Value>,
) -> Result<Plan, Diagnostic> {
    let mut writer = Writer {
        model,
        facts,
        steps: Steps::new(&model.label, manifest, facts),
        scripts: None,
        sources: None,
        downloaded: BTreeMap::new(),
        installed: BTreeMap::new(),
        cut: BTreeMap::new(),
        grounds: BTreeMap::new(),
        built: BTreeMap::new(),
        answer: None,
    };
    let outcome = match &model.product {
        Product::Image(image) => writer.image(image)?,
        Product::Site(site) => writer.site(site)?,
        Product::Workbench(workbench) => writer.workbench(workbench)?,
    };
    let (images, parts, steps) = writer.steps.into_parts();
    let packages = model.packages.iter().map(|package| Package {
        name: package.name.clone(),
        directory: package.importer.clone(),
        links: package.links.clone(),
    });
    Ok(Plan {
        label: model.label.clone(),
        package: model.package.clone(),
        target: model.target.clone(),
        platform: facts.target.to_string(),
        root: model.root.clone(),
        packages: packages.collect(),
        values,
        secrets: model.secrets.clone(),
        images,
        parts,
        steps,
        outcome,
    })
}

/// What is written so far.
struct Writer<'a> {
    model: &'a Model,
    facts: &'a Facts,
    steps: Steps<'a>,
    /// The tree of scripts that steps have mounted.
    scripts: Option<StepId>,
    /// The part of the context that packages read.
    sources: Option<Files>,
    /// Development installs by key, before anything of them has run.
    downloaded: BTreeMap<String, Downloaded>,
    /// Development installs by key.
    installed: BTreeMap<String, Installed>,
    /// What is cut out of installs, by the install's key and whether it is cut out of its second half.
    cut: BTreeMap<(String, bool), Files>,
    /// What packages are built on that have a piece, by key.
    grounds: BTreeMap<String, Ground>,
    /// Packages by importer.
    built: BTreeMap<String, Built>,
    /// How the package manager runs scripts.
    answer: Option<Files>,
}

impl Writer<'_> {
    /// Returns the image that builds run in, on the platform that they run on.
    fn tools(&mut self) -> ImageId {
        let reference = &self.model.toolchain.image;
        self.steps.image(reference, Side::Build, "node")
    }

    /// Mounts one of the scripts that builds run at its place: out of the tree of all, or one that few builds run out of
    /// its own.
    fn script(&mut self, script: Script) -> Mount {
        if !OF_BUILDS.contains(&script) {
            let path = format!("/{}", script.name);
            let tree = Tree::of_texts(vec![Action::file(path, script.text)]);
            let name = self.steps.name(format!("load {}", script.name));
            let places = vec![self.steps.key("")];
            let step = Step::new(name, Stage::Runtime, places, tree).on_line(self.steps.unshown());
            return Mount::script(self.steps.add(step), script.name);
        }
        let scripts = match self.scripts {
            Some(scripts) => scripts,
            None => {
                let actions = OF_BUILDS.iter().map(|script| Action::File {
                    path: format!("/{}", script.name),
                    text: script.text.to_owned(),
                    is_program: true,
                });
                let tree = Tree::of_texts(actions.collect());
                let name = format!("[{}] load the build's scripts", self.model.label);
                let line = self.steps.unshown();
                let step = Step::new(name, Stage::Build, vec![self.steps.key("")], tree).on_line(line);
                self.steps.add(step)
            }
        };
        self.scripts = Some(scripts);
        Mount::script(scripts, script.name)
    }

    /// Returns the workspace in the root file system that a named context gives.
    fn workspace_of(&mut self, stage: Stage, context: &str) -> Files {
        let copy = Action::copy(Files::Given(stage), crate::plan::WORKSPACE, "/");
        let copy = copy.without(&crate::source::credentials());
        let name = self.steps.name(format!(
            "take {} from the context {context}",
            crate::plan::WORKSPACE
        ));
        let places = vec![self.steps.key("")];
        let tree = Tree::on(Files::Empty, vec![copy]);
        Files::Step(self.steps.add(Step::new(name, stage, places, tree)))
    }

    /// The root file system that a production install adds to: nothing but the directory of the workspace.
    fn layer_ground(&mut self) -> Files {
        let line = self.steps.unshown();
        let name = self.steps.name(format!("make {}", crate::plan::WORKSPACE));
        let tree = Tree::of_image(vec![Action::directory(crate::plan::WORKSPACE)]);
        let places = vec![self.steps.key("")];
        Files::Step(
            self.steps
                .add(Step::new(name, Stage::Runtime, places, tree).on_line(line)),
        )
    }

    /// Returns the importers of packages that the product takes something of, in build order.
    fn needed(&self) -> impl Iterator<Item = &str> {
        let workbench = match &self.model.product {
            Product::Image(_) | Product::Site(_) => None,
            Product::Workbench(workbench) => Some(&**workbench),
        };
        let packages = self.model.packages.iter();
        packages
            .map(|package| package.importer.as_str())
            .filter(move |importer| workbench.is_none_or(|workbench| is_needed(workbench, importer)))
    }
}

/// Whether a workbench takes something of a package.
fn is_needed(workbench: &Workbench, importer: &str) -> bool {
    let service = &workbench.package;
    let is_input = service.inputs.iter().any(|input| input == importer);
    match workbench.contents {
        Contents::Dependencies => false,
        Contents::Sources => is_input,
        Contents::Built => is_input || service.importer == importer,
    }
}

/// Returns a container path as the tree that is mounted at `/app` has it.
fn in_tree(path: &str) -> &str {
    match path.strip_prefix(crate::plan::WORKSPACE) {
        Some("") => "/",
        Some(inside) => inside,
        None => path,
    }
}
