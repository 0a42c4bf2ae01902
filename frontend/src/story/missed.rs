//! A build that misses a file gets it: narrow and fast is what is hoped for, and never the reason for a failure.

use crate::decide::Read;
use crate::gateway::Failure;
use crate::plan::{Facts, Plan, Step, Verb};
use crate::warning::{Warning, rules};

/// The status with which a step ends that has not found a file (`run.cjs`).
const NOT_FOUND: &str = "exit code: 117";

/// Returns the package whose scripts have failed since they did not find something, unless they had everything.
pub(super) fn package<'p>(
    plan: &'p Plan,
    facts: &Facts,
    failure: &Failure,
) -> Option<&'p crate::plan::Package> {
    let message = failure.to_string();
    if failure.diagnostics().is_some() || !message.contains(NOT_FOUND) {
        return None;
    }
    let mut failed = plan.steps.iter().filter(|step| is_told(step, &message));
    let name = failed.find_map(|step| step.package.as_ref())?;
    let package = plan.packages.iter().find(|package| package.name == *name)?;
    (!facts.whole.contains(&package.directory)).then_some(package)
}

/// Whether a message of the engine tells of a step: it quotes the command, as Go quotes a text.
fn is_told(step: &Step, message: &str) -> bool {
    let Verb::Run(run) = &step.does else {
        return false;
    };
    let command = run.command.join(" ");
    let quoted = command.replace('\\', "\\\\").replace('"', "\\\"");
    let quoted = quoted.replace('\n', "\\n").replace('\t', "\\t");
    message.contains(&quoted)
}

/// Returns the warning of a package that is built once more with everything.
pub(super) fn warning(read: &Read, package: &crate::plan::Package) -> Warning {
    let manifest = read.manifest();
    rules::MISSED_FILES
        .warn(format!(
            "the build of {} did not find a file, and is run once more with every file of the workspace, of which any change \
             runs it again; write those that it reads into `files` of `[build]`",
            package.name
        ))
        .at(manifest.nearest_place("build.files"))
}
