//! A root file system of nothing but Node and what it and the native modules load, or of nothing but nginx.
//!
//! The steps read the image of Node and run on the build platform, whatever the image's is.

use super::Writer;
use super::install::Installed;
use crate::diagnostic::Diagnostic;
use crate::plan::{Action, Files, ImageId, Line, Mount, Run, Side, Stage, Step, Tree, Verb, WORKSPACE};

impl Writer<'_> {
    /// Returns the layer of Node, the same one for every service, and that of the libraries which the native modules of
    /// an install load beside it.
    pub(super) fn scratch(
        &mut self,
        image: ImageId,
        installed: &Installed,
    ) -> Result<(Files, Files), Diagnostic> {
        let line = self.steps.name_on(Side::Target, "take Node from its image");
        let run = self.take(image, &["node", "/image", "/out"])?;
        let node = self.taken_layer(run, &line, "layer of Node");

        let line = self
            .steps
            .name_on(Side::Target, "take the libraries of native modules");
        let mut run = self.take(image, &["libraries", "/image", "/out", "/base", WORKSPACE])?;
        run.mounts.push(Mount::read_of(node.clone(), None, "/base"));
        run.mounts.push(installed.mounted());
        let libraries = self.taken_layer(run, &line, "layer of the libraries of native modules");
        Ok((node, libraries))
    }

    /// Returns the layer of nginx, the same one for every site.
    pub(super) fn only_nginx(&mut self, image: ImageId) -> Result<Files, Diagnostic> {
        let line = self.steps.name_on(Side::Target, "take nginx from its image");
        let run = self.take(image, &["nginx", "/image", "/out"])?;
        Ok(self.taken_layer(run, &line, "layer of nginx"))
    }

    /// Returns the program that takes files from an image.
    fn take(&mut self, image: ImageId, words: &[&str]) -> Result<Run, Diagnostic> {
        let mut run = self.steps.inspect(image, "base", words)?;
        run.mounts
            .push(Mount::read_of(Files::Image(image), None, "/image"));
        run.mounts.push(Mount::output("/out"));
        Ok(run)
    }

    /// Makes what was taken a layer.
    fn taken_layer(&mut self, run: Run, line: &str, name: &str) -> Files {
        let places = vec![self.steps.key("base")];
        let step = Step::new(line, Stage::Runtime, places.clone(), Verb::Run(Box::new(run)));
        let taken = Files::Left(self.steps.add(step.on_line(Line::of(line))), "/out".to_owned());
        let copy = Tree::of_image(vec![Action::copy(taken, "/", "/")]);
        let name = self.steps.name_on(Side::Target, name);
        let step = Step::new(name, Stage::Runtime, places, copy).on_line(Line::with(line));
        Files::Step(self.steps.add(step))
    }
}
