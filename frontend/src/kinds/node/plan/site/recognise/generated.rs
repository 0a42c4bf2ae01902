//! A tool whose configuration says that its pages are all that is wanted, and that has a command of its own for it beside the
//! one that builds a server.

use crate::kinds::node::plan::command;
use crate::kinds::node::workspace::Project;

/// The setting of Nuxt 2 by which its pages are all that is wanted, in files that begin so, and the command that then builds.
///
/// Source: v2.nuxt.com, "Deployment Targets".
const SETTING: (&str, &str, &str) = ("nuxt.config.", "target", "static");
const COMMAND: [&str; 2] = ["nuxt", "generate"];

/// Returns the script that builds a package, where its tool's configuration says that it is a site and the one called `build`
/// would build a server: the only other script that runs the tool's command for pages.
pub fn script(project: &Project) -> Option<String> {
    let manifest = &project.manifest;
    let (start, key, value) = SETTING;
    project.site.setting(start, key, Some(value))?;
    let runs = |name: &str| {
        let commands = command::commands(manifest, name);
        commands.iter().any(|words| words.iter().take(2).eq(&COMMAND))
    };
    if command::build_script(manifest).is_none_or(runs) {
        return None;
    }
    let mut found = manifest.scripts.keys().filter(|name| runs(name));
    let first = found.next()?;
    found.next().is_none().then(|| first.clone())
}
