//! What is run of the scripts that package managers run after an install.

use std::cell::Cell;

use super::command::{MOST, Unit, Words, commands, commands_of, runs, units};
use super::model::Script;
use super::place;
use crate::kinds::node::Manager;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::turbo::is_check;

/// The deepest that scripts are followed that run each other.
const MAX_DEPTH: usize = 8;

/// Names by which commands are told that have to do with git's hooks or police the developer's machine, wherever they stand
/// in a command: in that of a program, of its file, of another script.
const HOOKS: [&str; 10] = [
    "git-hook",
    "githook",
    "hookspath",
    "husky",
    "lefthook",
    "lint-staged",
    "nano-staged",
    "only-allow",
    "pre-commit",
    "yorkie",
];

/// Programs that do the same, or ask for a repository of git, which no build has.
const HOOK_PROGRAMS: [&str; 5] = ["git", "hk", "is-ci", "pinst", "prek"];

/// Commands that ask something, and stand in front of what is done if it is so.
const GUARDS: [&str; 5] = ["[", "[[", "command", "test", "which"];

/// Commands that leave nothing.
const IDLE: [&str; 6] = [":", "cd", "echo", "exit", "export", "true"];

/// The scripts of a package that follow its install, as they run around its build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lifecycle<'m> {
    /// Those of which anything is run.
    pub(super) names: Vec<&'m str>,
    pub(super) before: Vec<Script>,
    pub(super) after: Vec<Script>,
}

/// Returns what is run of some scripts of a package beside `build`, in its directory.
pub(super) fn around<'m>(
    manager: &Manager,
    manifest: &'m PackageJson,
    (names, build): (&[&'m str], Option<&str>),
    directory: &str,
) -> Lifecycle<'m> {
    let mut found = Lifecycle::default();
    for &name in names {
        let script = |run| match run {
            Run::Whole => Script::run(manager, manifest, name, directory),
            Run::Commands(text) => {
                let place = place::of_script(manifest, name);
                Script::new(&manager.shell(&text), directory, place)
            }
        };
        let Parts { before, after } = parts(manifest, name, build);
        found
            .names
            .extend((before.is_some() || after.is_some()).then_some(name));
        found.before.extend(before.map(script));
        found.after.extend(after.map(script));
    }
    found
}

/// What is run of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    /// The script as it is.
    Whole,
    /// These commands of it, as a shell has them.
    Commands(String),
}

/// What is run of a script before and after the build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts {
    before: Option<Run>,
    /// What follows where the script builds.
    after: Option<Run>,
}

/// Returns what is to be run of a script, beside `build`, which is run anyway.
///
/// Hooks of git are no business of an image. What a chain of commands does beside setting them up is run, and what is there
/// for them alone is not: the question in front of them, the way into another directory; nor are scripts that only judge,
/// as no build runs them. A command that does nothing but
/// what the build does, or a part of it, is left to the build.
fn parts(manifest: &PackageJson, name: &str, build: Option<&str>) -> Parts {
    let Some(script) = manifest.scripts.get(name).filter(|_| build != Some(name)) else {
        return Parts::default();
    };
    let built = build.map_or_else(Vec::new, |build| commands(manifest, build));
    let reader = Reader {
        manifest,
        built,
        left: Cell::new(MOST),
    };
    let Some(units) = reader.kept(script, 0) else {
        return Parts::default();
    };
    if units.iter().all(|kept| matches!(kept, Kept::AsWritten(_))) {
        return Parts {
            before: reader.is_of_use(&units).then_some(Run::Whole),
            after: None,
        };
    }
    // Of several builds what stands in front of the last one is run before it.
    let built = units.iter().rposition(|kept| matches!(kept, Kept::Built));
    let (before, after) = units.split_at(built.unwrap_or(units.len()));
    let run = |units: &[Kept]| reader.is_of_use(units).then(|| Run::Commands(joined(units)));
    Parts {
        before: run(before),
        after: run(after),
    }
}

/// Returns what a script does beside setting up hooks of git, as a shell has it; none where that is nothing.
pub(super) fn beside_hooks(manifest: &PackageJson, name: &str) -> Option<String> {
    match parts(manifest, name, None).before? {
        Run::Whole => manifest.scripts.get(name).cloned(),
        Run::Commands(text) => Some(text),
    }
}

/// Whether a program only asks or tells something.
pub(super) fn leaves_nothing(program: &str) -> bool {
    IDLE.contains(&program) || GUARDS.contains(&program)
}

/// What becomes of one command of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    /// It is run as it stands there.
    AsWritten(Unit),
    /// It is run without the hooks that a script sets up which it runs.
    Without(Unit),
    /// It is the build's to run.
    Built,
    /// It is not run.
    Dropped,
}

