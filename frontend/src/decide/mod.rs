//! What a request comes to, before the engine does any work for it: what the repository says is read, and from that and
//! the facts a plan is made.

mod contexts;
mod created;
mod facts;
mod files;
pub mod no_cache;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::gateway::Failure;
use crate::kinds::{self, Found, Planned};
use crate::lint;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::plan::{Facts, Target};
use crate::source::{BuildFile, Context, Origin, Reader};
use crate::warning::{ARGUMENT, Config};

pub use facts::{builder, facts};
pub use files::{check, in_files};

/// What the repository says of a build.
#[derive(Debug)]
pub struct Read {
    /// What the kind of service found.
    pub found: Found,
    /// What `--target` chose.
    pub target: Target,
    /// What the user says of warnings.
    pub lint: Config,
    /// The build context.
    pub context: Context,
    /// The date of the image and its history, in seconds since 1970.
    pub created: i64,
    /// Digest of the vertex that loaded the build file, which warnings are shown with.
    pub vertex: String,
}

/// Reads a build's files.
///
/// # Errors
/// All mistakes in them together, each with its place, and whatever the engine answers.
pub async fn read(reader: &Reader, options: &Options) -> Result<Read, Failure> {
    let mut origin = reader.origin(options).await?;
    // The build file and the metadata come over at the same time.
    let (build_file, tree) = tokio::try_join!(
        BuildFile::load(reader, options, &origin),
        kinds::metadata(reader, options, &origin.context)
    )?;
    let parsed = Manifest::parse(&build_file.file);
    let (manifest, mistakes) = match parsed {
        Ok(manifest) => (manifest, None),
        // Read on without it, for what is wrong elsewhere.
        Err(mistakes) => (Manifest::empty(&build_file.file), Some(mistakes)),
    };
    let found = kinds::read(
        reader,
        options,
        (&mut origin, &build_file, tree.clone()),
        manifest,
    )
    .await;
    let found = match (found, mistakes) {
        (Ok(found), None) => found,
        (found, mistakes) => {
            if origin.directory.is_none() {
                // What cannot be read tells nothing, and is no reason to tell less.
                origin.directory = kinds::directory(&tree, &build_file).await.unwrap_or_default();
            }
            return Err(refusal(mistakes, found.err(), &build_file, &origin));
        }
    };
    let argument = options.build_args.get(ARGUMENT).map(String::as_str);
    Ok(Read {
        target: found.manifest().target(options.target.as_deref())?,
        lint: Config::read(&found.manifest().file, argument)?,
        created: created::of(reader, options, found.manifest(), &origin).await?,
        found,
        context: origin.context,
        vertex: build_file.vertex,
    })
}

/// Returns why a build's files cannot be read: the mistakes of the manifest, and those of other files, without what may come
/// of the first; each of the manifest's under its path.
fn refusal(
    mistakes: Option<Diagnostics>,
    failure: Option<Failure>,
    build_file: &BuildFile,
    origin: &Origin,
) -> Failure {
    let before = &build_file.file;
    let file = before.renamed(origin.path());
    let others = failure.as_ref().and_then(Failure::diagnostics);
    match (mistakes, others, &failure) {
        (Some(mistakes), others, _) => {
            let others = others.into_iter().flat_map(Diagnostics::iter);
            let is_elsewhere = |place: &Place| place.file != *before && place.file != file;
            let others = others.filter(|mistake| mistake.place.as_ref().is_some_and(is_elsewhere));
            mistakes.moved(before, &file).with(others.cloned()).into()
        }
        // One that points nowhere is shown at the manifest, by whose name alone the engine would show it.
        (None, Some(others), _) => others
            .clone()
            .moved(before, &file)
            .at(&Place::of_line(&file, 1))
            .into(),
        (None, None, Some(failure)) => failure.clone(),
        (None, None, None) => Diagnostic::internal("a build is refused for no reason").into(),
    }
}

impl Read {
    /// Returns the manifest, with the repository's defaults.
    pub fn manifest(&self) -> &Manifest {
        self.found.manifest()
    }

    /// Plans the build for one platform, with what the user wants to know of it. Pure.
    ///
    /// # Errors
    /// All mistakes found, each with its place.
    pub fn plan(&self, options: &Options, facts: &Facts) -> Result<Planned, Diagnostics> {
        let mut planned = self.found.plan(&self.target, &options.build_args, facts)?;
        let mut warnings = std::mem::take(&mut planned.warnings);
        warnings.extend(no_cache::unknown(options, self.manifest(), &planned.plan));
        warnings.extend(contexts::unused(options, &planned.plan));
        warnings.extend(lint::find(&self.found, &planned.model));
        planned.warnings = self.lint.applied(warnings);
        Ok(planned)
    }
}
