//! Files of variables that a start script names: those for everybody are read in the image, those of one machine are left out.
//!
//! Node ends where a file of `--env-file` is not there, and programs like dotenv's are for development as a rule. So neither
//! is in the command of the image: what is loaded before the service reads the files (`scripts/init.cjs`).

use crate::source::is_credential;

/// Programs that read files of variables and then start another program.
const WRAPPERS: [&str; 3] = ["dotenv", "dotenvx", "env-cmd"];

/// Flags of them that a file follows.
const WITH_FILE: [&str; 4] = ["-e", "-f", "--file", "--env-file"];

/// Flags of them that another value follows.
const WITH_VALUE: [&str; 5] = ["-r", "--rc-file", "--environments", "-v", "-p"];

/// Takes the flags of node that name files of variables out of its words, and returns the files, the one that counts first:
/// of several the last has the last word. Source: nodejs.org/api/cli.html, `--env-file`.
pub(super) fn take(words: &mut Vec<String>) -> Vec<String> {
    let is_node = |program: &String| ["node", "tsx"].contains(&program.rsplit('/').next().unwrap_or(program));
    let mut files = Vec::new();
    if !words.first().is_some_and(is_node) {
        return files;
    }
    let mut rest = std::mem::take(words).into_iter();
    words.extend(rest.next());
    while let Some(word) = rest.next() {
        let (flag, value) = word.split_once('=').unwrap_or((&word, ""));
        if ["--env-file", "--env-file-if-exists"].contains(&flag) {
            let written = Some(value.to_owned()).filter(|value| !value.is_empty());
            files.extend(written.or_else(|| rest.next()));
            continue;
        }
        let (is_flag, has_value) = (word.starts_with('-'), super::node::has_value(&word));
        words.push(word);
        if !is_flag {
            // The entry, behind which flags are the service's own.
            break;
        }
        if has_value {
            words.extend(rest.next());
        }
    }
    words.extend(rest);
    files.reverse();
    files.retain(|file| !is_credential(file));
    files
}

/// Returns how many words of a `dotenv -e FILE -- COMMAND` come before the command, with or without the `--`, and the files
/// that they name, the one that counts first; none where a command starts with another program.
///
/// Source: the READMEs of dotenv-cli, @dotenvx/dotenvx and env-cmd.
pub(super) fn before_command(words: &[String]) -> Option<(usize, Vec<String>)> {
    let program = words.first().filter(|first| WRAPPERS.contains(&first.as_str()))?;
    let end = words.iter().position(|word| word == "--");
    let mut files = Vec::new();
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|_| Some(at) != end) {
        let (flag, value) = word.split_once('=').unwrap_or((word, ""));
        // `-e` of env-cmd names one of the environments in its settings.
        let names_file = WITH_FILE.contains(&flag) && !(program == "env-cmd" && flag == "-e");
        at += 1;
        if names_file && !value.is_empty() {
            files.push(value.to_owned());
        } else if names_file {
            files.extend(words.get(at).cloned());
            at += 1;
        } else if WITH_VALUE.contains(&flag) || flag == "-e" {
            at += 1;
        } else if word.contains(".env") && !word.starts_with('-') {
            // The old form of env-cmd: `env-cmd ./config/.env COMMAND`.
            files.push(word.clone());
        } else if !word.starts_with('-') && word != "run" && end.is_none() {
            at -= 1;
            break;
        }
    }
    files.retain(|file| !is_credential(file));
    Some((end.map_or(at, |end| end + 1), files))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        shlex::split(text).unwrap()
    }

    #[test]
    fn flags_of_node_are_taken_and_the_last_file_counts_first() {
        for (command, rest, files) in [
            ("node --env-file=.env a.js", "node a.js", &[][..]),
            (
                "node --env-file .env.production a.js",
                "node a.js",
                &[".env.production"][..],
            ),
            (
                "node --env-file=config/base.env --title x --env-file-if-exists=.env.production a.js --env-file=b",
                "node --title x a.js --env-file=b",
                &[".env.production", "config/base.env"],
            ),
            ("node -r ./x.js --env-file", "node -r ./x.js", &[]),
            (
                "next start --env-file=.env.production",
                "next start --env-file=.env.production",
                &[],
            ),
        ] {
            let mut command = words(command);
            let found = take(&mut command);
            assert_eq!(
                (command.join(" ").as_str(), found.as_slice()),
                (rest, &words(&files.join(" "))[..])
            );
        }
    }

    #[test]
    fn programs_that_read_files_of_variables_name_them() {
        for (command, count, files) in [
            ("dotenv -e .env -- node x.js", 4, &[][..]),
            ("dotenv -e .env.production node x.js", 3, &[".env.production"][..]),
            (
                "dotenv -e .env.local -e config/base.env -v A=1 -- node x.js",
                8,
                &["config/base.env"],
            ),
            (
                "dotenvx run -f .env.production --quiet -- node x.js",
                6,
                &[".env.production"],
            ),
            (
                "dotenvx run --env-file=.env.production -- node x.js",
                4,
                &[".env.production"],
            ),
            (
                "env-cmd -f ./config/prod.env node x.js",
                3,
                &["./config/prod.env"],
            ),
            ("env-cmd -e production node x.js", 3, &[]),
            ("env-cmd ./config/prod.env node x.js", 2, &["./config/prod.env"]),
            ("dotenv", 1, &[]),
        ] {
            let (found, named) = before_command(&words(command)).unwrap();
            assert_eq!((found, named.join(" ")), (count, files.join(" ")), "{command}");
        }
        assert_eq!(before_command(&words("node x.js")), None);
    }
}
