//! Where a build's files come from, decided once from the options and the inputs.
//!
//! The order is that of BuildKit's own frontend (moby/buildkit, `frontend/dockerui/context.go`): a repository,
//! then a URL, then graphs that the client passes in, then the client's directories.

use buildkit_llb::{Copy, Definition, File, Http, Output};

use super::remote::{GitUrl, is_archive, is_http};
use super::{Context, Source};
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway, Reference, SolveRequest};
use crate::options::Options;
use crate::path::{base_name, join, leaves, normalize};

/// The name that a download has.
const DOWNLOAD: &str = "context";
/// The two names that a client's directories have where the request does not say otherwise.
const CONTEXT: &str = "context";
const BUILD_FILE: &str = "dockerfile";

/// Where a build's files come from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The tree that holds the build file.
    pub build_file: Source,
    /// The build file's path in its tree.
    pub filename: String,
    /// The build file's directory in the context, where that is known.
    pub directory: Option<String>,
    /// The build context.
    pub context: Context,
    /// The repository with what git keeps of the commit, where the context is one.
    pub repository: Option<Output>,
}

impl Origin {
    /// Finds out where the build's files come from.
    ///
    /// # Errors
    /// A URL that is not understood, a context that is no directory, and whatever the engine answers.
    pub async fn find(gateway: &Gateway, options: &Options) -> Result<Self, Failure> {
        let url = match &options.context_key {
            Some(key) if key != CONTEXT => options.unknown.get(key),
            _ => options.context.as_ref(),
        };
        let (mut context, mut build_file, mut repository) = (None, None, None);
        if let Some(url) = url.filter(|url| !url.is_empty()) {
            let name = format!("[internal] load the commit of {url}");
            let git = GitUrl::parse(url).and_then(Result::ok);
            repository = git.map(|git| git.with_commit(&name));
            let graph = remote(gateway, options, url).await?;
            (context, build_file) = (Some(graph.clone()), Some(graph));
        } else {
            let inputs = gateway.inputs().await?;
            if let Some(input) = inputs.get(CONTEXT) {
                context = Some(Output::from_proto(input).map_err(Diagnostic::internal)?);
            }
            if let Some(input) = inputs.get(BUILD_FILE) {
                build_file = Some(Output::from_proto(input).map_err(Diagnostic::internal)?);
            }
        }
        if options.dockerfile_key.is_some() {
            build_file = None;
        }
        let directory = match (&context, &build_file) {
            (Some(_), Some(_)) => below(&parent(&options.filename), options.context_subdir.as_deref()),
            (None, None) => between(options),
            _ => None,
        };
        let context = match (context, &options.context_subdir) {
            (Some(graph), Some(subdir)) => {
                let copy = Copy::new(&graph, subdir, "/").contents_only(true);
                let name = format!("[internal] take {subdir} of the build context");
                Source::Graph(File::on(&Output::scratch()).copy(copy).name(name).output())
            }
            (Some(graph), None) => Source::Graph(graph),
            (None, _) => local(options, CONTEXT),
        };
        let build_file = match build_file {
            Some(graph) => Source::Graph(graph),
            None => local(options, options.dockerfile_key.as_deref().unwrap_or(BUILD_FILE)),
        };
        Ok(Self {
            build_file,
            filename: options.filename.clone(),
            directory,
            context: Context::new(context),
            repository,
        })
    }

    /// Returns the build file's path as the user knows it: from the root of the context, where its directory is known.
    /// buildx sends the directory as a tree of its own, and of the path that `-f` gives the last part alone.
    pub fn path(&self) -> String {
        match (&self.build_file, &self.directory) {
            (Source::Local { .. }, Some(directory)) => join(directory, base_name(&self.filename)),
            _ => self.filename.clone(),
        }
    }
}

/// Returns a directory of the client.
pub(super) fn local(options: &Options, name: &str) -> Source {
    Source::Local {
        name: name.to_owned(),
        session: options.session_of(name),
    }
}

