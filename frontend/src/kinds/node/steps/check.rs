//! A look at whether the image can load what it starts.

use serde_json::json;

use super::Writer;
use crate::kinds::node::plan::{FOREIGN, Production};
use crate::kinds::node::scripts::CHECK;
use crate::plan::{
    Action, Check, Checked, Files, LOADED, Line, Mount, Network, RUNTIME_SCRIPTS, Run, SCRIPTS, Side, Stage,
    Step, Tree, Verb, WORKSPACE,
};

/// Where the step writes.
const OUT: &str = "/out";

impl Writer<'_> {
    /// A step that starts the command in the image's files, and a layer with what it found.
    ///
    /// In a tree of its own that holds the same: to run a program in the image, the engine would lay all of its layers over
    /// each other first, in every build after a change of a source. Here what such a change does not move lies over each
    /// other once, and the packages are copied onto it. Where pnpm has made copies of packages the layers have others in
    /// the place of links, which no copy takes: there it is all of the layers. `layers` are those on the base, without those
    /// of packages, and those.
    ///
    /// The layer makes the step a part of the image: a cache that is exported has it, in which the image alone is too, so
    /// that whoever imports that neither runs the step for an image that was looked at nor fetches what it runs on. What is
    /// found of images that can start is one text, of one digest.
    pub(super) fn check(
        &mut self,
        production: &Production,
        checked: &[Checked],
        base: Files,
        layers: (&[Files], &[Files]),
    ) -> Check {
        let runtime = &production.runtime;
        let name = self.steps.name_on(Side::Target, "check what the image loads");
        let places = vec![self.steps.key("run.command")];
        let has_injected = self
            .model
            .packages
            .iter()
            .any(|package| !package.injected_at.is_empty());
        let tree = if has_injected {
            self.joined(base, &[layers.0, layers.1].concat())
        } else {
            let below = self.joined(base, layers.0);
            let copies = layers.1.iter().map(|files| Action::copy(files.clone(), "/", "/"));
            let tree = Tree::on(below, copies.collect());
            let files = self.steps.name_on(Side::Target, "files of the image");
            let tree = Step::new(files, Stage::Runtime, places.clone(), tree).on_line(Line::with(&name));
            Files::Step(self.steps.add(tree))
        };

        let script = self.script(CHECK);
        let command = [
            runtime.base.node.clone(),
            "--no-warnings".to_owned(),
            // It asks Node's own parser what a module imports.
            "--experimental-vm-modules".to_owned(),
            format!("{SCRIPTS}/{}", CHECK.name),
            format!("{OUT}/{LOADED}"),
            start(production, checked).to_string(),
        ];
        let image = self.steps.image(&runtime.base.reference, Side::Target, "base");
        let mut run = Run::new(tree, image, Side::Target, command);
        run.directory.clone_from(&runtime.directory);
        run.env = runtime.env.clone().into_iter().collect();
        run.network = Network::None;
        run.mounts = vec![script, Mount::output(OUT)];
        let step = Step::new(&name, Stage::Runtime, places.clone(), Verb::Run(Box::new(run)));
        let step = self.steps.add(step.on_line(Line::of(&name)));
        let found = Files::Left(step, OUT.to_owned());
        let report = Tree::of_image(vec![Action::copy(found, "/", RUNTIME_SCRIPTS)]);
        let layer = self
            .steps
            .name_on(Side::Target, "layer of what the check has found");
        let layer = Step::new(layer, Stage::Runtime, places, report).on_line(Line::with(&name));
        Check {
            report: Files::Step(self.steps.add(layer)),
            packages: checked.to_vec(),
            of_root: production.of_root.clone(),
            complete: production.complete.clone(),
            is_hoped: production.noted,
            writable: runtime.writable.clone(),
            writes: self.steps.key("run.writable"),
            approval: production.approval.to_owned(),
            command: self.steps.key("run.command"),
            base: self.steps.key("base"),
        }
    }
}

/// Returns what is started, as the script takes it.
fn start(production: &Production, checked: &[Checked]) -> serde_json::Value {
    let runtime = &production.runtime;
    // Which names the root has is no part of the step: it says what it misses, whoever declares it.
    let is_looked_through = !production.of_root.is_empty() || production.complete.is_some();
    let packages = checked.iter().filter(|_| is_looked_through);
    let packages: Vec<&str> = packages.map(|package| package.directory.as_str()).collect();
    json!({
        "command": runtime.command.args,
        "entry": runtime.command.entry_index,
        "candidates": runtime.command.entries,
        "search": runtime.search,
        "user": { "uid": runtime.user.uid, "gid": runtime.user.gid },
        "packages": packages,
        "note": production.noted.then(|| format!("{WORKSPACE}/{FOREIGN}")),
    })
}
