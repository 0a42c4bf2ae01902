//! Pages of a site among the files of a service.

use crate::gateway::{Failure, Gateway, Reference};
use crate::path::join;

/// Folders that tools write pages into, wherever those of the repository lie.
const OUTPUTS: [&str; 4] = ["dist", "build", "out", "www"];
/// Further ones, which no listing of a package's directory shows.
const DEEPER: [&str; 3] = ["dist/client", "build/client", ".output/public"];
/// How many folders are looked into.
const MOST: usize = 64;

/// Returns a page that the files of a service have, from its directory: in the folders that tools write; unless `only_usual`
/// in any other of its directory, or one level below.
pub(super) async fn find(
    gateway: &Gateway,
    reference: &Reference,
    directory: &str,
    only_usual: bool,
) -> Result<Option<String>, Failure> {
    let mut folders: Vec<String> = OUTPUTS.map(str::to_owned).into();
    if !only_usual {
        folders.extend(DEEPER.map(str::to_owned));
    }
    let mut looked = 0;
    while looked < folders.len().min(MOST) {
        let folder = folders.get(looked).cloned().unwrap_or_default();
        looked += 1;
        let page = join(&folder, "index.html");
        if gateway.stat(reference, &join(directory, &page)).await?.is_some() {
            return Ok(Some(page));
        }
        if looked == OUTPUTS.len() + DEEPER.len() && !only_usual {
            let first = below(gateway, reference, directory, "").await?;
            folders.extend(first.iter().cloned());
            for folder in &first {
                folders.extend(below(gateway, reference, directory, folder).await?);
            }
        }
    }
    Ok(None)
}

/// Returns the folders in one, without those that are hidden or hold packages.
async fn below(
    gateway: &Gateway,
    reference: &Reference,
    directory: &str,
    folder: &str,
) -> Result<Vec<String>, Failure> {
    let path = join(directory, folder);
    if gateway
        .stat(reference, &path)
        .await?
        .is_none_or(|stat| !stat.is_dir)
    {
        return Ok(Vec::new());
    }
    let entries = gateway.read_dir(reference, &path, None).await?.into_iter();
    let folders = entries.filter(|entry| entry.is_dir && entry.path != "node_modules");
    let folders = folders.filter(|entry| !entry.path.starts_with('.'));
    Ok(folders.map(|entry| join(folder, &entry.path)).collect())
}

/// Returns whether a page loads a script by its name, beside itself or at the root.
pub(super) fn loads(page: &str, script: &str) -> bool {
    let mut asked = page.split("<script").skip(1);
    asked.any(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        let source = tag.split("src=").nth(1).unwrap_or_default();
        let source = source.trim_start_matches(['"', '\'']);
        let source = source
            .split(['"', '\'', ' ', '?', '#'])
            .next()
            .unwrap_or_default();
        source.rsplit('/').next() == Some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_loads_what_its_scripts_name() {
        for page in [
            "<script defer=\"defer\" src=\"main.js\"></script>",
            "<p>\n<script src=/app/main.js?v=1></script>",
            "<script\n type='module' src='./main.js'>",
        ] {
            assert!(loads(page, "main.js"), "{page}");
        }
        for page in [
            "",
            "main.js",
            "<script>src=main</script>",
            "<script src=\"domain.js\">",
            "<script src=\"a.js\"> main.js",
        ] {
            assert!(!loads(page, "main.js"), "{page}");
        }
    }
}
