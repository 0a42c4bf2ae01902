//! The same services on the smallest base, `scratch`: what images of ours weigh without anyone else's files.

use toml::{Table, Value};
use vextrus_e2e::Workspace;

use crate::edit::Edit;
use crate::subject::Subject;

/// Sets the base of the images of services.
///
/// # Errors
/// The manifest that is not TOML.
pub(crate) fn edit(workspace: &Workspace, subjects: &[&Subject]) -> Result<Edit, String> {
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
