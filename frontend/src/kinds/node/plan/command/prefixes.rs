//! What stands in front of a command: variables, and programs that run another one.

use std::collections::BTreeMap;

use super::env_files;

/// How many variables and runners in front of a command are looked at.
const MAX_PREFIXES: usize = 1_000;

/// Programs that run the command behind them, after flags.
const RUNNERS: [&str; 8] = [
    "exec",
    "cross-env",
    "cross-env-shell",
    "env",
    "npx",
    "pnpx",
    "tini",
    "dumb-init",
];

/// Flags of them that another word follows.
const WITH_VALUE: [&str; 3] = ["-p", "-u", "--package"];

/// Flags of package managers by which they run what other packages or directories have.
const ELSEWHERE: [&str; 14] = [
    "-C",
    "-F",
    "-r",
    "-w",
    "-ws",
    "--cwd",
    "--dir",
    "--filter",
    "--filter-prod",
    "--parallel",
    "--prefix",
    "--recursive",
    "--workspace",
    "--workspaces",
];

/// What stands in front of a command.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    /// The variables that are set.
    pub(super) env: BTreeMap<String, String>,
    /// The files of variables that are read, the one that counts first.
    pub(super) env_files: Vec<String>,
}

/// Removes `exec`, `cross-env`, `dotenv --` and the like from the front of a command, and returns what they set.
pub(super) fn strip_prefixes(words: &mut Vec<String>) -> Prefixes {
    let mut prefixes = Prefixes::default();
    for _ in 0..MAX_PREFIXES {
        let Some(first) = words.first() else { break };
        let mut may_have_version = false;
        let dropped = if let Some((name, value)) = first.split_once('=').filter(|(name, _)| is_variable(name))
        {
            prefixes.env.insert(name.to_owned(), value.to_owned());
            1
        } else if RUNNERS.contains(&first.as_str()) {
            may_have_version = ["npx", "pnpx"].contains(&first.as_str());
            1 + flags(words.get(1..).unwrap_or_default())
        } else if let Some(count) = of_execution(words) {
            may_have_version = true;
            count
        } else if let Some((count, files)) = env_files::before_command(words) {
            prefixes.env_files.extend(files);
            count
        } else {
            break;
        };
        words.drain(..dropped.min(words.len()));
        if let Some(program) = words.first_mut().filter(|_| may_have_version) {
            // `npx next@16`: the version that runs is the lockfile's.
            let version = program.rfind('@').filter(|at| *at > 0);
            program.truncate(version.unwrap_or(program.len()));
        }
    }
    prefixes
}

/// Returns the words of a package manager's command line from its own command on: `run start` of `npm --silent run start`.
/// None of another program, and of what runs in another directory.
pub(super) fn of_manager(words: &[String]) -> Option<&[String]> {
    let (manager, rest) = words.split_first()?;
    let is_manager = ["npm", "pnpm", "yarn"].contains(&manager.as_str());
    let rest = rest.get(flags(rest)..).filter(|_| is_manager)?;
    let goes_elsewhere = |word: &String| ELSEWHERE.contains(&word.split('=').next().unwrap_or(word));
    // Flags of the manager stand behind its command, too: `npm run --prefix ../api start`.
    let own = rest
        .iter()
        .skip(1)
        .take_while(|word| word.starts_with('-') && *word != "--");
    let before = words.iter().take(words.len() - rest.len());
    (!before.chain(own).any(goes_elsewhere)).then_some(rest)
}

/// Returns how many words stand in front of the program that a package manager is to run: `pnpm --silent exec`.
fn of_execution(words: &[String]) -> Option<usize> {
    let rest = of_manager(words)?;
    let command = rest.first()?.as_str();
    let is_execution = ["exec", "dlx"].contains(&command) || command == "x" && words.first()? == "npm";
    is_execution.then(|| {
        let behind = rest.get(1..).unwrap_or_default();
        words.len() - behind.len() + flags(behind)
    })
}

/// Returns how many words of flags stand in front of what is none; `--` is the last of them.
fn flags(words: &[String]) -> usize {
    let mut count = 0;
    while let Some(flag) = words.get(count).filter(|word| word.starts_with('-')) {
        count += 1 + usize::from(WITH_VALUE.contains(&flag.as_str()));
        if flag == "--" {
            break;
        }
    }
    count.min(words.len())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}
