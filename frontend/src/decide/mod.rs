//! What a request comes to, before the engine does any work for it: what the repository says is read, and from that and
//! the facts a plan is made.

mod contexts;
mod created;
mod facts;
mod files;
pub mod no_cache;

use crate::diagnostic::{Diagnostics, Place};
use crate::gateway::Failure;
use crate::kinds::{self, Found, Planned};
use crate::lint;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::plan::{Facts, Target};
use crate::source::{BuildFile, Context, Reader};
use crate::warning::{ARGUMENT, Config};

pub use facts::{builder, facts};
pub use files::{check, secret_files};

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
    let found = kinds::read(reader, options, (&mut origin, &build_file, tree), manifest).await;
    if let Some(mistakes) = mistakes {
        return Err(together(mistakes, found.err(), &build_file).into());
    }
    let found = found?;
    let argument = options.build_args.get(ARGUMENT).map(String::as_str);
    Ok(Read {
        target: found.manifest().target(options.target.as_deref())?,
        lint: Config::read(&build_file.file, argument)?,
        created: created::of(reader, options, found.manifest(), &origin).await?,
        found,
        context: origin.context,
        vertex: build_file.vertex,
    })
}

/// Adds to the mistakes of a manifest those of other files: what is said of the manifest itself may come of them.
fn together(mistakes: Diagnostics, others: Option<Failure>, build_file: &BuildFile) -> Diagnostics {
    let others = others.as_ref().and_then(Failure::diagnostics);
    let others = others.into_iter().flat_map(Diagnostics::iter);
    let is_elsewhere = |place: &Place| place.file.name != build_file.file.name;
    let others = others.filter(|mistake| mistake.place.as_ref().is_some_and(is_elsewhere));
    mistakes.with(others.cloned())
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