/// Hands a graph of files to the engine, with the caches that it may come from.
///
/// # Errors
/// Whatever the engine answers.
pub async fn solve(gateway: &Gateway, options: &Options, output: &Output) -> Result<Reference, Failure> {
    let definition = Definition::of(output).map_err(Diagnostic::internal)?;
    gateway
        .solve(SolveRequest {
            definition: definition.to_proto(),
            cache_imports: options.cache_imports.clone(),
            ..SolveRequest::default()
        })
        .await
}

/// Returns the files of a remote context.
async fn remote(gateway: &Gateway, options: &Options, url: &str) -> Result<Output, Failure> {
    let keep = options.build_args.get("BUILDKIT_CONTEXT_KEEP_GIT_DIR");
    let keep = keep.is_some_and(|value| matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True"));
    let name = format!("[internal] load git source {url}");
    if let Some(git) = git(url, &name, keep, "the build context")? {
        return Ok(git);
    }
    if !is_http(url) {
        let message = format!(
            "the build context {url} is neither a git repository nor a URL of an archive; write `https://….git`, \
             `git@host:path`, or the URL of a tar archive"
        );
        return Err(Diagnostic::named(names::INVALID_CONTEXT, message).into());
    }
    let name = "[internal] load remote build context";
    match archive(gateway, options, url, name).await? {
        Some(output) => Ok(output),
        None => {
            let message = format!(
                "the build context {url} is a single file and no archive; a service is built in its workspace: build \
                 in the workspace's directory or repository, and pass a build file from elsewhere with `-f`"
            );
            Err(Diagnostic::named(names::INVALID_CONTEXT, message).into())
        }
    }
}

/// Returns the files of a repository; none where the URL is not one of git.
pub(super) fn git(url: &str, name: &str, keep: bool, what: &str) -> Result<Option<Output>, Diagnostic> {
    match GitUrl::parse(url) {
        None => Ok(None),
        Some(Ok(git)) => Ok(Some(git.output(name, keep))),
        Some(Err(why)) => Err(Diagnostic::named(
            names::INVALID_CONTEXT,
            format!("{what} {url}: {why}"),
        )),
    }
}

/// Returns the files of an archive; none where the URL leads to another kind of file.
pub(super) async fn archive(
    gateway: &Gateway,
    options: &Options,
    url: &str,
    name: &str,
) -> Result<Option<Output>, Failure> {
    /// How much of a file is looked at: the first header of tar, and more.
    const HEAD: usize = 1024;
    let download = Http::new(url).filename(DOWNLOAD).name(name).output();
    let reference = solve(gateway, options, &download).await?;
    let head = gateway.read_head(&reference, DOWNLOAD, HEAD).await?;
    if !is_archive(&head) {
        return Ok(None);
    }
    let copy = Copy::new(&download, format!("/{DOWNLOAD}"), "/").unpack(true);
    let unpacked = File::on(&Output::scratch()).copy(copy);
    Ok(Some(unpacked.name(format!("{name}: unpack")).output()))
}

/// Returns the directory of a file.
fn parent(path: &str) -> String {
    path.rsplit_once('/')
        .map_or(".", |(directory, _)| directory)
        .to_owned()
}

/// Returns a directory as a subdirectory of the same tree has it.
fn below(directory: &str, subdir: Option<&str>) -> Option<String> {
    match subdir {
        None => Some(directory.to_owned()),
        Some(subdir) => {
            let root = normalize(subdir.trim_start_matches('/'));
            crate::path::relative(&root, &normalize(directory)).filter(|path| !leaves(path))
        }
    }
}

/// Returns the build file's directory in the context where the client tells where in a repository both are.
fn between(options: &Options) -> Option<String> {
    let local = &options.local_directories;
    let (context, build_file) = (local.get(CONTEXT)?, local.get(BUILD_FILE)?);
    let directory = join(build_file, &parent(&options.filename));
    crate::path::relative(&normalize(context), &directory).filter(|path| !leaves(path))
}
