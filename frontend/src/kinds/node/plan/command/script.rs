//! One script of a package.json, read as the words of a command.

use super::guess::usual_entries;
use super::prefixes::{self, strip_prefixes};
use super::{Inferred, as_it_stands, chains, node, operators, shell};
use crate::kinds::node::workspace::PackageJson;

/// How many scripts that start each other are followed.
pub(super) const MAX_DEPTH: usize = 8;

/// Programs that watch, serve sources, or start others: right for a developer, wrong for an image.
const DEVELOPMENT: [&str; 37] = [
    "babel-node",
    "concurrently",
    "docker",
    "docker-compose",
    "electron",
    "electronmon",
    "esbuild",
    "expo",
    "firebase",
    "forever",
    "func",
    "gulp",
    "jest",
    "lerna",
    "ng",
    "node-dev",
    "nodemon",
    "nx",
    "pm2",
    "pm2-dev",
    "react-scripts",
    "rollup",
    "run-p",
    "serverless",
    "sls",
    "supervisor",
    "swc",
    "ts-node-dev",
    "tsc",
    "tsc-watch",
    "tsnd",
    "tsup",
    "turbo",
    "vite",
    "vitest",
    "webpack",
    "wrangler",
];

/// Programs of the image itself.
const SYSTEM: [&str; 5] = ["sh", "bash", "ash", "dash", "true"];

/// Packages that name their program otherwise.
const PROGRAMS: [(&str, &str); 7] = [
    ("medusa", "@medusajs/cli"),
    ("nest", "@nestjs/cli"),
    ("pm2-runtime", "pm2"),
    ("react-router-serve", "@react-router/serve"),
    ("remix-serve", "@remix-run/serve"),
    ("strapi", "@strapi/strapi"),
    ("ts-node-esm", "ts-node"),
];

/// The scripts of one package.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scripts<'a> {
    pub(super) manifest: &'a PackageJson,
    /// What `nest start` runs.
    pub(super) nest_entry: Option<&'a str>,
}

