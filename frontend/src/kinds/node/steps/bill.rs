//! The step that writes the image's bill of materials.

use super::Writer;
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::Product;
use crate::plan::{Action, BILL, Files, ImageId, Line, Mount, SCRIPTS, Stage, Step, Tree, Verb};

impl Writer<'_> {
    /// Lists the packages of an image that is made of a base, with its system packages, and of what holds further ones, such
    /// as an install, each with its directory; nothing where no bill of materials is asked for.
    ///
    /// The step reads no build but one that packs its dependencies: a code change leaves it in the cache. It runs on the
    /// build platform whatever the image's is, since it only reads.
    pub(super) fn bill(
        &mut self,
        base: ImageId,
        system: &Files,
        holding: &[(Files, &str)],
    ) -> Result<Option<Files>, Diagnostic> {
        let Some(sbom) = &self.model.sbom else {
            return Ok(None);
        };
        let (program, prefix) = match &self.model.product {
            Product::Image(image) if image.runtime.base.only_node => {
                (image.runtime.base.node.as_str(), "scratch, with Node from ")
            }
            Product::Image(image) => (image.runtime.base.node.as_str(), ""),
            Product::Site(site) if site.base.only_nginx => ("nginx", "scratch, with nginx from "),
            Product::Site(_) => ("nginx", ""),
            Product::Workbench(_) => ("node", ""),
        };
        let input = Tree::of_texts(vec![Action::Facts {
            path: "/facts.json".to_owned(),
            facts: sbom.facts(&self.model.package, &self.facts.target, program),
            base,
            prefix: prefix.to_owned(),
        }]);
        let name = self
            .steps
            .name("load what the lockfile says of the image's packages");
        let places = vec![self.steps.key("")];
        let input = Step::new(name, Stage::Runtime, places.clone(), input).on_line(self.steps.unshown());
        let input = Files::Step(self.steps.add(input));
        let facts = format!("{SCRIPTS}/facts.json");
        let out = format!("/out{BILL}");
        let at = (0..holding.len()).map(|number| format!("/packages/{number}"));
        let at: Vec<String> = at.collect();
        let words = ["packages", &facts, "/base", &out].into_iter();
        let words: Vec<&str> = words.chain(at.iter().map(String::as_str)).collect();
        let mut run = self.steps.inspect(base, "", &words)?;
        run.mounts.extend([
            Mount::Read {
                at: facts.clone(),
                files: input,
                from: Some("/facts.json".to_owned()),
                key: crate::plan::Key::Content,
            },
            Mount::read_of(system.clone(), None, "/base"),
            Mount::output("/out"),
        ]);
        let held = holding.iter().zip(&at);
        let held = held.map(|((files, directory), at)| Mount::read_of(files.clone(), Some(directory), at));
        run.mounts.extend(held);
        let line = self.steps.name("list the packages of the image");
        let step =
            Step::new(&line, Stage::Runtime, places, Verb::Run(Box::new(run))).on_line(Line::of(&line));
        Ok(Some(Files::Left(self.steps.add(step), "/out".to_owned())))
    }
}
