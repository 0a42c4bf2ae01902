//! Files of a solved source or of a directory, each read and each directory listed once. A call to the engine takes a
//! millisecond or two, so what a listing tells is not asked for: a name that is not in it is not there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{join_all, try_join_all};
use tokio::sync::OnceCell;

use super::directory;
use crate::diagnostic::{Diagnostic, SourceFile, cut, names};
use crate::gateway::{Failure, Gateway, Kind, Reference, Stat};
use crate::path::{base_name, join, parent};

/// Largest file that is read whole; the lockfiles of the largest public monorepos are a tenth of it.
const MAX_FILE: usize = 64 << 20;

/// How much of a link's target is shown, in characters.
const SHOWN: usize = 200;

/// What was learnt of each path: asked for once, also where several ask at the same time.
type Memo<T> = Mutex<BTreeMap<String, Arc<OnceCell<T>>>>;

/// Who has the files.
#[derive(Debug, Clone)]
enum Backing {
    /// The engine, of a graph that it solved.
    Engine(Gateway, Reference),
    /// A directory of this machine.
    Directory(Arc<Path>),
}

/// What a directory's listing tells of one name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Where a link points.
    pub(super) target: String,
}

/// The files of one reference, or of a directory.
#[derive(Debug, Clone)]
pub struct Tree {
    backing: Backing,
    /// A path that is taken for one where nothing is.
    hidden: Option<Arc<str>>,
    files: Arc<Memo<Option<Arc<SourceFile>>>>,
    listings: Arc<Memo<Vec<Entry>>>,
    /// Files that nothing needs and that cannot be read, with the reason.
    passed_over: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What lies at a path where a file is looked for.
enum Look {
    Nothing,
    File,
    /// A directory, directly or behind a link.
    Directory(String),
    /// A link that leads nowhere.
    Astray(String),
    /// What keeps whoever opens it waiting.
    Special(String),
}

impl Tree {
    /// Returns the files of a reference.
    pub fn new(gateway: &Gateway, reference: Reference) -> Self {
        Self::over(Backing::Engine(gateway.clone(), reference))
    }

    /// Returns the files below a directory of this machine.
    pub fn directory(root: &Path) -> Self {
        Self::over(Backing::Directory(root.into()))
    }

    fn over(backing: Backing) -> Self {
        Self {
            backing,
            hidden: None,
            files: Arc::default(),
            listings: Arc::default(),
            passed_over: Arc::default(),
        }
    }

    /// Returns the same files without one of them, nothing of which is read yet.
    #[must_use]
    pub fn without(&self, path: &str) -> Self {
        Self {
            hidden: Some(path.into()),
            ..Self::over(self.backing.clone())
        }
    }

    /// Returns whether a file was read and is there.
    pub fn has_read(&self, path: &str) -> bool {
        self.known(path).flatten().is_some()
    }

