//! What the root's own scripts would do after an install on a developer's machine, and no build does.

use super::command::{Words, commands_of};
use super::input::PlanInput;
use super::{generator, lifecycle};
use crate::diagnostic::plain;
use crate::kinds::node::workspace::turbo::Reached;
use crate::warning::{Warning, rules};

/// Scripts that package managers run for the root after they have installed.
const AFTER_INSTALL: [&str; 3] = ["install", "postinstall", "prepare"];

/// What runs the scripts of packages.
const RUNNERS: [&str; 7] = ["lerna", "npm", "nx", "pnpm", "rush", "turbo", "yarn"];

/// How much of a script is shown.
const LONGEST: usize = 80;

/// Warns of scripts of the root that no build of a service runs and that may make what it reads: those that follow an
/// install, and those that turbo.json puts in front of a build.
///
/// Nothing is said of what sets up hooks of git, of patches, which installs apply, of code that is generated without being
/// asked for, of builds of packages, of what installs more, and of what only judges.
pub(super) fn find(input: &PlanInput<'_>, tasks: &Reached<'_>) -> Vec<Warning> {
    let root = input.workspace.projects.get(".");
    let Some(root) = root.filter(|_| input.service != ".") else {
        return Vec::new();
    };
    let importers = input.closure.importers().iter();
    let mut projects = importers.filter_map(|id| input.workspace.projects.get(id));
    let generates = projects.any(generator::is_used);
    let runs_postinstall = input.manifest.build.root_postinstall();
    let names = AFTER_INSTALL
        .into_iter()
        .filter(|name| *name != "postinstall" || !runs_postinstall);
    let asked = input.workspace.tasks.of_root(tasks).into_iter();
    let asked = asked.filter(|task| !AFTER_INSTALL.contains(task));
    let warnings = names.chain(asked).filter_map(|name| {
        let text = lifecycle::beside_hooks(&root.manifest, name)?;
        let found = commands_of(&root.manifest, &text);
        let is_done = |words: &Words| is_done(words, generates);
        if found.is_some_and(|found| found.iter().all(is_done)) {
            return None;
        }
        let advice = match name {
            "postinstall" => "have it run before the builds by `root_postinstall = true` in `[build]`",
            _ => "have a script `postinstall` of the root run it, and that before the builds by `root_postinstall = true` in `[build]`",
        };
        let asks = match AFTER_INSTALL.contains(&name) {
            true => "",
            false => ", though turbo.json puts it in front of one",
        };
        let message = format!(
            "`{name}` of the root (`{}`) does not run in the build of a service{asks}; if that reads what it makes, {advice}, or \
             write it into a script of the package",
            plain(&beginning(&text))
        );
        let place = root.manifest.place(&["scripts", name]);
        Some(rules::ROOT_SCRIPT.warn(message).at(place))
    });
    warnings.collect()
}

/// Returns the beginning of a script, by which it is known.
fn beginning(text: &str) -> String {
    let mut beginning: String = text.chars().take(LONGEST).collect();
    if beginning.len() < text.len() {
        beginning.push_str("...");
    }
    beginning
}

/// Whether a command leaves nothing that a build would read, or what it leaves is there without it.
fn is_done(words: &Words, generates: bool) -> bool {
    let Some((program, arguments)) = words.split_first() else {
        return true;
    };
    let verb = arguments.iter().find(|word| !word.starts_with('-'));
    let verb = verb.map_or("", String::as_str);
    let is_build = |word: &String| word == "build" || word.starts_with("build:");
    match program.as_str() {
        "patch-package" => true,
        program if lifecycle::leaves_nothing(program) => true,
        // Packages of the workspace are built, each in its turn.
        program if RUNNERS.contains(&program) && arguments.iter().any(is_build) => true,
        // Another directory's dependencies, browsers for tests; a bare `yarn` installs as well.
        "yarn" | "pnpm" | "npm" if verb.is_empty() => true,
        _ if ["audit", "check", "ci", "dedupe", "i", "install", "lint"].contains(&verb) => true,
        _ => generates && generator::is_generator(&words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_script_is_shown_by_its_beginning() {
        let long = format!("node -e '{}'", "é".repeat(100));
        assert_eq!(beginning(&long).chars().count(), LONGEST + 3);
        assert_eq!(beginning("panda codegen"), "panda codegen");
    }

    #[test]
    fn what_leaves_nothing_to_read_is_known() {
        for (command, expected) in [
            ("patch-package --patch-dir x", true),
            ("playwright install chromium", true),
            ("manypkg check", true),
            ("turbo run build --filter=./packages/*", true),
            ("pnpm --filter ./packages/* build", true),
            ("nx run-many -t build", true),
            ("echo done", true),
            ("npm ci --prefix client", true),
            ("prisma generate --schema=x.prisma", false),
            ("panda codegen", false),
            ("node scripts/build.js", false),
            ("pnpm -r generate", false),
        ] {
            let words = command.split(' ').map(str::to_owned).collect();
            assert_eq!(is_done(&words, false), expected, "{command}");
        }
        let words = ["prisma", "generate"].map(str::to_owned).to_vec();
        assert!(is_done(&words, true));
    }
}
