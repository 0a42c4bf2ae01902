//! Scripts that need a shell: several commands, variables, redirections.

use std::collections::BTreeSet;

use super::script::{self, Scripts, package_of, strip_prefixes};
use super::{Inferred, as_it_stands, chains, env_files};
use crate::kinds::node::scripts::preload;

/// Programs that make what an image holds already.
const BUILDERS: [&str; 8] = [
    "esbuild", "rimraf", "rollup", "swc", "tsc", "tsdown", "tsup", "webpack",
];

/// The longest that a script may be with those that it runs in their place, in bytes: Linux takes no longer argument.
const LONGEST: usize = 128 << 10;

/// Whether only a shell can run a script: there are operators, variables or patterns outside of quotes.
pub(super) fn is_needed(script: &str) -> bool {
    let program = script.split_whitespace().next().unwrap_or_default();
    // What runs several scripts takes patterns itself.
    let patterns = if chains::is_runner(program) { "" } else { "*?" };
    unquoted(script).any(|(_, character, quote)| match quote {
        None => "&|;<>()$`\n".contains(character) || patterns.contains(character),
        Some(_) => "$`".contains(character),
    })
}

/// Reads a script of several commands; none where the last of them is for development.
///
/// Commands that build are left out: the image is built already. Scripts that others run are written in their
/// place, since no package manager is in the image.
pub(super) fn read(scripts: Scripts<'_>, script: &str, depth: usize) -> Option<Inferred> {
    // A shell refuses a script whose quotes are not closed.
    shlex::split(script)?;
    let Some(parts) = conjunction(script) else {
        let stays = last_command(script).and_then(|last| words_of(scripts, last, depth));
        return (!is_for_development(script)).then(|| Inferred {
            last: stays.unwrap_or_default(),
            ..with_shell(script.to_owned())
        });
    };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !is_build(part)).collect();
    let (last, before) = parts.split_last()?;
    let started = match is_needed(last) {
        true if is_for_development(last) => return None,
        true => None,
        false => Some(scripts.read(last, depth + 1)?),
    };
    let mut env_files = Vec::new();
    let mut text: Vec<String> = before
        .iter()
        .map(|part| expand(scripts, part, depth, &mut env_files))
        .collect::<Option<_>>()?;
    // A script that only builds has nothing in its place.
    text.retain(|part| !part.is_empty());
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

/// Returns the command of a script that stays when the others have ended; none where several run side by side.
fn last_command(script: &str) -> Option<&str> {
    let script = script.trim_end_matches([';', '\n', ' ']);
    let mut start = 0;
    let mut end = script.len();
    let mut before = ' ';
    let mut characters = unquoted(script)
        .filter(|(_, _, quote)| quote.is_none())
        .peekable();
    while let Some((at, character, _)) = characters.next() {
        let next = characters.peek().filter(|(next, ..)| *next == at + 1);
        let doubled = next.is_some_and(|(_, next, _)| *next == character);
        match character {
            ';' | '\n' => (start, end) = (at + 1, script.len()),
            '&' if doubled || before == '&' => (start, end) = (at + 1, script.len()),
            // As in `2>&1`.
            '&' if before != '>' => return None,
            // What reads its output, and what runs where it fails.
            '|' => end = end.min(at),
            _ => {}
        }
        before = character;
    }
    let last = script.get(start..end.max(start))?;
    Some(last.trim_matches(['(', ')', ' ']))
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

/// Splits `a && b && c`; none where there is any other operator.
pub(super) fn conjunction(script: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<usize> = None;
    for (at, character, quote) in unquoted(script) {
        match character {
            '&' if quote.is_none() && before == Some(at.wrapping_sub(1)) && at > start => {
                parts.push(script.get(start..at - 1)?.trim());
                start = at + 1;
                before = None;
            }
            '&' if quote.is_none() => {
                if before.is_some() {
                    return None;
                }
                before = Some(at);
            }
            character if quote.is_none() && "|;<>()\n".contains(character) => return None,
            _ => {}
        }
    }
    if before.is_some() {
        return None;
    }
    parts.push(script.get(start..)?.trim());
    Some(parts)
}

/// Iterates over the characters that are neither escaped nor in single quotes, with the quote they are in.
fn unquoted(script: &str) -> impl Iterator<Item = (usize, char, Option<char>)> {
    let mut quote = None;
    let mut is_escaped = false;
    script.char_indices().filter_map(move |(at, character)| {
        if std::mem::take(&mut is_escaped) {
            return None;
        }
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => return None,
            (_, '\\') => is_escaped = true,
            (None, '\'' | '"') => quote = Some(character),
            _ => return Some((at, character, quote)),
        }
        None
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
    let programs = words.iter().filter(|word| is_program_name(word));
    Inferred {
        programs: programs.map(|word| package_of(word).to_owned()).collect(),
        runs_sources: words
            .iter()
            .any(|word| super::super::contents::is_typescript(word)),
        search: vec!["./node_modules/.bin".to_owned()],
        ..as_it_stands(vec!["sh".to_owned(), "-c".to_owned(), script])
    }
}

fn is_program_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
