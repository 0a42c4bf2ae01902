//! The build file and what lies beside it.

use std::sync::Arc;

use buildkit_llb::{Definition, Differ, Local, vertex_digest};

use crate::diagnostic::{Diagnostic, Place, SourceFile};
use crate::gateway::{Failure, Gateway, SolveRequest};
use crate::manifest::Manifest;
use crate::options::Options;

/// Largest manifest that is read; a service manifest is a page of text.
const MAX_MANIFEST: usize = 1 << 20;
/// The first line of every manifest, shown for one that is not read.
const SYNTAX: &str = "# syntax=vextrus/frontend\n";
/// Largest package.json or ignore file that is read.
const MAX_NEIGHBOUR: usize = 4 << 20;

/// The build file and its neighbours.
#[derive(Debug, Clone)]
pub struct BuildFile {
    /// The manifest's text.
    pub file: Arc<SourceFile>,
    /// The `package.json` in the same directory.
    pub package_json: Option<Vec<u8>>,
    /// The `<build file>.dockerignore` in the same directory.
    pub ignore: Option<Vec<u8>>,
    /// Digest of the vertex that loaded it, which warnings are shown with.
    pub vertex: String,
}

impl BuildFile {
    /// Reads the build file through the source that buildx sends its directory as.
    ///
    /// # Errors
    /// A file that is missing, too large or not UTF-8, and whatever the engine answers.
    pub async fn load(gateway: &Gateway, options: &Options) -> Result<Self, Failure> {
        let name = options.filename.as_str();
        let ignore = format!("{name}.dockerignore");
        let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
        let package_json = if directory.is_empty() {
            "package.json".to_owned()
        } else {
            format!("{directory}/package.json")
        };
        let source = Local::new(options.dockerfile_key.as_deref().unwrap_or("dockerfile"))
            .session(crate::build::local_session(options, "dockerfile"))
            .follow_paths([name, ignore.as_str(), package_json.as_str()])
            .shared_key_hint("dockerfile")
            .differ(Differ::None)
            .name(format!("[internal] load build definition from {name}"))
            .output();
        let vertex = vertex_digest(&source).unwrap_or_default().to_owned();
        let definition = Definition::of(&source).map_err(crate::build::internal)?;
        let reference = gateway
            .solve(SolveRequest {
                definition: definition.to_proto(),
                ..SolveRequest::default()
            })
            .await?;
        let (text, beside, ignored) = tokio::join!(
            gateway.read_file_if_exists(&reference, name, MAX_MANIFEST),
            gateway.read_file_if_exists(&reference, &package_json, MAX_NEIGHBOUR),
            gateway.read_file_if_exists(&reference, &ignore, MAX_NEIGHBOUR),
        );
        // The place keeps the engine from adding one of its own, with the whole of a file that is too large.
        let text = text.map_err(|failure| failure.at(Place::of_line(&SourceFile::new(name, SYNTAX), 1)));
        let Some(bytes) = text? else {
            let message = format!("{name} is not in the directory of the build file; check `-f`");
            return Err(Diagnostic::new(message).into());
        };
        let file = Manifest::decode(name, &bytes)?;
        Ok(Self {
            package_json: beside.map_err(|failure| {
                let message = format!(
                    "{package_json} beside the manifest cannot be read: {failure}; where it is a link, the link has \
                     to stay inside of its directory"
                );
                Failure::from(Diagnostic::new(message).at(Place::of_line(&file, 1)))
            })?,
            file,
            ignore: ignored?,
            vertex,
        })
    }
}
