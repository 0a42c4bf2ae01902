//! Files of a solved source, read once each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::try_join_all;

use crate::diagnostic::{Diagnostic, SourceFile};
use crate::gateway::{Failure, Gateway, Reference};

/// Largest file that is read whole; the lockfiles of the largest public monorepos are a tenth of it.
const MAX_FILE: usize = 64 << 20;

/// The files of one reference.
#[derive(Debug, Clone)]
pub struct Tree {
    gateway: Gateway,
    reference: Reference,
    read: Arc<Mutex<BTreeMap<String, Option<Arc<SourceFile>>>>>,
}

impl Tree {
    /// Returns the files of a reference.
    pub fn new(gateway: &Gateway, reference: Reference) -> Self {
        Self {
            gateway: gateway.clone(),
            reference,
            read: Arc::default(),
        }
    }

    /// Reads a text file; none where it does not exist.
    ///
    /// # Errors
    /// A file that is not UTF-8, and whatever the engine answers.
    pub async fn read(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Failure> {
        if let Some(known) = self.known(path) {
            return Ok(known);
        }
        let bytes = self
            .gateway
            .read_file_if_exists(&self.reference, path, MAX_FILE)
            .await;
        let file = match bytes.map_err(|failure| unreadable(path, failure))? {
            None => None,
            Some(bytes) => Some(text(path, bytes)?),
        };
        self.lock().insert(path.to_owned(), file.clone());
        Ok(file)
    }

    /// Reads several text files at once, in the order asked for.
    ///
    /// # Errors
    /// As [`Tree::read`].
    pub async fn read_all(&self, paths: &[String]) -> Result<Vec<Option<Arc<SourceFile>>>, Failure> {
        try_join_all(paths.iter().map(|path| self.read(path))).await
    }

    /// Lists a directory: names of files, and of directories with a `/` behind them. Empty where it does not exist.
    ///
    /// # Errors
    /// Whatever the engine answers.
    pub async fn list(&self, directory: &str) -> Result<Vec<String>, Failure> {
        let path = if directory.is_empty() { "." } else { directory };
        // The engine reports a missing directory as an error of its own kind; asking first costs nothing more.
        if !directory.is_empty()
            && self
                .gateway
                .stat(&self.reference, path)
                .await?
                .is_none_or(|stat| !stat.is_dir)
        {
            return Ok(Vec::new());
        }
        let entries = self.gateway.read_dir(&self.reference, path, None).await?;
        let mut names: Vec<String> = entries
            .into_iter()
            .map(|entry| {
                let name = entry.path.trim_matches('/').to_owned();
                if entry.is_dir { format!("{name}/") } else { name }
            })
            .collect();
        names.sort();
        Ok(names)
    }

    /// Returns a file that was read before: the inner none where it does not exist.
    pub fn known(&self, path: &str) -> Option<Option<Arc<SourceFile>>> {
        self.lock().get(path).cloned()
    }

    /// Notes that a path outside of the context, which the engine does not serve, is not there.
    pub fn note_absent(&self, path: &str) {
        self.lock().insert(path.to_owned(), None);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Option<Arc<SourceFile>>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names the file that the engine could not read: its own words name a path inside of the engine, or none.
fn unreadable(path: &str, failure: Failure) -> Failure {
    match failure.diagnostics() {
        Some(_) => failure,
        None => Diagnostic::new(format!("{path} cannot be read from the build context: {failure}")).into(),
    }
}

fn text(path: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Failure> {
    String::from_utf8(bytes)
        .map(|text| SourceFile::new(path, text))
        .map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Diagnostic::new(format!(
                "{path} is not UTF-8: byte {at} starts no character; save it as UTF-8"
            ))
            .into()
        })
}