    /// Reads a text file; none where it does not exist.
    ///
    /// # Errors
    /// A file that is not UTF-8, and whatever the engine answers.
    pub async fn read(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Failure> {
        let file = cell(&self.files, path);
        let file = file.get_or_try_init(|| self.load(path)).await;
        Ok(file.map_err(|failure| unreadable(path, failure))?.clone())
    }

    /// Reads several text files at once, in the order asked for.
    ///
    /// # Errors
    /// As [`Tree::read`].
    pub async fn read_all(&self, paths: &[String]) -> Result<Vec<Option<Arc<SourceFile>>>, Failure> {
        try_join_all(paths.iter().map(|path| self.read(path))).await
    }

    /// Reads a text file that a build can do without: none where it does not exist, and where it is a directory. One that
    /// cannot be read, as a link that leads out of the context, is passed over and remembered as such.
    ///
    /// # Errors
    /// A named pipe and the like, which a step would open, and whatever the engine answers.
    pub async fn read_optional(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Failure> {
        if let Some(known) = self.known(path) {
            return Ok(known);
        }
        let why = match self.look(path).await? {
            Look::Directory(_) => None,
            Look::Astray(why) => Some(why),
            Look::Nothing | Look::Special(_) => return self.read(path).await,
            Look::File => match self.read(path).await {
                Err(failure) if failure.diagnostics().is_some() => Some(failure.to_string()),
                read => return read,
            },
        };
        self.note_absent(path);
        if let Some(why) = why {
            let mut passed_over = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
            passed_over.insert(path.to_owned(), why);
        }
        Ok(None)
    }

    /// Reads several files that a build can do without at once.
    ///
    /// # Errors
    /// As [`Tree::read_optional`].
    pub async fn read_all_optional(&self, paths: &[String]) -> Result<Vec<Option<Arc<SourceFile>>>, Failure> {
        try_join_all(paths.iter().map(|path| self.read_optional(path))).await
    }

    /// Returns why each of the files that were passed over cannot be read, in the order of their paths.
    pub fn passed_over(&self) -> Vec<String> {
        let passed_over = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        passed_over.values().cloned().collect()
    }

    /// Reads files of a directory together, so that asking for one of them later costs nothing. What is wrong with a file
    /// is told to whoever asks for it.
    pub async fn look_ahead(&self, directory: &str, names: &[&str]) {
        if self.list(directory).await.is_ok() {
            let paths: Vec<String> = names.iter().map(|name| join(directory, name)).collect();
            join_all(paths.iter().map(|path| self.read(path))).await;
        }
    }

    /// Lists a directory: names of files, and of directories with a `/` behind them. Empty where it does not exist. A
    /// link is listed as a file even where it leads to a directory.
    ///
    /// # Errors
    /// Whatever the engine answers.
    pub async fn list(&self, directory: &str) -> Result<Vec<String>, Failure> {
        let name = |entry: &Entry| match entry.kind {
            Kind::Directory => format!("{}/", entry.name),
            _ => entry.name.clone(),
        };
        Ok(self.entries(directory).await?.iter().map(name).collect())
    }

    async fn entries(&self, directory: &str) -> Result<Vec<Entry>, Failure> {
        let listing = cell(&self.listings, directory);
        let listing = listing.get_or_try_init(|| self.load_listing(directory)).await?;
        Ok(listing.clone())
    }

    /// Reads a file of at most `limit` bytes, whatever is in it; none where it does not exist. Not remembered.
    ///
    /// # Errors
    /// A file that is larger, what is no file, and whatever the engine answers.
    pub async fn bytes(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
        if !self.is_file(path).await? {
            return Ok(None);
        }
        let bytes = match &self.backing {
            Backing::Engine(gateway, reference) => gateway.read_file(reference, path, limit).await?,
            Backing::Directory(root) => directory::read(root, path, limit)?,
        };
        Ok(Some(bytes))
    }

    /// Returns the first bytes of a file, at most so many. Not remembered.
    ///
    /// # Errors
    /// What is not there or is no file, and whatever the engine answers.
    pub async fn head(&self, path: &str, length: usize) -> Result<Vec<u8>, Failure> {
        if !self.is_file(path).await? {
            return Err(Diagnostic::named(names::UNREADABLE_FILE, format!("{path} is not there")).into());
        }
        match &self.backing {
            Backing::Engine(gateway, reference) => gateway.read_head(reference, path, length).await,
            Backing::Directory(root) => Ok(directory::head(root, path, length)?),
        }
    }

    /// Returns whether there is a file or directory at a path.
    ///
    /// # Errors
    /// Whatever the engine answers.
    pub async fn exists(&self, path: &str) -> Result<bool, Failure> {
        match &self.backing {
            Backing::Engine(gateway, reference) => Ok(gateway.stat(reference, path).await?.is_some()),
            Backing::Directory(root) => Ok(directory::exists(root, path)),
        }
    }

    /// Returns a file that was read before: the inner none where it does not exist.
    pub fn known(&self, path: &str) -> Option<Option<Arc<SourceFile>>> {
        cell(&self.files, path).get().cloned()
    }

    /// Notes that a path outside of the context, which the engine does not serve, is not there.
    pub fn note_absent(&self, path: &str) {
        // What was read of it before stands.
        let _ = cell(&self.files, path).set(None);
    }

    async fn load(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Failure> {
        let bytes = self.bytes(path, MAX_FILE).await?;
        bytes.map(|bytes| text(path, bytes)).transpose()
    }

    /// Looks at what is at a path, links followed, as the directory's listing tells it: nothing is opened for the answer,
    /// since what is no file may keep whoever opens it waiting for ever.
    async fn look(&self, path: &str) -> Result<Look, Failure> {
        if self.is_absent(path) {
            return Ok(Look::Nothing);
        }
        let name = base_name(path);
        let entries = self.entries(parent(path)).await?;
        let Some(entry) = entries.iter().find(|entry| entry.name == name) else {
            return Ok(Look::Nothing);
        };
        let (found, what) = match entry.kind {
            Kind::Link => {
                let target = cut(&entry.target, SHOWN);
                (
                    self.followed(path).await?,
                    format!("{path} is a link to `{target}`, which"),
                )
            }
            kind => (Some(kind), path.to_owned()),
        };
        Ok(match found {
            Some(Kind::File) => Look::File,
            Some(Kind::Directory) => Look::Directory(format!("{what} is a directory")),
            Some(Kind::Special(special)) => Look::Special(format!("{what} is {special}")),
            Some(Kind::Link) | None => Look::Astray(format!(
                "{what} leads out of the build context, or to nothing that is read of it"
            )),
        })
    }

    /// Returns whether a file is at a path, directly or behind links.
    ///
    /// # Errors
    /// What is there and is no file, and whatever the engine answers.
    async fn is_file(&self, path: &str) -> Result<bool, Failure> {
        let what = match self.look(path).await? {
            Look::Nothing => return Ok(false),
            Look::File => return Ok(true),
            Look::Directory(what) | Look::Astray(what) | Look::Special(what) => what,
        };
        let message = format!("{what}; a file is read here: put it in this place itself");
        Err(Diagnostic::named(names::UNREADABLE_FILE, message).into())
    }

    /// Returns what a path leads to, links followed.
    async fn followed(&self, path: &str) -> Result<Option<Kind>, Failure> {
        Ok(match &self.backing {
            Backing::Engine(gateway, reference) => {
                gateway.stat(reference, path).await?.as_ref().map(Stat::kind)
            }
            Backing::Directory(root) => directory::followed(root, path),
        })
    }

    async fn load_listing(&self, directory: &str) -> Result<Vec<Entry>, Failure> {
        if self.is_absent(directory) {
            return Ok(Vec::new());
        }
        let path = if directory.is_empty() { "." } else { directory };
        let mut entries = match &self.backing {
            Backing::Engine(gateway, reference) => match gateway.read_dir(reference, path, None).await {
                Ok(stats) => stats.into_iter().map(Entry::from).collect(),
                Err(failure) => match gateway.stat(reference, path).await? {
                    Some(stat) if stat.is_dir => return Err(failure),
                    _ => Vec::new(),
                },
            },
            Backing::Directory(root) => directory::list(root, path)?,
        };
        entries.retain(|entry| !self.is_hidden(&join(directory, &entry.name)));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn is_hidden(&self, path: &str) -> bool {
        self.hidden.as_deref() == Some(path)
    }

    /// Says whether a listing that is known tells that nothing is at a path.
    fn is_absent(&self, path: &str) -> bool {
        let (directory, name) = (parent(path), base_name(path));
        if matches!(name, "" | "." | "..") {
            return false;
        }
        if self.is_hidden(path) {
            return true;
        }
        match cell(&self.listings, directory).get() {
            Some(entries) => !entries.iter().any(|entry| entry.name == name),
            None => !directory.is_empty() && self.is_absent(directory),
        }
    }
}

impl From<Stat> for Entry {
    fn from(stat: Stat) -> Self {
        Self {
            kind: stat.kind(),
            name: stat.path.trim_matches('/').to_owned(),
            target: stat.linkname,
        }
    }
}

/// Returns what is learnt of a path.
fn cell<T>(memo: &Memo<T>, path: &str) -> Arc<OnceCell<T>> {
    let mut memo = memo.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(memo.entry(path.to_owned()).or_default())
}

/// Returns the failure with the file's name: the engine names a path of its own, or none.
fn unreadable(path: &str, failure: Failure) -> Failure {
    match failure.diagnostics() {
        Some(_) => failure,
        None => Diagnostic::named(
            names::UNREADABLE_FILE,
            format!("{path} cannot be read from the build context: {failure}"),
        )
        .into(),
    }
}

fn text(path: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Failure> {
    String::from_utf8(bytes)
        .map(|text| SourceFile::new(path, text))
        .map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Diagnostic::named(
                names::UNREADABLE_FILE,
                format!("{path} is not UTF-8: byte {at} starts no character; save it as UTF-8"),
            )
            .into()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::fake::{Fake, State};

    async fn tree(files: &[&str]) -> (Tree, Fake) {
        let files = files.iter().map(|path| ((*path).to_owned(), Vec::new()));
        let fake = Fake::new(State {
            files: files.collect(),
            ..State::default()
        });
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        tokio::spawn(fake.clone().serve(theirs));
        let reference = Reference {
            id: "ref-1".to_owned(),
        };
        (Tree::new(&Gateway::connect(ours).await.unwrap(), reference), fake)
    }

    /// Returns what the engine was asked since the last look.
    fn asked(fake: &Fake) -> Vec<&'static str> {
        std::mem::take(&mut fake.state().calls)
    }

    #[tokio::test]
    async fn what_a_listing_tells_is_not_asked_for() {
        let (tree, fake) = tree(&["a/b.json", "c.json"]).await;
        assert_eq!(tree.list("").await.unwrap(), ["a/", "c.json"]);
        assert_eq!(asked(&fake), ["ReadDir"]);
        for absent in ["none", "none/at/all", "d.json"] {
            assert!(tree.read(absent).await.unwrap().is_none(), "{absent}");
            assert!(tree.list(absent).await.unwrap().is_empty(), "{absent}");
        }
        assert_eq!(asked(&fake), Vec::<&str>::new());
        // Nothing is opened before its directory tells that it is a file.
        assert!(tree.read("a/b.json").await.unwrap().is_some());
        assert_eq!(asked(&fake), ["ReadDir", "ReadFile"]);
        assert!(tree.read("a/none").await.unwrap().is_none());
        assert!(tree.read("a/other").await.unwrap().is_none());
        assert_eq!(tree.list("a").await.unwrap(), ["b.json"]);
        assert_eq!(asked(&fake), Vec::<&str>::new());
        assert!(tree.list("c.json").await.unwrap().is_empty(), "a file");
        assert_eq!(asked(&fake), ["ReadDir", "StatFile"]);
    }

    #[tokio::test]
    async fn what_several_ask_for_at_once_is_read_once() {
        let (tree, fake) = tree(&["a/b.json"]).await;
        let twice = ["a/b.json".to_owned(), "a/b.json".to_owned()];
        assert_eq!(tree.read_all(&twice).await.unwrap().len(), 2);
        assert_eq!(asked(&fake), ["ReadDir", "ReadFile"]);
        tree.look_ahead("a", &["b.json", "none"]).await;
        assert_eq!(asked(&fake), Vec::<&str>::new());
        assert_eq!(tree.known("a/none").map(|file| file.is_some()), Some(false));
    }

    #[tokio::test]
    async fn a_directory_that_is_missing_has_no_files() {
        let (tree, _fake) = tree(&["a/b.json"]).await;
        assert!(tree.read("none/at/all.json").await.unwrap().is_none());
        assert!(tree.read("a/b.json/c").await.unwrap().is_none());
        assert!(tree.read("a").await.is_err(), "a directory is no file");
    }
}
