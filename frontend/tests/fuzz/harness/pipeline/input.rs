//! The files of a context, changes to them, and a request.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::Index;

use super::Names;
use super::engine::Request;
use crate::fake::LEFT;
use crate::harness::corpus;
use crate::harness::mutation::{Mutation, apply_all, mutation};
use crate::harness::workspace::{Files, Order, Workspace, within, workspaces};

/// What a build is asked for, and of what.
#[derive(Clone)]
pub(crate) struct Input {
    context: Files,
    /// Changes to files, one after the other.
    changes: Vec<(Index, Change)>,
    pub(crate) request: Request,
    /// The file that the service's build leaves, relative to the workspace.
    entry: String,
}

/// A change to a file.
#[derive(Clone, Debug)]
enum Change {
    Gone,
    Text(Vec<Mutation>),
}

/// A workspace that can be built, and a request.
#[derive(Clone)]
pub(crate) struct Usual {
    pub(crate) workspace: Workspace,
    request: Request,
}

/// Returns workspaces with anything in them and those of the fixtures, some of whose files were changed.
pub(crate) fn anything() -> impl Strategy<Value = Input> {
    let change = prop_oneof![
        1 => Just(Change::Gone),
        5 => prop::collection::vec(mutation(), 1..4).prop_map(Change::Text),
    ];
    let changes = prop_oneof![
        1 => Just(Vec::new()),
        2 => prop::collection::vec((any::<Index>(), change), 1..4),
    ];
    let given = prop_oneof![
        1 => workspaces(Names::Usual).prop_map(|made| (made.files(), made.manifest_path())),
        3 => workspaces(Names::Any).prop_map(|made| (made.files(), made.manifest_path())),
        2 => prop::sample::select(corpus::workspaces()),
    ];
    (given, changes, Request::any())
        .prop_map(|((context, manifest), changes, request)| Input::new(context, &manifest, changes, request))
}

/// Returns workspaces that can be built.
pub(crate) fn usual() -> impl Strategy<Value = Usual> {
    let parts = (workspaces(Names::Usual), Request::any());
    parts.prop_map(|(workspace, request)| Usual { workspace, request })
}

impl Usual {
    /// Returns the request on the workspace with its files in an order.
    pub(crate) fn input(&self, order: Order) -> Input {
        let manifest = self.workspace.manifest_path();
        Input::new(
            self.workspace.ordered(order),
            &manifest,
            Vec::new(),
            self.request.clone(),
        )
    }
}

impl Input {
    fn new(context: Files, manifest: &str, changes: Vec<(Index, Change)>, request: Request) -> Self {
        let directory = manifest.rsplit_once('/').map_or(".", |(directory, _)| directory);
        Self {
            context,
            changes,
            request: request.of(manifest),
            entry: within(directory, "dist/main.js"),
        }
    }

    /// Returns the files of the context, and those that finished steps and images would have.
    pub(crate) fn files(&self) -> Files {
        let mut files = self.context.clone();
        // What the engine has is not the author's to change.
        let paths: Vec<String> = files.keys().cloned().collect();
        for (index, change) in &self.changes {
            let path = index.get(&paths);
            match change {
                Change::Gone => _ = files.remove(path),
                Change::Text(mutations) => {
                    let text = files.remove(path).unwrap_or_default();
                    files.insert(path.clone(), apply_all(text, mutations));
                }
            }
        }
        let left = [
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
            ("etc/group", "root:x:0:root\n"),
            ("answer", "false"),
        ];
        for (path, text) in left.into_iter().chain(LEFT) {
            files.insert(path.to_owned(), text.as_bytes().to_vec());
        }
        files.insert(format!("app/{}", self.entry), Vec::new());
        // And with the service as `pnpm deploy` has it.
        files.insert("app/dist/main.js".to_owned(), Vec::new());
        files
    }
}

/// Shows the files, as somebody would need them to try the input by hand.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.request)?;
        for (path, text) in self.files() {
            writeln!(f, "--- {path:?}")?;
            match std::str::from_utf8(&text) {
                Ok(text) if !text.contains(|c: char| c.is_control() && c != '\n') => writeln!(f, "{text}")?,
                _ => writeln!(f, "b\"{}\"", text.escape_ascii())?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Usual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.input(Order::Forwards).fmt(f)
    }
}
