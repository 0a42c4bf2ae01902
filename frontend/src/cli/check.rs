//! `vextrus check`: the warnings of builds, and the mistakes that stop them.

use std::fmt::Write as _;

use serde_json::json;

use super::{Build, Told, Workspace, options};
use crate::decide;
use crate::diagnostic::{Diagnostic, names, shown};
use crate::gateway::Failure;
use crate::source::{Reader, Tree};
use crate::subrequest::{self, Question};

pub(super) async fn tell(context: &Workspace, files: &[String], build: &Build) -> Result<Told, Failure> {
    let files = match files {
        [] => context.manifests().await?,
        files => files
            .iter()
            .map(|file| context.file(file))
            .collect::<Result<_, _>>()?,
    };
    if files.is_empty() {
        let message = "no manifest is below the context, so nothing is checked; name one";
        return Err(Diagnostic::named(names::NO_MANIFEST, message).into());
    }
    let (mut text, mut told, mut has_findings) = (String::new(), Vec::new(), false);
    for file in files {
        let decided = context.decide(&file, build).await;
        let mut decided = decided.map(|(_, read, planned)| (read, planned));
        if let Ok((read, planned)) = &mut decided {
            let reader = Reader::Directory(Tree::directory(&context.root));
            decide::check(&reader, &options(&file, build)?, read, planned).await?;
        }
        let answer = subrequest::answer(Question::Lint, &options(&file, build)?, decided)?;
        let is_found = answer.status != 0 || !answer.text.is_empty();
        has_findings |= is_found;
        if is_found {
            // A string takes whatever is written.
            let _ = writeln!(text, "{}\n{}", shown(&file), answer.text.trim_end());
        }
        told.push(json!({ "file": file, "found": answer.json }));
    }
    Ok(Told {
        text,
        json: json!({ "version": 1, "files": told }),
        has_findings,
    })
}
