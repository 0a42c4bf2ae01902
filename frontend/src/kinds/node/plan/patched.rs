//! Patches that a script of the repository applies to installed packages by `patch-package`.
//!
//! Installs run no script of the repository. So they apply the patches themselves, which takes none of its code.

use super::command;
use super::install::Last;
use crate::kinds::node::Workspace;
use crate::kinds::node::scripts::PATCHED;
use crate::kinds::node::workspace::PackageJson;
use crate::path::join;
use crate::pattern::literal;
use crate::plan::WORKSPACE;

/// Scripts that package managers run after they have installed.
const AFTER_INSTALL: [&str; 4] = ["install", "postinstall", "prepare", "postprepare"];

/// The project whose scripts are about the whole workspace.
pub(super) const ROOT: &str = ".";

/// Where an install finds the patches, those of each project in a directory by its number; the script removes them.
const PLACE: &str = "/app/.vextrus-patches";

/// The file of a patched package that says so to the next install.
const NOTE: &str = ".vextrus-patched";

/// Patches of one project: of what is installed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patched {
    /// The project's directory in the container.
    project: String,
    /// The pattern that they match in the context.
    pub(super) pattern: String,
    /// Where the install has what matches.
    pub(super) place: String,
}

/// Returns the patches of some projects, where they have any.
pub(super) fn of<'p>(workspace: &Workspace, projects: impl IntoIterator<Item = &'p str>) -> Vec<Patched> {
    let found = projects.into_iter().filter_map(|importer| {
        let directory = directory(&workspace.projects.get(importer)?.manifest)?;
        let directory = join(importer, &directory);
        let is_there = workspace.is_in_context(&directory);
        let pattern = format!("{}/**/*.patch", literal(&workspace.context_path(&directory)));
        is_there.then(|| (workspace.container_path(importer), pattern))
    });
    let found = found.enumerate().map(|(number, (project, pattern))| Patched {
        project,
        pattern,
        place: format!("{PLACE}/{number}"),
    });
    found.collect()
}

/// Returns the script that applies patches to what an install has laid out; none where there are none. `is_last` says that
/// no other install adds to it.
pub(super) fn last(patched: &[Patched], is_last: bool) -> Option<Last> {
    let note = if is_last { "-" } else { NOTE };
    let words = [WORKSPACE, note, PLACE].into_iter();
    let words = words.chain(patched.iter().map(|patched| patched.project.as_str()));
    let arguments = words.map(str::to_owned).collect();
    (!patched.is_empty()).then_some(Last {
        script: PATCHED,
        arguments,
    })
}

/// Returns the directory of the patches that a project's scripts apply.
fn directory(manifest: &PackageJson) -> Option<String> {
    let mut commands = AFTER_INSTALL
        .into_iter()
        .flat_map(|name| command::commands(manifest, name));
    let words = commands.find(|words| words.first().is_some_and(|program| program == "patch-package"))?;
    let mut words = words.into_iter().skip(1);
    let named = words.find_map(|word| match word.split_once('=') {
        Some(("--patch-dir", directory)) => Some(Some(directory.to_owned())),
        _ => (word == "--patch-dir").then_some(None),
    });
    let named = named.map(|named| named.or_else(|| words.next()));
    Some(named.flatten().unwrap_or_else(|| "patches".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    #[test]
    fn a_script_says_where_its_patches_are() {
        let of = |scripts: &str| {
            let text = format!("{{ \"scripts\": {scripts} }}");
            let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
            directory(&manifest).unwrap_or_default()
        };
        assert_eq!(of(r#"{ "postinstall": "npx patch-package" }"#), "patches");
        assert_eq!(
            of(r#"{ "prepare": "husky && pnpm run p", "p": "patch-package --error-on-fail" }"#),
            "patches"
        );
        assert_eq!(
            of(r#"{ "postinstall": "patch-package --patch-dir ./fixes --use-yarn" }"#),
            "./fixes"
        );
        assert_eq!(
            of(r#"{ "postinstall": "node x.js && patch-package --patch-dir=fixes" }"#),
            "fixes"
        );
        assert_eq!(of(r#"{ "postinstall": "patch-package --patch-dir" }"#), "patches");
        assert_eq!(
            of(r#"{ "build": "patch-package", "postinstall": "node patch-package.js" }"#),
            ""
        );
        // Scripts that run each other many times.
        let all = vec!["npm run a"; 60].join(" && ");
        assert_eq!(
            of(&format!(r#"{{ "postinstall": "npm run a", "a": "{all}" }}"#)),
            ""
        );
    }
}
