//! The production install, run on the build platform for another one.

use buildkit_llb::{File, MkFile, Mount, Network, Output};

use super::Surroundings;
use super::steps::Steps;
use super::toolchain::{production, resolved};
use crate::diagnostic::Diagnostic;
use crate::plan::{Foreign, Plan, SCRIPTS, Stage, WORKSPACE};

/// The file in the output of [`hooks`]: names of packages, one a line.
pub const HOOKS_FILE: &str = "/hooks";

/// The program that writes it.
const SCRIPT: &str = include_str!("../scripts/hooks.cjs");

impl Steps<'_> {
    /// Returns what is planned of the production install where its platform is not the one that builds run on.
    pub(super) fn foreign(&self) -> Option<&Foreign> {
        self.plan.foreign.get(&self.surroundings.target.to_string())
    }
}

/// Returns the step that looks for install scripts in the production install; none where no package may have one, or
/// where the install runs on its platform anyway.
///
/// # Errors
/// A plan that names an image nobody resolved, which is a mistake of ours.
pub fn hooks(plan: &Plan, surroundings: &Surroundings) -> Result<Option<Output>, Diagnostic> {
    let steps = Steps::new(plan, surroundings);
    let Some(foreign) = steps.foreign() else {
        return Ok(None);
    };
    if foreign.install.is_none() || foreign.may_have_scripts.is_empty() || plan.workbench.is_some() {
        return Ok(None);
    }
    let installed = production(&steps)?;
    let platform = &surroundings.build;
    let tools = resolved(&steps, &plan.toolchain.image, platform)?;
    let script = File::on(&Output::scratch())
        .mkfile(
            MkFile::new("/hooks.cjs", SCRIPT.as_bytes())
                .mode(0o644)
                .timestamp(0),
        )
        .name(steps.name("load the search for install scripts"))
        .locations(steps.key(""))
        .output();
    let program = [format!("{SCRIPTS}/hooks.cjs"), format!("/out{HOOKS_FILE}")];
    let [program, out] = program.each_ref().map(String::as_str);
    let names = foreign.may_have_scripts.iter().map(String::as_str);
    let command = ["node", program, WORKSPACE, out].into_iter().chain(names);
    let exec = steps
        .run(
            Stage::Runtime,
            &steps.image(tools, platform, "node"),
            tools,
            command,
            platform,
        )
        .mount(Mount::bind(&script, SCRIPTS).read_only())
        .mount(installed.mounted())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .network(Network::None)
        .name(steps.name("look for install scripts"))
        .locations(steps.at(&plan.production.origin));
    Ok(exec.build().mount("/out"))
}
