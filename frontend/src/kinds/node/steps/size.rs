//! How large the image is.

use super::Writer;
use super::install::Installed;
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::Runtime;
use crate::plan::{Files, Mount, REPORT, Size, Stage, Step, Verb, WORKSPACE};

impl Writer<'_> {
    /// A step that measures the image where the manifest sets a limit. Else it measures what a source change does not
    /// move, so that such a change does not wait for it: the base and the production dependencies. Without a limit and
    /// without the program that measures there is none.
    pub(super) fn size(
        &mut self,
        runtime: &Runtime,
        image: &Files,
        system: &Files,
        installed: &Installed,
    ) -> Result<Option<Size>, Diagnostic> {
        if runtime.max_size.is_none() && !self.facts.frontend {
            return Ok(None);
        }
        let report = format!("/out/{REPORT}");
        let workspace = format!("{WORKSPACE}={WORKSPACE}");
        let (what, words, mounts) = match runtime.max_size {
            Some(_) => (
                "measure the image",
                vec!["measure", &report, "/image=/"],
                vec![Mount::read_of(image.clone(), None, "/image")],
            ),
            None => (
                "measure the base and the dependencies",
                vec!["measure", &report, "/base=/", &workspace],
                vec![Mount::read_of(system.clone(), None, "/base"), installed.mounted()],
            ),
        };
        let tools = self.tools();
        let mut run = self.steps.inspect(tools, "image.max_size", &words)?;
        run.mounts.push(Mount::output("/out"));
        run.mounts.extend(mounts);
        let place = self.steps.key("image.max_size");
        let step = Step::new(
            self.steps.name(what),
            Stage::Runtime,
            vec![place.clone()],
            Verb::Run(Box::new(run)),
        );
        Ok(Some(Size {
            report: Files::Left(self.steps.add(step), "/out".to_owned()),
            limit: runtime.max_size,
            place,
        }))
    }
}
