//! The command line: what `docker buildx build` would do, told of a directory without an engine.
//!
//! Standard output holds the result alone, standard error what went wrong. The status is 0 for done, 1 for findings of
//! `check`, 2 for wrong use or input that cannot be read.

mod check;
mod find;
mod plan;
mod why;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::decide::{self, Read};
use crate::diagnostic::{Diagnostic, names, printed, printed_json};
use crate::gateway::Failure;
use crate::kinds::Planned;
use crate::options::{Options, Worker};
use crate::source::{Reader, Tree};

/// Builds container images of the services of a monorepo; without a command it is a BuildKit frontend.
#[derive(Debug, Parser)]
#[command(name = "vextrus", version, arg_required_else_help = true)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
    /// The build context: the root of the monorepo.
    #[arg(
        long,
        short = 'C',
        global = true,
        default_value = ".",
        value_name = "DIRECTORY"
    )]
    context: PathBuf,
    /// How the result is written.
    #[arg(long, global = true, default_value = "text", value_enum)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say which steps the build of a service has, and why each value is what it is.
    Plan {
        /// The manifest, such as services/auth/service.toml; may be left out where there is one alone.
        file: Option<String>,
        #[command(flatten)]
        build: Build,
    },
    /// Say which steps of which services a change of a file runs again, and which layers it moves.
    Why {
        /// The file, relative to the context.
        path: String,
        #[command(flatten)]
        build: Build,
    },
    /// Warn of what a build would warn of, and tell the mistakes that would stop it.
    Check {
        /// Manifests; all of the context where none is named.
        files: Vec<String>,
        #[command(flatten)]
        build: Build,
    },
}

/// What `docker buildx build` takes of the same name.
#[derive(Debug, Default, Args)]
struct Build {
    /// The target: a stage or a role of the manifest.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The platform of the image, such as linux/arm64.
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// A build argument.
    #[arg(long = "build-arg", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: an object whose `version` is 1 as long as nothing in it changes its meaning.
    Json,
}

/// What a command comes to.
struct Told {
    text: String,
    json: serde_json::Value,
    /// Whether something was found that `check` is for.
    has_findings: bool,
}

/// Runs a command of the command line; the first argument is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match Command::try_parse_from(arguments) {
        Ok(command) => command,
        Err(message) => {
            // Nobody is left to be told where this fails.
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let told = match runtime {
        Ok(runtime) => runtime.block_on(tell(&command)),
        Err(error) => Err(Failure::from(Diagnostic::named(
            names::WRONG_USE,
            format!("cannot start: {error}"),
        ))),
    };
    match told {
        Ok(told) => {
            let text = match command.format {
                Format::Text => printed(&told.text).into_owned(),
                Format::Json => printed_json(&told.json) + "\n",
            };
            // A reader that has seen enough, such as head, closes the pipe.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::from(u8::from(told.has_findings))
        }
        Err(failure) => {
            let _ = std::io::stderr().lock().write_all(explained(&failure).as_bytes());
            ExitCode::from(2)
        }
    }
}

async fn tell(command: &Command) -> Result<Told, Failure> {
    let context = Workspace::open(&command.context)?;
    match &command.verb {
        Verb::Plan { file, build } => plan::tell(&context, file.as_deref(), build).await,
        Verb::Why { path, build } => why::tell(&context, path, build).await,
        Verb::Check { files, build } => check::tell(&context, files, build).await,
    }
}

/// The directory that a command is about.
struct Workspace {
    root: PathBuf,
}

impl Workspace {
    fn open(root: &Path) -> Result<Self, Diagnostic> {
        if !root.is_dir() {
            let message = format!("the context {} is no directory; name one with -C", root.display());
            return Err(Diagnostic::named(names::WRONG_USE, message));
        }
        Ok(Self {
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
        })
    }

    /// Returns a path of the context as it is relative to that.
    ///
    /// # Errors
    /// A path outside of the context, or where nothing is.
    fn file(&self, path: &str) -> Result<String, Diagnostic> {
        let absolute = Path::new(path)
            .strip_prefix(&self.root)
            .ok()
            .and_then(Path::to_str);
        let relative = crate::path::normalize(absolute.unwrap_or(path));
        if crate::path::leaves(&relative) || !self.root.join(&relative).exists() {
            let root = self.root.display();
            let message = format!(
                "{path} is not in the context {root}; write it relative to that, or name another with -C"
            );
            return Err(Diagnostic::named(names::WRONG_USE, message));
        }
        Ok(relative)
    }

    /// Reads and plans the build of a manifest, as a recent engine of this machine would have it.
    async fn decide(&self, file: &str, build: &Build) -> Result<(Options, Read, Planned), Failure> {
        self.decide_from(Tree::directory(&self.root), file, build).await
    }

    /// The same with the files of a tree.
    async fn decide_from(
        &self,
        tree: Tree,
        file: &str,
        build: &Build,
    ) -> Result<(Options, Read, Planned), Failure> {
        let options = options(file, build)?;
        let reader = Reader::Directory(tree);
        let read = decide::read(&reader, &options).await?;
        let target = options.targets()?.into_iter().next();
        let target = target.map_or_else(|| options.builder(), Ok)?;
        let facts = decide::facts(&reader, &options, read.target.stage, &target).await?;
        let planned = read.plan(&options, &facts)?;
        Ok((options, read, planned))
    }
}

/// Returns what buildx would send.
fn options(file: &str, build: &Build) -> Result<Options, Diagnostic> {
    let mut arguments = std::collections::BTreeMap::new();
    for argument in &build.arguments {
        let Some((name, value)) = argument.split_once('=') else {
            let message = format!("--build-arg {argument} has no value; write --build-arg {argument}=VALUE");
            return Err(Diagnostic::named(names::WRONG_USE, message));
        };
        arguments.insert(name.to_owned(), value.to_owned());
    }
    let platforms = build.platform.iter().map(|text| {
        buildkit_llb::Platform::parse(text)
            .map(|platform| platform.normalise())
            .map_err(|error| Diagnostic::named(names::WRONG_USE, format!("--platform {text}: {error}")))
    });
    Ok(Options {
        filename: crate::path::normalize(file),
        target: build.target.clone(),
        build_args: arguments,
        platforms: platforms.collect::<Result<_, _>>()?,
        workers: vec![Worker {
            platforms: vec![format!("linux/{}", architecture())],
            ..Worker::default()
        }],
        ..Options::default()
    })
}

/// Returns this machine's architecture as Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// Returns a failure, each mistake with its name and the lines that it is about.
fn explained(failure: &Failure) -> String {
    let Some(mistakes) = failure.diagnostics() else {
        return format!("error: {failure}\n");
    };
    let (told, more) = mistakes.told();
    let told = told.iter().map(|mistake| {
        let frame = mistake.place.as_ref().map(crate::subrequest::framed);
        format!(
            "error[{}]: {mistake}\n{}",
            mistake.name,
            frame.unwrap_or_default()
        )
    });
    let more = (more > 0).then(|| format!("and {more} more mistakes\n"));
    told.chain(more).collect()
}
