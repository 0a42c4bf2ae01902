//! Scripts that need a shell: several commands, variables, redirections.

use std::collections::BTreeSet;

use super::operators::{Unit, alternatives, conjunction, is_needed, last_command, unquoted};
use super::prefixes::strip_prefixes;
use super::script::{self, Scripts, package_of};
use super::{Inferred, as_it_stands, chains, env_files};
use crate::kinds::node::scripts::preload;

/// Programs that make what an image holds already.
const BUILDERS: [&str; 8] = [
    "esbuild", "rimraf", "rollup", "swc", "tsc", "tsdown", "tsup", "webpack",
];

/// The longest that a script may be with those that it runs in their place, in bytes: Linux takes no longer argument.
const LONGEST: usize = 128 << 10;

/// Reads a script of several commands; none where the last of them is for development.
///
/// Commands that build are left out: the image is built already. Scripts that others run are written in their
/// place, since no package manager is in the image.
pub(super) fn read(scripts: Scripts<'_>, script: &str, depth: usize) -> Option<Inferred> {
    read_after(scripts, &[], script, depth)
}

/// Reads a script, as [`read`], that is run if other commands have ended well.
pub(super) fn read_after(
    scripts: Scripts<'_>,
    units: &[Unit],
    script: &str,
    depth: usize,
) -> Option<Inferred> {
    // A shell refuses a script whose quotes are not closed.
    shlex::split(script)?;
    let mut env_files = Vec::new();
    let first = first(scripts, units, depth, &mut env_files)?;
    let mut text: Vec<String> = Some(first)
        .filter(|first| !first.is_empty())
        .into_iter()
        .collect();
    let Some(parts) = conjunction(script) else {
        if is_for_development(script) {
            return None;
        }
        let stays = last_command(script).and_then(|last| words_of(scripts, last, depth));
        text.push(match text.is_empty() {
            true => script.to_owned(),
            false => format!("({script})"),
        });
        return Some(Inferred {
            env_files,
            last: stays.unwrap_or_default(),
            ..with_shell(text.join(" && "))
        });
    };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !is_build(part)).collect();
    let (last, before) = parts.split_last()?;
    let started = match is_needed(last) {
        true if is_for_development(last) => return None,
        true => None,
        false => Some(scripts.read(last, depth + 1)?),
    };
    let before: Option<Vec<String>> = before
        .iter()
        .map(|part| expand(scripts, part, depth, &mut env_files))
        .collect();
    // A script that only builds has nothing in its place.
    text.extend(before?.into_iter().filter(|part| !part.is_empty()));
    if let (true, Some(_)) = (text.is_empty(), &started) {
        return started;
    }
    let stays = match started {
        Some(started) => Some(started.started().to_vec()),
        None => words_of(scripts, last, depth),
    };
    let last = expand(scripts, last, depth, &mut env_files)?;
    // A script in the place of the last command may be several commands itself.
    let last = conjunction(&last).unwrap_or_else(|| vec![&last]);
    let (last, before) = last.split_last()?;
    text.extend(before.iter().map(|part| (*part).to_owned()));
    text.push(as_last(last));
    Some(Inferred {
        env_files,
        last: stays.unwrap_or_default(),
        ..with_shell(text.join(" && "))
    })
}

/// Returns commands as an image can run them, which end well where they do.
fn first(scripts: Scripts<'_>, units: &[Unit], depth: usize, env_files: &mut Vec<String>) -> Option<String> {
    let mut text = String::new();
    let mut is_chain = true;
    let mut between = "";
    for unit in units {
        let tried = alternatives(&unit.text)?;
        let is_one = tried.len() == 1;
        let mut expanded = Vec::new();
        for command in tried {
            let command = expand(scripts, command, depth, env_files)?;
            let is_several = conjunction(&command).is_none_or(|parts| parts.len() > 1);
            expanded.push(match is_one || !is_several || command.starts_with('(') {
                true => command,
                false => format!("({command})"),
            });
        }
        // A script that only builds has nothing in its place.
        expanded.retain(|command| !command.is_empty());
        if expanded.is_empty() {
            continue;
        }
        text = [text.as_str(), between, &expanded.join(" || ")].concat();
        between = if unit.is_joined { " && " } else { "; " };
        is_chain &= is_one;
    }
    let count = units.len().saturating_sub(1);
    is_chain &= units.iter().take(count).all(|unit| unit.is_joined);
    Some(match is_chain {
        true => text,
        false => format!("({text})"),
    })
}

/// Returns the words of the program that a command starts, though only a shell can run it.
fn words_of(scripts: Scripts<'_>, command: &str, depth: usize) -> Option<Vec<String>> {
    let mut words = shlex::split(command)?;
    strip_prefixes(&mut words);
    let started = scripts.program(&words, depth + 1)?;
    Some(started.started().to_vec())
}

/// Whether any of a script's commands watches or serves sources.
fn is_for_development(script: &str) -> bool {
    script.split(['|', '&', ';']).any(|command| {
        let words = shlex::split(command).unwrap_or_default();
        words
            .split_first()
            .is_some_and(|(program, arguments)| script::is_for_development(program, arguments))
    })
}

