//! The same services on the smallest base, `scratch`: what images of ours weigh without anyone else's files.

use toml::{Table, Value};
use vextrus_e2e::Workspace;

use crate::bakes::ALL;
use crate::builder::Builder;
use crate::edit::Edit;
use crate::scenario::Scenario;
use crate::session::Session;
use crate::subject::Subject;

/// What its records name as the builder.
pub(crate) const BUILDER: &str = "vextrus-scratch";

impl Session {
    /// Builds a service for the smallest base, on a fresh engine.
    pub(crate) fn smallest(&mut self, pass: usize, subject: &Subject) {
        let mut series = self.take(Scenario::Cold, BUILDER, &subject.name);
        if series.goes_on(self.selection.runs) {
            self.doing(series.scenario, BUILDER, &subject.name, pass);
            match edit(&self.workspace, &[subject]) {
                Ok(edit) => {
                    let applied = edit.apply(&self.workspace);
                    self.cold_build(&mut series, Builder::Vextrus, subject);
                    applied.revert(&self.workspace);
                }
                Err(why) => self.failed(&mut series, why),
            }
            self.finish(series);
        } else {
            self.series.push(series);
        }
    }

    /// Bakes services for the smallest base, on a fresh engine: once, for the sizes.
    pub(crate) fn smallest_bake(&mut self, pass: usize, subjects: &[&Subject]) {
        let mut series = self.take(Scenario::BakeCold, BUILDER, ALL);
        if series.is_new() {
            self.doing(series.scenario, BUILDER, ALL, pass);
            match edit(&self.workspace, subjects) {
                Ok(edit) => {
                    let applied = edit.apply(&self.workspace);
                    self.cold_bake(&mut series, Builder::Vextrus, subjects, true);
                    applied.revert(&self.workspace);
                }
                Err(why) => self.failed(&mut series, why),
            }
            self.finish(series);
        } else {
            self.series.push(series);
        }
    }
}

/// Sets the base of the images of services.
fn edit(workspace: &Workspace, subjects: &[&Subject]) -> Result<Edit, String> {
    let manifests = subjects.iter().map(|subject| {
        let file = &subject.file;
        let set = with_base(&workspace.read(file)).map_err(|why| format!("{file}: {why}"))?;
        Ok((file.clone(), set))
    });
    let manifests: Vec<(String, String)> = manifests.collect::<Result<_, String>>()?;
    Ok(Edit::of(manifests))
}

/// Returns a manifest whose image stands on `scratch`. The first line is its syntax, which TOML takes for a comment.
fn with_base(manifest: &str) -> Result<String, String> {
    let mut table: Table = manifest.parse().map_err(|error| format!("{error}"))?;
    table.insert("base".to_owned(), Value::String("scratch".to_owned()));
    let syntax = manifest.lines().next().unwrap_or_default();
    Ok(format!("{syntax}\n{table}"))
}

#[cfg(test)]
mod tests {
    use super::with_base;

    #[test]
    fn a_manifest_keeps_its_syntax_and_what_else_it_says() {
        assert_eq!(
            with_base("# syntax=vextrus/frontend\n").unwrap(),
            "# syntax=vextrus/frontend\nbase = \"scratch\"\n"
        );
        assert_eq!(
            with_base("# syntax=vextrus/frontend\nbase = \"alpine\"\n\n[run]\nport = 1\n").unwrap(),
            "# syntax=vextrus/frontend\nbase = \"scratch\"\n\n[run]\nport = 1\n"
        );
        assert!(with_base("base = \n").is_err());
    }
}
