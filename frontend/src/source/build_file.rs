//! The build file and what lies beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use buildkit_llb::{Differ, Local, vertex_digest};

use super::{Origin, Reader, Source};
use crate::diagnostic::{Diagnostic, Place, SourceFile, names};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::path::{base_name, join, parent};
use crate::pattern::literal;

/// Largest manifest that is read; a service manifest is a page of text.
const MAX_MANIFEST: usize = 1 << 20;
/// The first line of every manifest, shown for one that is not read.
const SYNTAX: &str = "# syntax=vextrus/frontend\n";
/// Largest package.json or ignore file that is read.
const MAX_NEIGHBOUR: usize = 4 << 20;

/// Files that the applications of one package have in their directories, each its own.
pub const NEIGHBOURS: [&str; 2] = ["project.json", "tsconfig.app.json"];

/// The build file and its neighbours.
#[derive(Debug, Clone)]
pub struct BuildFile {
    /// The manifest's text.
    pub file: Arc<SourceFile>,
    /// The `package.json` in the same directory.
    pub package_json: Option<Vec<u8>>,
    /// Other files in the same directory that tell where that is, by their names.
    pub neighbours: BTreeMap<&'static str, Vec<u8>>,
    /// The `<build file>.dockerignore` in the same directory.
    pub ignore: Option<Vec<u8>>,
    /// Digest of the vertex that loaded it, which warnings are shown with.
    pub vertex: String,
}

impl BuildFile {
    /// Reads the build file from where it is.
    ///
    /// # Errors
    /// A file that is missing, too large or not UTF-8, and whatever the engine answers.
    pub async fn load(reader: &Reader, options: &Options, origin: &Origin) -> Result<Self, Failure> {
        let name = origin.filename.as_str();
        let path = origin.path();
        if name.contains(char::is_control) {
            let message =
                "the build file's name has a control character, which no transfer of files takes; rename it";
            return Err(Diagnostic::named(names::INVALID_OPTION, message).into());
        }
        let ignore = format!("{name}.dockerignore");
        let directory = parent(name);
        let package_json = join(directory, "package.json");
        // Of the usual name both spellings are found, as in BuildKit's own frontend.
        let other = (base_name(name) == "Dockerfile").then(|| join(directory, "dockerfile"));
        let neighbours = NEIGHBOURS.map(|name| (name, join(directory, name)));
        let source = match &origin.build_file {
            Source::Graph(output) => output.clone(),
            Source::Local { name: local, session } => {
                let wanted = [name, ignore.as_str(), package_json.as_str()];
                let wanted = wanted.into_iter().chain(other.as_deref());
                let wanted = wanted.chain(neighbours.iter().map(|(_, path)| path.as_str()));
                // What is a pattern is not followed as a link, and is asked for as one.
                let (plain, patterns): (Vec<&str>, Vec<&str>) =
                    wanted.partition(|name| literal(name) == *name);
                Local::new(local)
                    .session(session)
                    .follow_paths(plain)
                    .include(patterns.into_iter().map(literal))
                    .shared_key_hint(local)
                    .differ(Differ::None)
                    .name(format!("[internal] load build definition from {name}"))
                    .output()
            }
        };
        let vertex = vertex_digest(&source).unwrap_or_default().to_owned();
        let tree = reader.tree(options, &source).await?;
        let (text, beside, ignored) = tokio::join!(
            tree.bytes(name, MAX_MANIFEST),
            tree.bytes(&package_json, MAX_NEIGHBOUR),
            tree.bytes(&ignore, MAX_NEIGHBOUR),
        );
        // The place keeps the engine from adding one of its own, with the whole of a file that is too large.
        let text = text.map_err(|failure| failure.at(Place::of_line(&SourceFile::new(&path, SYNTAX), 1)));
        let mut text = text?;
        if let (None, Some(other)) = (&text, &other) {
            text = tree.bytes(other, MAX_MANIFEST).await?;
        }
        let Some(bytes) = text else {
            let place = match origin.build_file {
                Source::Graph(_) => "build context",
                Source::Local { .. } => "directory of the build file",
            };
            let message = format!("{path} is not in the {place}; check `-f`");
            return Err(Diagnostic::named(names::NO_MANIFEST, message).into());
        };
        let file = Manifest::decode(&path, &bytes)?;
        let mut others = BTreeMap::new();
        if beside.as_ref().is_ok_and(Option::is_none) {
            for (name, path) in &neighbours {
                // One that cannot be read tells nothing.
                let bytes = tree.bytes(path, MAX_NEIGHBOUR).await.unwrap_or_default();
                others.extend(bytes.map(|bytes| (*name, bytes)));
            }
        }
        Ok(Self {
            neighbours: others,
            package_json: beside.map_err(|failure| {
                let message = format!(
                    "{package_json} beside the manifest cannot be read: {failure}; where it is a link, the link has \
                     to stay inside of its directory"
                );
                Failure::from(Diagnostic::named(names::UNREADABLE_FILE, message).at(Place::of_line(&file, 1)))
            })?,
            file,
            ignore: ignored?,
            vertex,
        })
    }
}
