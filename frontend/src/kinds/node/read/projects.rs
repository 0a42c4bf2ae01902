//! Reads what only the projects of a closure need: the configuration of their tools.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::try_join_all;

use crate::diagnostic::{Diagnostic, Place, SourceFile, names};
use crate::gateway::Failure;
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::tools::{Nest, required_variables};
use crate::kinds::node::workspace::tsconfig::{
    Follower, LONGEST_CHAIN, Lookup, Packages, Scan, builds_by_references,
};
use crate::kinds::node::workspace::{ImporterId, Prisma};
use crate::path::{base_name, join, leaves};
use crate::source::Tree;

/// Reads what only the projects of the closure need: TypeScript's and Nest's configuration. `more` has files of the context
/// that the workspace's metadata is without, since nobody knows their names before.
///
/// # Errors
/// Whatever the engine answers.
pub(super) async fn load(
    tree: &Tree,
    more: impl AsyncFn(&[String]) -> Result<Tree, Failure>,
    workspace: &mut Workspace,
    closure: &BTreeSet<ImporterId>,
) -> Result<(), Failure> {
    let more = &more;
    let packages = workspace.projects.iter().filter_map(|(id, project)| {
        let manifest = &project.manifest;
        Some((manifest.name.as_deref()?, (workspace.context_path(id), manifest)))
    });
    let packages: &Packages<'_> = &packages.collect();
    // A build of the whole workspace says in the root's configuration what it is of.
    let root = workspace.projects.get_key_value(".");
    let root = root.filter(|(id, root)| !closure.contains(*id) && builds_by_references(&root.manifest));
    let ids = closure.iter().filter(|id| workspace.projects.contains_key(*id));
    let scans = ids.chain(root.map(|(id, _)| id)).map(|importer| {
        let directory = workspace.context_path(importer);
        async move {
            // Its listing tells which of the files that are looked for are not there.
            let names = tree.list(&directory).await?;
            let (typescript, nest, prisma, turbo) = tokio::try_join!(
                typescript(tree, more, packages, &directory, &names),
                nest_of(tree, &directory),
                prisma(tree, &directory),
                turbo(tree, importer, &directory),
            )?;
            Ok::<_, Failure>((importer.clone(), typescript, nest, prisma, turbo))
        }
    });
    for (importer, typescript, nest, prisma, turbo) in try_join_all(scans).await? {
        workspace.existing.extend(typescript.configs.keys().cloned());
        if let Some(project) = workspace.projects.get_mut(&importer) {
            project.typescript = typescript;
            project.nest = nest;
            project.prisma = prisma;
            let name = project.name(&importer);
            if let Some(file) = turbo {
                workspace.tasks.add(&name, &file);
            }
        }
    }
    Ok(())
}

/// Follows the TypeScript configurations of one project, reading what turns up on the way.
async fn typescript(
    tree: &Tree,
    more: &impl AsyncFn(&[String]) -> Result<Tree, Failure>,
    packages: &Packages<'_>,
    directory: &str,
    names: &[String],
) -> Result<Scan, Failure> {
    let mut named: BTreeMap<String, Option<Arc<SourceFile>>> = BTreeMap::new();
    let start: Vec<String> = names
        .iter()
        .filter(|name| is_usual(name))
        .map(|name| join(directory, name))
        .collect();
    let mut follower = Follower::new(&start);
    loop {
        let unknown = follower.advance(packages, |path| {
            match named.get(path).cloned().or_else(|| tree.known(path)) {
                Some(Some(file)) => Lookup::Text(file.text.clone()),
                Some(None) => Lookup::Absent,
                None => Lookup::Unknown,
            }
        });
        if unknown.is_empty() {
            let scanned = follower.finish();
            return scanned.map_err(|last| too_long(&start, &last, tree).into());
        }
        // Each round reads at least one file that was not read before, and a chain has an end.
        let (outside, inside): (Vec<String>, Vec<String>) =
            unknown.into_iter().partition(|path| leaves(path));
        let (usual, others): (Vec<String>, Vec<String>) =
            inside.into_iter().partition(|path| is_usual(base_name(path)));
        tree.read_all_optional(&usual).await?;
        if !others.is_empty() {
            let texts = more(&others).await?.read_all_optional(&others).await?;
            named.extend(others.into_iter().zip(texts));
        }
        for path in &outside {
            tree.note_absent(path);
        }
    }
}

/// Whether the workspace's metadata has the configurations of this name.
fn is_usual(name: &str) -> bool {
    name.starts_with("tsconfig") && name.ends_with(".json")
}

/// Returns the mistake of configurations that lead from one to the next without an end in sight.
fn too_long(start: &[String], last: &str, tree: &Tree) -> Diagnostic {
    let message = format!(
        "more than {LONGEST_CHAIN} configurations of TypeScript follow from {} by `extends` and `references`, one from \
         the other; have them extend a common one",
        start.join(" and ")
    );
    let diagnostic = Diagnostic::named(names::LONG_CHAIN, message);
    match tree.known(last).flatten() {
        Some(file) => diagnostic.at(Place::of_line(&file, 1)),
        None => diagnostic,
    }
}

/// Returns the Prisma schema of a project, which lies in one of the places that Prisma itself looks into.
async fn prisma(tree: &Tree, directory: &str) -> Result<Option<Prisma>, Failure> {
    let mut names = Vec::new();
    for place in ["", "prisma", "prisma/schema"] {
        let path = join(directory, place);
        names.extend(tree.list(if path == "." { "" } else { &path }).await?);
    }
    if !names.iter().any(|name| name.ends_with(".prisma")) {
        return Ok(None);
    }
    let configs = names.iter().filter(|name| name.starts_with("prisma.config."));
    let configs: Vec<String> = configs.map(|name| join(directory, name)).collect();
    let texts = tree.read_all_optional(&configs).await?.into_iter().flatten();
    let variables = texts.flat_map(|file| required_variables(&file.text)).collect();
    Ok(Some(Prisma { variables }))
}

/// Returns what the project's `nest-cli.json` says, where it has one.
async fn nest_of(tree: &Tree, directory: &str) -> Result<Option<Nest>, Failure> {
    let file = tree.read_optional(&join(directory, "nest-cli.json")).await?;
    Ok(file.map(|file| Nest::parse(&file.text)))
}

/// Returns a package's own `turbo.json`; the root's is the workspace's.
async fn turbo(tree: &Tree, importer: &str, directory: &str) -> Result<Option<Arc<SourceFile>>, Failure> {
    if importer == "." {
        return Ok(None);
    }
    tree.read_optional(&join(directory, "turbo.json")).await
}
