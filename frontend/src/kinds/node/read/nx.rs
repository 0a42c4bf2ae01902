//! Reads how Nx builds the projects of a closure that nothing else builds.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::part;
use crate::diagnostic::SourceFile;
use crate::gateway::Failure;
use crate::kinds::node::Workspace;
use crate::kinds::node::plan;
use crate::kinds::node::workspace::nx::{self, NxBuild, Plugin};
use crate::options::Options;
use crate::path::{base_name, join, relative};
use crate::pattern::literal;
use crate::source::{Context, Reader, Tree};

/// Adds to projects how Nx builds them; `service` is the one whose application without a package.json is built, where it is
/// one.
///
/// # Errors
/// Whatever the engine answers.
pub(super) async fn load(
    reader: &Reader,
    options: &Options,
    (context, tree): (&Context, &Tree),
    workspace: &mut Workspace,
    (service, importers): (&str, &[String]),
) -> Result<(), Failure> {
    let application = workspace.application.clone();
    let is_its = |importer: &&String| match (&application, workspace.projects.get(*importer)) {
        (Some(_), _) if *importer == service => true,
        (_, project) => project.is_some_and(|project| plan::may_be_built_by_nx(&project.manifest)),
    };
    let its: Vec<String> = importers.iter().filter(is_its).cloned().collect();
    let settings = match its.is_empty() {
        true => None,
        false => tree.read_optional(&join(&workspace.root, "nx.json")).await?,
    };
    let mut left: Vec<Place> = Vec::new();
    for importer in its {
        let application = application.as_ref().filter(|_| importer == service);
        let Some(project) = workspace.projects.get(&importer) else {
            continue;
        };
        let directory = match application {
            Some(application) => join(&workspace.context_path(&importer), &application.directory),
            None => workspace.context_path(&importer),
        };
        let name = application.map(|application| application.name.clone());
        let name = name.or_else(|| nx::name_in(&project.manifest));
        let place = Place {
            name: name.unwrap_or_else(|| base_name(&importer).to_owned()),
            application: application.map(|application| application.directory.clone()),
            importer,
            directory,
        };
        let said = match application {
            Some(_) => None,
            None => nx::of_package(&project.manifest),
        };
        let said = match (said, &settings) {
            (None, Some(_)) => {
                let file = tree
                    .read_optional(&join(&place.directory, "project.json"))
                    .await?;
                file.and_then(|file| nx::of_project(&file, &place.name))
            }
            (said, _) => said,
        };
        match said {
            Some(found) => place.keep(workspace, found),
            None => left.push(place),
        }
    }
    let plugins = settings.map(|file| nx::plugins(&file.text)).unwrap_or_default();
    if plugins.is_empty() || left.is_empty() {
        return Ok(());
    }
    let mut files = configuration(reader, options, context, (&plugins, &left)).await?;
    for place in left {
        let files = files.remove(&place.directory).unwrap_or_default();
        let files: Vec<(String, Arc<SourceFile>)> = files
            .into_iter()
            .map(|(path, file)| (relative(&workspace.root, &path).unwrap_or(path), file))
            .collect();
        if let Some(found) = nx::of_plugins(&plugins, &files, &place.name) {
            place.keep(workspace, found);
        }
    }
    Ok(())
}

/// A project that Nx may build.
struct Place {
    importer: String,
    /// Its directory in the context.
    directory: String,
    /// The name by which Nx knows it.
    name: String,
    /// Its directory in the package, where it is an application without a package.json.
    application: Option<String>,
}

impl Place {
    fn keep(self, workspace: &mut Workspace, mut found: NxBuild) {
        let from = workspace.context_path(&self.importer);
        let from = if from.is_empty() { "." } else { &from };
        let output = found.output.take();
        found.output = output.and_then(|output| relative(from, &join(&workspace.root, &output)));
        found.directory = self.application;
        if let Some(project) = workspace.projects.get_mut(&self.importer) {
            project.nx = Some(found);
        }
    }
}

/// Returns the files that plugins look for, by the directory that they lie in.
async fn configuration(
    reader: &Reader,
    options: &Options,
    context: &Context,
    (plugins, places): (&[Plugin], &[Place]),
) -> Result<BTreeMap<String, Vec<(String, Arc<SourceFile>)>>, Failure> {
    let pairs = places
        .iter()
        .flat_map(|place| plugins.iter().map(move |plugin| (place, plugin)));
    let include: Vec<String> = pairs
        .map(|(place, plugin)| {
            join(
                &literal(&place.directory),
                &format!("{}*", literal(&plugin.config)),
            )
        })
        .collect();
    let name = "[internal] load configuration of Nx's projects";
    let tree = reader
        .tree(options, &part(context, name, "vextrus-nx", &include))
        .await?;
    let mut found = BTreeMap::new();
    for place in places {
        let names = tree.list(&place.directory).await?;
        let names = names.iter().filter(|name| {
            let mut plugins = plugins.iter();
            plugins.any(|plugin| name.starts_with(&plugin.config))
        });
        let paths: Vec<String> = names.map(|name| join(&place.directory, name)).collect();
        let texts = tree.read_all_optional(&paths).await?;
        let files = paths.into_iter().zip(texts);
        let files = files.filter_map(|(path, file)| Some((path, file?)));
        found.insert(place.directory.clone(), files.collect());
    }
    Ok(found)
}
