//! Tools whose configuration says that their pages are all that is wanted, and that have a command of its own for it beside the
//! one that builds a server.

use crate::kinds::node::plan::command;
use crate::kinds::node::workspace::Project;

/// Of a tool's files that begin so the setting, and the command that then builds.
///
/// Source: v2.nuxt.com, "Deployment Targets".
const GENERATED: [((&str, &str, &str), [&str; 2]); 1] =
    [(("nuxt.config.", "target", "static"), ["nuxt", "generate"])];

/// Returns the script that builds a package, where its tool's configuration says that it is a site and the one called `build`
/// would build a server: the only other script that runs the tool's command for pages.
pub fn script(project: &Project) -> Option<String> {
    let manifest = &project.manifest;
    let runs = |name: &str, wanted: &[&str; 2]| {
        let commands = command::commands(manifest, name);
        commands.iter().any(|words| words.iter().take(2).eq(wanted))
    };
    let wanted = GENERATED.iter().filter(|((start, key, value), _)| {
        let setting = project.site.setting(start, key, Some(value));
        setting.is_some()
    });
    wanted.into_iter().find_map(|(_, wanted)| {
        let built = command::build_script(manifest)?;
        if runs(built, wanted) {
            return None;
        }
        let mut found = manifest.scripts.keys().filter(|name| runs(name, wanted));
        let first = found.next()?;
        // One that also puts the pages somewhere runs the other.
        found.next().is_none().then(|| first.clone())
    })
}
