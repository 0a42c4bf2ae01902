//! How large the image is.

use super::Writer;
use super::install::Installed;
use crate::diagnostic::Diagnostic;
use crate::kinds::node::plan::Runtime;
use crate::plan::{Files, Mount, REPORT, Size, Stage, Step, Verb, WORKSPACE};

impl Writer<'_> {
    /// A step that measures an image which has a limit.
    pub(super) fn measured(&mut self, limit: u64, image: &Files) -> Result<Size, Diagnostic> {
        let mounts = vec![Mount::read_of(image.clone(), None, "/image")];
        self.measure("measure the image", &["/image=/"], mounts, Some(limit))
    }

    fn measure(
        &mut self,
        what: &str,
        directories: &[&str],
        mounts: Vec<Mount>,
        limit: Option<u64>,
    ) -> Result<Size, Diagnostic> {
        let report = format!("/out/{REPORT}");
        let words = [&["measure", &report], directories].concat();
        let tools = self.tools();
        let mut run = self.steps.inspect(tools, "image.max_size", &words)?;
        run.mounts.push(Mount::output("/out"));
        run.mounts.extend(mounts);
        let place = self.steps.key("image.max_size");
        let name = self.steps.name(what);
        let step = Step::new(
            name,
            Stage::Runtime,
            vec![place.clone()],
            Verb::Run(Box::new(run)),
        );
        Ok(Size {
            report: Files::Left(self.steps.add(step), "/out".to_owned()),
            limit,
            place,
        })
    }

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
        let workspace = format!("{WORKSPACE}={WORKSPACE}");
        let size = match runtime.max_size {
            Some(limit) => self.measured(limit, image)?,
            None => {
                let mounts = vec![Mount::read_of(system.clone(), None, "/base"), installed.mounted()];
                let what = "measure the base and the dependencies";
                self.measure(what, &["/base=/", &workspace], mounts, None)?
            }
        };
        Ok(Some(size))
    }
}
