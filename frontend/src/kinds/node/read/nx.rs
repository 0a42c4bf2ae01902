//! Reads how Nx builds the projects of a closure that nothing else builds.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::part;
use crate::diagnostic::SourceFile;
use crate::gateway::Failure;
use crate::kinds::node::Workspace;
use crate::kinds::node::plan;
use crate::kinds::node::workspace::nx::{self, NxBuild, Plugin, Settings};
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
    let mut left = Vec::new();
    let places = places(workspace, service, importers);
    let settings = match places.is_empty() {
        true => None,
        false => tree.read_optional(&join(&workspace.root, "nx.json")).await?,
    };
    let paths: Vec<String> = match settings {
        Some(_) => places
            .iter()
            .map(|place| join(&place.directory, "project.json"))
            .collect(),
        None => Vec::new(),
    };
    let settings = settings
        .map(|file| Settings::parse(&file.text))
        .unwrap_or_default();
    let mut files = tree.read_all_optional(&paths).await?.into_iter();
    for place in places {
        let file = files.next().flatten();
        let package = workspace
            .projects
            .get(&place.importer)
            .filter(|_| place.application.is_none());
        let said = package.and_then(|project| nx::of_package(&project.manifest, &settings));
        match said.or_else(|| nx::of_project(&file?, &place.name, &settings)) {
            Some(found) => place.keep(workspace, found),
            None => left.push(place),
        }
    }
    let plugins = settings.plugins;
    if plugins.is_empty() || left.is_empty() {
        return Ok(());
    }
    let mut files = configuration(reader, options, context, (&plugins, &left)).await?;
    for place in left {
        let files = files.remove(&place.directory).unwrap_or_default();
        let of_root = |(path, file): (String, Arc<SourceFile>)| {
            (relative(&workspace.root, &path).unwrap_or(path), file)
        };
        let files: Vec<(String, Arc<SourceFile>)> = files.into_iter().map(of_root).collect();
        if let Some(found) = nx::of_plugins(&plugins, &files, &place.name) {
            place.keep(workspace, found);
        }
    }
    Ok(())
}

/// Returns the projects that nothing but Nx builds.
fn places(workspace: &Workspace, service: &str, importers: &[String]) -> Vec<Place> {
    let places = importers.iter().filter_map(|importer| {
        let manifest = &workspace.projects.get(importer)?.manifest;
        let application = workspace.application.as_ref().filter(|_| importer == service);
        let package = workspace.context_path(importer);
        match application {
            Some(application) => Some(Place {
                importer: importer.clone(),
                directory: join(&package, &application.directory),
                name: application.name.clone(),
                application: Some(application.directory.clone()),
            }),
            None => plan::may_be_built_by_nx(manifest).then(|| Place {
                importer: importer.clone(),
                directory: package,
                name: nx::name_in(manifest).unwrap_or_else(|| base_name(importer).to_owned()),
                application: None,
            }),
        }
    });
    places.collect()
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
        let own = relative(&workspace.root, &self.directory).unwrap_or_else(|| self.directory.clone());
        let output = found.output.take();
        let output = output.map(|output| {
            let output = output.replace("{projectRoot}", &own);
            output.replace("{projectName}", &found.name)
        });
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