impl Scripts<'_> {
    /// Reads one script; none where it is for development or does not start anything in this process.
    ///
    /// `depth` is the number of scripts that led here; it has a limit, since scripts may start each other in a circle.
    pub(super) fn read(self, script: &str, depth: usize) -> Option<Inferred> {
        if depth > MAX_DEPTH {
            return None;
        }
        if operators::is_needed(script) {
            return shell::read(self, script, depth);
        }
        let mut words = shlex::split(script)?;
        let mut prefixes = strip_prefixes(&mut words);
        let mut inferred = self.program(&words, depth)?;
        prefixes.env.extend(std::mem::take(&mut inferred.env));
        prefixes.env_files.append(&mut inferred.env_files);
        inferred.env = prefixes.env;
        inferred.env_files = prefixes.env_files;
        Some(inferred)
    }

    /// Reads the words of one command, without what stands in front of its program.
    pub(super) fn program(self, words: &[String], depth: usize) -> Option<Inferred> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (program, arguments) = words.split_first()?;
        let name = program.rsplit('/').next().unwrap_or(program);
        if is_for_development(name, arguments) {
            return None;
        }
        match name {
            "node" => match arguments.split_first() {
                Some((flag, rest)) if flag == "--run" => self.read(self.script(rest.first()?)?, depth + 1),
                _ => node::read(self.manifest, arguments),
            },
            "tsx" => node::read_tsx(self.manifest, arguments),
            "nest" if arguments.first().is_some_and(|a| a == "start") => Some(self.nest_start(arguments)),
            "npm" | "pnpm" | "yarn" => match self.run(words) {
                Some(script) => self.read(&script, depth + 1),
                // pnpm and yarn run a package's program by its name too, where no script has that name.
                None if name == "npm" => None,
                None => {
                    let words = prefixes::of_manager(words)?;
                    let is_program = self.is_program(words.first()?);
                    is_program.then(|| self.program(words, depth + 1)).flatten()
                }
            },
            name if chains::is_runner(name) => self.read(&self.run(words)?, depth + 1),
            "pm2-runtime" => self.process_manager(words),
            _ if shell::given(words).is_some() => self.given(words, depth),
            // These are other runtimes than node; the image has them only where a package of that name is installed.
            "bun" | "deno" if !self.declares(name) => None,
            _ => Some(binary(words)),
        }
    }

    /// Returns the text of the script that a package manager's command line runs, with its arguments; of several that are run one
    /// by one, what a shell would run.
    pub(super) fn run(self, words: &[String]) -> Option<String> {
        if let Some((runner, arguments)) = words.split_first()
            && chains::is_runner(runner)
        {
            return chains::one_by_one(self.manifest, arguments);
        }
        let mut arguments = prefixes::of_manager(words)?.iter();
        let mut named = arguments.next()?;
        if ["run", "run-script"].contains(&named.as_str()) {
            named = arguments.find(|word| !word.starts_with('-'))?;
        }
        let script = self.script(named)?;
        let (own, given) = match arguments.as_slice().iter().position(|word| word == "--") {
            Some(end) => (
                arguments.as_slice().get(..end)?,
                arguments.as_slice().get(end + 1..)?,
            ),
            None => (arguments.as_slice(), &[][..]),
        };
        // npm takes flags in front of `--` for its own; the others hand them on.
        let is_npm = words.first().is_some_and(|manager| manager == "npm");
        let own = own.iter().filter(|word| !(is_npm && word.starts_with('-')));
        let extra: Vec<&str> = own.chain(given).map(String::as_str).collect();
        if extra.is_empty() {
            return Some(script.to_owned());
        }
        Some(format!("{script} {}", shlex::try_join(extra).ok()?))
    }

    /// Reads the script that a shell is given as a word: `sh -c 'prisma migrate deploy && node dist/main.js'`.
    fn given(self, words: &[String], depth: usize) -> Option<Inferred> {
        let mut inferred = self.read(shell::given(words)?, depth + 1)?;
        if let ([program, _, script], [before @ .., _]) = (&inferred.command.args[..], words)
            && program == "sh"
        {
            // It may be written for another shell than the usual one, and for flags such as `-e`.
            inferred.command.args = [before, std::slice::from_ref(script)].concat();
        }
        Some(inferred)
    }

    fn script(&self, name: &str) -> Option<&str> {
        self.manifest.scripts.get(name).map(String::as_str)
    }

    fn is_program(self, name: &str) -> bool {
        ["node", "nest", "tsx"].contains(&name) || self.declares(name)
    }

    fn declares(self, package: &str) -> bool {
        self.manifest.specifier(package).is_some()
    }

    /// `nest start` compiles and then runs node; the build has compiled already, so only the second is left.
    fn nest_start(self, arguments: &[String]) -> Inferred {
        let entry_file = |pair: &[String]| match pair {
            [flag, name] if flag == "--entryFile" => Some(format!("dist/{name}")),
            _ => None,
        };
        let named = arguments.windows(2).find_map(entry_file);
        let entry = named.as_deref().or(self.nest_entry);
        let mut entries: Vec<String> = entry.into_iter().flat_map(node::compiled).collect();
        if named.is_none() {
            entries.extend(usual_entries(4));
        }
        node::command(Vec::new(), entries, Vec::new())
    }

    /// `pm2-runtime FILE` runs one process in the foreground, as plain node does, so node runs the file. With a file of
    /// settings pm2 does more, and has to be there itself.
    fn process_manager(self, words: &[String]) -> Option<Inferred> {
        let files: Vec<&String> = words.iter().skip(1).filter(|word| *word != "start").collect();
        let is_code = |file: &str| [".js", ".cjs", ".mjs"].iter().any(|end| file.ends_with(end));
        match files.as_slice() {
            [file] if is_code(file) && !file.contains("ecosystem") && !file.contains(".config.") => {
                node::read(self.manifest, std::slice::from_ref(*file))
            }
            // It keeps its sockets and logs below the home of its user.
            _ => self.declares("pm2").then(|| Inferred {
                writable: vec![".pm2".to_owned()],
                ..binary(words)
            }),
        }
    }
}

/// Whether a program watches or serves sources.
pub(super) fn is_for_development(program: &str, arguments: &[String]) -> bool {
    let first = arguments.first().map(String::as_str).unwrap_or_default();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    DEVELOPMENT.contains(&program)
        || program.ends_with("dev-server")
        || ["dev", "develop", "watch"].contains(&first) && !["npm", "pnpm", "yarn", "node"].contains(&program)
        || has("--watch")
        || program == "nest" && (has("-w") || has("--debug") || has("-d"))
}

/// A program of a package, such as `next start`, or of the image.
fn binary(words: &[String]) -> Inferred {
    let mut args = words.to_vec();
    let mut programs = Vec::new();
    if let Some(program) = args.first_mut() {
        let is_installed = match program.rsplit_once('/') {
            Some((directory, _)) => directory.ends_with("node_modules/.bin"),
            None => !SYSTEM.contains(&program.as_str()),
        };
        if is_installed {
            let name = program.rsplit('/').next().unwrap_or(program).to_owned();
            programs.push(package_of(&name).to_owned());
            *program = format!("node_modules/.bin/{name}");
        }
    }
    Inferred {
        programs,
        ..as_it_stands(args)
    }
}

/// Returns the package that brings a program.
pub(super) fn package_of(program: &str) -> &str {
    let known = PROGRAMS.iter().find(|(name, _)| *name == program);
    known.map_or(program, |(_, package)| package)
}