/// Whether a command makes what the image holds already: `npm run build`, `nest build`, `tsc -p .`.
pub(super) fn is_build(part: &str) -> bool {
    let words = shlex::split(part).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    let is_named_build = |word: &String| word == "build" || word.starts_with("build:");
    if chains::is_runner(program) {
        return arguments
            .iter()
            .filter(|word| !word.starts_with('-'))
            .all(is_named_build);
    }
    BUILDERS.contains(&program.as_str())
        || arguments.iter().take(2).any(is_named_build) && program != "node"
        || program == "rm" && arguments.iter().any(|word| word.trim_end_matches('/') == "dist")
}

/// Returns a command without what the image lacks: package managers and loaders of `.env` files. None where that has no
/// end, or none that anybody wrote: scripts that run each other several times grow with every step.
fn expand(scripts: Scripts<'_>, part: &str, depth: usize, env_files: &mut Vec<String>) -> Option<String> {
    let expanded = expand_one(scripts, part, depth, env_files)?;
    (expanded.len() <= LONGEST).then_some(expanded)
}

fn expand_one(scripts: Scripts<'_>, part: &str, depth: usize, env_files: &mut Vec<String>) -> Option<String> {
    if depth > 8 {
        return None;
    }
    if is_needed(part) {
        return Some(part.to_owned());
    }
    let written = shlex::split(part)?;
    let mut words = written.clone();
    let prefixes = strip_prefixes(&mut words);
    env_files.extend(prefixes.env_files);
    env_files.extend(env_files::take(&mut words));
    let env = prefixes.env;
    let variables: String = env
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={} ", shlex::try_quote(value).ok()?)))
        .collect();
    if let Some(script) = scripts.run(&words) {
        return match conjunction(&script) {
            Some(parts) if env.is_empty() => {
                let parts = parts.into_iter().filter(|part| !is_build(part));
                let parts: Option<Vec<String>> = parts
                    .map(|part| expand(scripts, part, depth + 1, env_files))
                    .collect();
                let parts = parts?.into_iter().filter(|part| !part.is_empty());
                Some(parts.collect::<Vec<_>>().join(" && "))
            }
            Some(parts) if parts.len() == 1 => Some(format!(
                "{variables}{}",
                expand(scripts, &script, depth + 1, env_files)?
            )),
            _ if env.is_empty() => Some(format!("({script})")),
            _ => Some(format!("(export {variables}; {script})")),
        };
    }
    if words.len() == written.len() {
        return Some(part.to_owned());
    }
    let words = shlex::try_join(words.iter().map(String::as_str)).ok()?;
    Some(format!("{variables}{words}"))
}

/// Lets the last command take the shell's place, so that it gets the signals.
fn as_last(command: &str) -> String {
    let is_operator =
        |(_, character, quote): (usize, char, Option<char>)| quote.is_none() && "|;<>&()".contains(character);
    if unquoted(command).any(is_operator) {
        return command.to_owned();
    }
    let is_assignment = |word: &&str| {
        word.split_once('=')
            .is_some_and(|(name, _)| !name.contains(['-', '/', '.']))
    };
    let count = command.split(' ').take_while(is_assignment).count();
    let words: Vec<&str> = command.split(' ').collect();
    let (variables, program) = words.split_at(count.min(words.len()));
    let program = match program.split_first() {
        Some((&"node", rest)) => format!("node --require {} {}", preload(), rest.join(" ")),
        _ => program.join(" "),
    };
    if variables.iter().any(|word| word.contains(['\'', '"'])) {
        return command.to_owned();
    }
    let variables: String = variables.iter().map(|word| format!("{word} ")).collect();
    format!("{variables}exec {program}")
}

fn with_shell(script: String) -> Inferred {
    let words: BTreeSet<String> = shlex::split(&script).unwrap_or_default().into_iter().collect();
    Inferred {
        programs: programs(&script),
        runs_sources: words
            .iter()
            .any(|word| super::super::contents::is_typescript(word)),
        ..as_it_stands(vec!["sh".to_owned(), "-c".to_owned(), script])
    }
}

/// Returns the script that a shell is given as a word, where nothing comes behind it: `bash -lc 'next start'`.
pub(super) fn given(words: &[String]) -> Option<&str> {
    let [program, flags @ .., script] = words else {
        return None;
    };
    let is_shell = ["sh", "bash", "ash", "dash"].contains(&program.rsplit('/').next()?);
    let is_flag = |flag: &String| flag.starts_with('-') && flag.len() > 1;
    let is_given = flags.iter().all(is_flag) && flags.last()?.ends_with('c');
    (is_shell && is_given).then_some(script)
}

/// Returns the packages whose programs a script may run.
pub(super) fn programs(script: &str) -> Vec<String> {
    let words: BTreeSet<String> = shlex::split(script).unwrap_or_default().into_iter().collect();
    let programs = words.iter().filter(|word| is_program_name(word));
    programs.map(|word| package_of(word).to_owned()).collect()
}

fn is_program_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
