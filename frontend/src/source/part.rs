//! Files that a build reads, wherever they come from: one shape for the client's directories and for graphs.

use std::collections::BTreeMap;

use buildkit_llb::{Copy, File, Local, Location, Output};

use super::Ignored;
use crate::diagnostic::Place;
use crate::pattern::{self, for_transfer, literal};

/// Where a tree of files comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A directory of the client.
    Local {
        /// Name of the local source.
        name: String,
        /// Session that serves it.
        session: String,
    },
    /// A graph: git, an archive, an image, another target.
    Graph(Output),
}

/// The build context: one tree, in which the directories of single packages may be replaced by other trees.
#[derive(Debug, Clone)]
pub struct Context {
    /// The context that the command line names.
    pub main: Source,
    /// Which of its files no step sees: see [`super::ignored`].
    pub ignored: Ignored,
    /// What takes the place of a directory (`--build-context`), by its path in the context.
    pub replaced: BTreeMap<String, Replacement>,
}

/// A tree that takes a directory's place.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// The name that it has on the command line.
    pub name: String,
    /// Its files.
    pub source: Source,
    /// Which of its files no step sees.
    pub ignored: Ignored,
    /// Tells the engine's snapshots of the client's directories apart.
    pub hint: String,
}

/// A part of the build context.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Name of the vertex.
    pub name: &'a str,
    /// The line of the progress display that it is shown on together with others.
    pub group: Option<&'a str>,
    /// Name of the part itself. Two parts of one directory that are filtered differently must not share the engine's
    /// snapshot of it: each transfer would undo the other.
    pub hint: &'a str,
    /// Patterns of what is in it, with everything below; none means all.
    pub include: &'a [String],
    /// Patterns that this part leaves out.
    pub exclude: &'a [String],
    /// The lines that it comes from.
    pub locations: &'a [&'a Location],
}

impl Context {
    /// Returns a context of one tree.
    pub fn new(main: Source) -> Self {
        Self {
            main,
            ignored: Ignored::default(),
            replaced: BTreeMap::new(),
        }
    }

    /// Returns a part of the context as steps see it, at the paths that it has there: without what is ignored.
    ///
    /// Made of nothing but what it holds, so that it is the same vertex for every service of a bake; a
    /// replacement that it does not reach leaves it as it is.
    pub fn part(&self, part: &Part<'_>) -> Output {
        let mut exclude = self.ignored.patterns(part.include);
        exclude.extend_from_slice(part.exclude);
        self.filtered(part, exclude)
    }

    /// Returns whether no step sees a file that asks for none by its name.
    pub fn hides(&self, path: &str) -> bool {
        let inside = |(directory, replacement): (&String, &Replacement)| {
            let inside = path.strip_prefix(directory)?.strip_prefix('/')?;
            Some(replacement.ignored.hides(inside, [""; 0]))
        };
        let replaced = self.replaced.iter().find_map(inside);
        replaced.unwrap_or_else(|| self.ignored.hides(path, [""; 0]))
    }

    /// Returns the line by which no step sees anything of a directory, and where it stands: see [`Ignored::hiding`].
    pub fn hiding(&self, directory: &str) -> Option<(String, Place)> {
        let is_replaced = self.replaced.contains_key(directory);
        self.ignored.hiding(directory).filter(|_| !is_replaced)
    }

    /// Returns a part of the context as the frontend itself reads it: an ignore file is about steps.
    pub fn metadata(&self, part: &Part<'_>) -> Output {
        self.filtered(part, part.exclude.to_vec())
    }

    fn filtered(&self, part: &Part<'_>, exclude: Vec<String>) -> Output {
        let replaced: Vec<(&String, &Replacement)> = self
            .replaced
            .iter()
            .filter(|(directory, _)| part.reaches(directory))
            .collect();
        if replaced.is_empty() {
            return filtered(&self.main, part, part.hint, part.include, &exclude, part.name);
        }
        let gone = replaced.iter().map(|(directory, _)| literal(directory));
        let kept: Vec<String> = exclude.into_iter().chain(gone).collect();
        let main = filtered(&self.main, part, part.hint, part.include, &kept, part.name);
        let mut tree = File::on(&Output::scratch()).copy(contents(&main, "/"));
        for (directory, replacement) in replaced {
            let name = format!("[context {}] load from client", replacement.name);
            let root = literal(directory);
            let inside = |path: &String| Some(path.strip_prefix(&root)?.strip_prefix('/')?.to_owned());
            let asked: Vec<String> = part.include.iter().filter_map(inside).collect();
            let files = filtered(
                &replacement.source,
                part,
                &replacement.hint,
                &[],
                &replacement.ignored.patterns(asked),
                &name,
            );
            tree = tree.copy(contents(&files, &format!("/{directory}")));
        }
        let whole = part.named(part.name, tree);
        let copy = contents(&whole, "/").include(part.include.iter().cloned());
        let copy = copy.exclude(part.exclude.iter().cloned());
        part.named(part.name, File::on(&Output::scratch()).copy(copy))
    }
}

impl Part<'_> {
    /// Returns a vertex of this part.
    fn named(&self, name: &str, file: File) -> Output {
        let file = file.name(name).locations(self.locations.iter().copied());
        match self.group {
            Some(group) => file.progress_group(group, group, false).output(),
            None => file.output(),
        }
    }

    /// Returns whether files below a directory may be in this part.
    fn reaches(&self, directory: &str) -> bool {
        self.include.is_empty()
            || self.include.iter().any(|pattern| {
                let (fixed, _) = pattern::split(pattern);
                let fixed = fixed.split('/').filter(|part| !part.is_empty());
                let mut pairs = fixed.zip(directory.split('/'));
                pairs.all(|(one, other)| one == other)
            })
    }
}

fn filtered(
    source: &Source,
    part: &Part<'_>,
    hint: &str,
    include: &[String],
    exclude: &[String],
    name: &str,
) -> Output {
    match source {
        Source::Local { name: local, session } => {
            let local = Local::new(local)
                .session(session)
                .shared_key_hint(hint)
                .include(include.iter().map(|pattern| for_transfer(pattern)))
                .exclude(exclude.iter().map(|pattern| for_transfer(pattern)))
                .name(name)
                .locations(part.locations.iter().copied());
            match part.group {
                Some(group) => local.progress_group(group, group, false).output(),
                None => local.output(),
            }
        }
        Source::Graph(output) => part.named(
            name,
            File::on(&Output::scratch()).copy(
                contents(output, "/")
                    .include(include.iter().cloned())
                    .exclude(exclude.iter().cloned()),
            ),
        ),
    }
}

/// Copies a tree as the client's directories come over: as root's, whoever packed an archive.
fn contents(from: &Output, to: &str) -> Copy {
    Copy::new(from, "/", to)
        .contents_only(true)
        .create_dest_path(true)
        .owner(0, 0)
}
