//! Reads what tells more of a static site: what lies in the package's directory, and the web server's configuration that the
//! manifest names.

use std::sync::Arc;

use super::part;
use crate::diagnostic::{Diagnostic, SourceFile, names};
use crate::gateway::Failure;
use crate::kinds::node::Workspace;
use crate::kinds::node::plan::site;
use crate::kinds::node::workspace::SiteFiles;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::path::{join, leaves, normalize};
use crate::pattern::{chooses, literal};
use crate::source::{Context, Reader};

/// Adds to the service what lies in its directory, where that has to be looked at.
///
/// # Errors
/// A file that the manifest names and that is not there, and whatever the engine answers.
pub(super) async fn load(
    reader: &Reader,
    options: &Options,
    context: &Context,
    (workspace, service, manifest): (&mut Workspace, &str, &Manifest),
) -> Result<(), Failure> {
    let package = workspace.context_path(service);
    let application = workspace
        .application
        .as_ref()
        .map(|application| application.directory.clone());
    let directory = match &application {
        Some(application) => join(&package, application),
        None => package,
    };
    let Some(project) = workspace.projects.get_mut(service) else {
        return Ok(());
    };
    let nginx = manifest.site.nginx.as_ref();
    // What the workspace's defaults name is for sites alone.
    if !site::is_looked_at(manifest, project) {
        return Ok(());
    }
    let nginx = nginx.map(|path| normalize(&join(&directory, path.as_str())));
    let main = project
        .manifest
        .main
        .as_deref()
        .filter(|_| application.is_none())
        .map(|main| join(&directory, main));
    let main = main.filter(|main| !leaves(main));
    let looked_at = site::tools::LOOKED_AT.map(|name| join(&literal(&directory), name));
    let named = nginx.iter().chain(&main).map(|path| literal(path));
    let include: Vec<String> = looked_at.into_iter().chain(named).collect();
    let name = "[internal] load what tells more of a site";
    let tree = reader
        .tree(options, &part(context, name, "vextrus-site", &include))
        .await?;
    let mut found = SiteFiles::default();
    for name in tree.list(&directory).await? {
        if name.ends_with('/') || !chooses(site::tools::LOOKED_AT, &name) {
            continue;
        }
        let text = tree.read_optional(&join(&directory, &name)).await?;
        found.files.insert(name, text);
    }
    if let (Some(path), Some(main)) = (&main, &project.manifest.main)
        && tree.exists(path).await?
    {
        found.files.insert(join(".", main), None);
    }
    if let Some(path) = nginx {
        let file: Option<Arc<SourceFile>> = match leaves(&path) {
            true => None,
            false => tree.read(&path).await?,
        };
        let missing = || {
            let message = format!(
                "{path} is not in the build context; write a path from the package's directory to the configuration of nginx"
            );
            Diagnostic::named(names::MISSING_FILE, message).at(manifest.nearest_place("static.nginx"))
        };
        found.nginx = Some(file.ok_or_else(missing)?);
    }
    project.site = found;
    Ok(())
}
