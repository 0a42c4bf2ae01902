//! Who has a build's files: the engine, or a directory of this machine.

use buildkit_llb::Output;

use super::{Context, Origin, Source, Tree, solve};
use crate::gateway::{Failure, Gateway};
use crate::options::Options;

/// Who has a build's files. The same reading and planning serves `docker buildx build` and the command line.
#[derive(Debug, Clone)]
pub enum Reader {
    /// The engine that asks for the build.
    Engine(Gateway),
    /// A directory of this machine, which is the build context and is read once.
    Directory(Tree),
}

impl Reader {
    /// Finds out where the build's files come from.
    ///
    /// # Errors
    /// As [`Origin::find`].
    pub async fn origin(&self, options: &Options) -> Result<Origin, Failure> {
        let Self::Engine(gateway) = self else {
            let context = || Source::Local {
                name: "context".to_owned(),
                session: String::new(),
            };
            let directory = options.filename.rsplit_once('/');
            return Ok(Origin {
                build_file: context(),
                filename: options.filename.clone(),
                directory: Some(directory.map_or(".", |(directory, _)| directory).to_owned()),
                context: Context::new(context()),
                repository: None,
            });
        };
        Origin::find(gateway, options).await
    }

    /// Returns the files of a part of the context; a directory gives all that it has.
    ///
    /// # Errors
    /// Whatever the engine answers.
    pub async fn tree(&self, options: &Options, part: &Output) -> Result<Tree, Failure> {
        Ok(match self {
            Self::Engine(gateway) => Tree::new(gateway, solve(gateway, options, part).await?),
            Self::Directory(tree) => tree.clone(),
        })
    }

    /// Returns the engine, where it is one that has the files.
    pub fn engine(&self) -> Option<&Gateway> {
        match self {
            Self::Engine(gateway) => Some(gateway),
            Self::Directory(_) => None,
        }
    }
}
