//! A look at whether the image can load what it starts.

use serde_json::json;

use super::Writer;
use crate::kinds::node::plan::Runtime;
use crate::kinds::node::scripts::CHECK;
use crate::plan::{
    Action, Check, Checked, Files, Line, Mount, Network, Run, SCRIPTS, Side, Stage, Step, Tree, Verb,
};

/// Where the step writes.
const OUT: &str = "/out";

impl Writer<'_> {
    /// A step that starts the command in the image's files.
    ///
    /// In a tree of its own that holds the same: to run a program in the image, the engine would lay all of its layers over
    /// each other first, in every build after a change of a source. Here what such a change does not move lies over each
    /// other once, and the packages are copied onto it. Where pnpm has made copies of packages the layers have others in
    /// the place of links, which no copy takes: there it is the image. `layers` are those on the base, without those of
    /// packages, and those.
    pub(super) fn check(
        &mut self,
        runtime: &Runtime,
        checked: &[Checked],
        root: &Files,
        base: Files,
        layers: (&[Files], &[Files]),
    ) -> Check {
        let name = self.steps.name_on(Side::Target, "check what the image loads");
        let places = vec![self.steps.key("run.command")];
        let has_injected = self
            .model
            .packages
            .iter()
            .any(|package| !package.injected_at.is_empty());
        let tree = if has_injected {
            root.clone()
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
            format!("{SCRIPTS}/{}", CHECK.name),
            format!("{OUT}/{}", crate::plan::LOADED),
            start(runtime).to_string(),
        ];
        let image = self.steps.image(&runtime.base.reference, Side::Target, "base");
        let mut run = Run::new(tree, image, Side::Target, command);
        run.directory.clone_from(&runtime.directory);
        run.env = runtime.env.clone().into_iter().collect();
        run.network = Network::None;
        run.mounts = vec![script, Mount::output(OUT)];
        let step = Step::new(&name, Stage::Runtime, places, Verb::Run(Box::new(run)));
        let step = self.steps.add(step.on_line(Line::of(&name)));
        Check {
            report: Files::Left(step, OUT.to_owned()),
            packages: checked.to_vec(),
            command: self.steps.key("run.command"),
            base: self.steps.key("base"),
        }
    }
}

/// Returns what is started, as the script takes it.
fn start(runtime: &Runtime) -> serde_json::Value {
    json!({
        "command": runtime.command.args,
        "entry": runtime.command.entry_index,
        "candidates": runtime.command.entries,
        "search": runtime.search,
    })
}