struct Reader<'m> {
    manifest: &'m PackageJson,
    /// The commands of the build.
    built: Vec<Words>,
    /// How many commands are looked at yet: scripts may run each other many times.
    left: Cell<usize>,
}

impl Reader<'_> {
    /// Returns what becomes of each command of a script; none where there is no telling, and hooks among it.
    fn kept(&self, script: &str, depth: usize) -> Option<Vec<Kept>> {
        let Some(units) = units(script) else {
            let whole = Unit::whole(script);
            return (!self.is_hook(&whole)).then(|| vec![Kept::AsWritten(whole)]);
        };
        let mut kept: Vec<Kept> = Vec::new();
        for unit in units {
            let becomes = self.becomes(unit, depth);
            if becomes == Kept::Dropped {
                // Without what it guards a question would only end the script.
                let is_guard = |kept: &&mut Kept| match kept {
                    Kept::AsWritten(unit) => unit.is_joined && is_of(unit, &GUARDS),
                    _ => false,
                };
                let guards = kept.iter_mut().rev().take_while(is_guard);
                guards.for_each(|guard| *guard = Kept::Dropped);
            }
            kept.push(becomes);
        }
        Some(kept)
    }

    fn becomes(&self, unit: Unit, depth: usize) -> Kept {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Kept::AsWritten(unit);
        };
        self.left.set(left);
        let found = commands_of(self.manifest, &unit.text).unwrap_or_default();
        let is_built = |words: &Words| self.built.contains(words);
        if !found.is_empty() && found.iter().all(is_built) {
            return Kept::Built;
        }
        let runs_script = script_of(self.manifest, &unit.text).filter(|_| depth < MAX_DEPTH);
        if let Some((name, script)) = runs_script {
            if is_check(name) {
                return Kept::Dropped;
            }
            let Some(inside) = self.kept(script, depth + 1) else {
                return Kept::Dropped;
            };
            return match inside.iter().all(|kept| matches!(kept, Kept::AsWritten(_))) {
                true => Kept::AsWritten(unit),
                // A script that builds among others is run whole.
                false if inside.contains(&Kept::Built) => Kept::AsWritten(unit),
                false if self.is_of_use(&inside) => Kept::Without(Unit {
                    text: format!("({})", joined(&inside)),
                    is_joined: unit.is_joined,
                }),
                false => Kept::Dropped,
            };
        }
        match self.is_hook(&unit) {
            true => Kept::Dropped,
            false => Kept::AsWritten(unit),
        }
    }

    /// Whether a command sets hooks up, with what it runs.
    fn is_hook(&self, unit: &Unit) -> bool {
        let text = unit.text.to_lowercase();
        let found = commands_of(self.manifest, &unit.text).unwrap_or_default();
        HOOKS.iter().any(|hook| text.contains(hook))
            || found.iter().any(|words| {
                let program = words.first().map_or("", String::as_str);
                HOOK_PROGRAMS.contains(&program)
            })
    }

    /// Whether any of some commands leaves something.
    fn is_of_use(&self, units: &[Kept]) -> bool {
        units.iter().any(|kept| match kept {
            Kept::AsWritten(unit) => !is_of(unit, &IDLE) && !is_of(unit, &GUARDS),
            Kept::Without(_) => true,
            Kept::Built | Kept::Dropped => false,
        })
    }
}

/// Whether a command is nothing but one of some programs.
fn is_of(unit: &Unit, programs: &[&str]) -> bool {
    let program = unit.text.split_whitespace().next();
    let is_alone = !unit.text.contains(['|', '>', '$', '`']);
    is_alone && program.is_some_and(|program| programs.contains(&program))
}

/// Returns the script that a command runs and nothing else, by its name and its text.
fn script_of<'m>(manifest: &'m PackageJson, command: &str) -> Option<(&'m str, &'m str)> {
    let words = shlex::split(command)?;
    let [name] = runs(&words).try_into().ok()?;
    let is_runner = words.len() <= 3 && !command.contains(['|', '&', ';', '$', '`', '<', '>', '(']);
    let (name, script) = manifest.scripts.get_key_value(name).filter(|_| is_runner)?;
    Some((name.as_str(), script.as_str()))
}

/// Returns the commands that are run, as a shell has them.
fn joined(units: &[Kept]) -> String {
    let kept = units.iter().filter_map(|kept| match kept {
        Kept::AsWritten(unit) | Kept::Without(unit) => Some(unit),
        Kept::Built | Kept::Dropped => None,
    });
    let mut text = String::new();
    let mut is_joined = None;
    for unit in kept {
        text.push_str(match is_joined {
            None => "",
            Some(true) => " && ",
            Some(false) => "; ",
        });
        text.push_str(&unit.text);
        is_joined = Some(unit.is_joined);
    }
    text
}

#[cfg(test)]
mod tests;
