//! The same workspace by another package manager: of npm's one of pnpm, with the same packages at the same versions.

use std::fs;

use serde_json::Value;
use vextrus_e2e::{Docker, Workspace};

use crate::manager::Manager;
use crate::scale::workspace::PNPM;

/// The image that pnpm runs in.
const IMAGE: &str = "node:22-bookworm-slim";

/// Makes a workspace of npm one of pnpm, which takes over npm's lockfile.
///
/// # Errors
/// What pnpm said, or the file that is not as npm has it.
pub(crate) fn of_pnpm(docker: &Docker, workspace: &Workspace) -> Result<(), String> {
    rewrite(workspace)?;
    Manager::Pnpm(PNPM.to_owned()).run(docker, IMAGE, workspace, "pnpm import")?;
    workspace.remove(Manager::Npm(None).lockfile());
    Ok(())
}

/// Writes the manifests as pnpm wants them: it reads members from a file of its own, and takes one that is asked for
/// by a range from the registry.
fn rewrite(workspace: &Workspace) -> Result<(), String> {
    let mut root = manifest(workspace, "package.json")?;
    let patterns = root.get("workspaces").and_then(Value::as_array);
    let patterns: Vec<String> = patterns
        .into_iter()
        .flatten()
        .filter_map(|pattern| pattern.as_str().map(str::to_owned))
        .collect();
    let mut members = Vec::new();
    for file in patterns.iter().flat_map(|pattern| files(workspace, pattern)) {
        members.push((manifest(workspace, &file)?, file));
    }
    let names: Vec<Value> = members.iter().map(|(member, _)| member["name"].clone()).collect();
    for (member, file) in &mut members {
        let dependencies = member["dependencies"].as_object_mut();
        for (name, range) in dependencies.into_iter().flatten() {
            if names.iter().any(|member| *member == name.as_str()) {
                *range = "workspace:*".into();
            }
        }
        workspace.write(file, member.to_string());
    }
    if let Some(root) = root.as_object_mut() {
        root.remove("workspaces");
        root.insert("packageManager".to_owned(), format!("pnpm@{PNPM}").into());
    }
    let packages: String = patterns
        .iter()
        .map(|pattern| format!("  - '{pattern}'\n"))
        .collect();
    workspace
        .write("package.json", root.to_string())
        .write("pnpm-workspace.yaml", format!("packages:\n{packages}"));
    Ok(())
}

/// Returns the manifests of a pattern: a directory, or all in one.
fn files(workspace: &Workspace, pattern: &str) -> Vec<String> {
    let Some(parent) = pattern.strip_suffix("/*") else {
        return vec![format!("{pattern}/package.json")];
    };
    let entries = fs::read_dir(workspace.path(parent))
        .into_iter()
        .flatten()
        .flatten();
    let files = entries.map(|entry| format!("{parent}/{}/package.json", entry.file_name().to_string_lossy()));
    files.filter(|file| workspace.path(file).is_file()).collect()
}

fn manifest(workspace: &Workspace, file: &str) -> Result<Value, String> {
    serde_json::from_str(&workspace.read(file)).map_err(|error| format!("{file}: {error}"))
}

#[cfg(test)]
mod tests {
    use vextrus_e2e::{Workspace, repository};

    use super::{manifest, rewrite};

    #[test]
    fn members_are_asked_for_as_such_and_all_else_stays() {
        let workspace = Workspace::tracked(&repository().join("examples/shop"));
        rewrite(&workspace).unwrap();
        let of = |file: &str| manifest(&workspace, file).unwrap();
        let api = of("apps/api/package.json");
        assert_eq!(api["dependencies"]["@shop/pricing"], "workspace:*");
        assert_eq!(api["dependencies"]["fastify"], "^5.2.0");
        assert_eq!(api["scripts"]["build"], "tsc");
        let root = of("package.json");
        assert_eq!(
            (root.get("workspaces"), &root["packageManager"]),
            (None, &"pnpm@9.15.9".into())
        );
        assert_eq!(
            workspace.read("pnpm-workspace.yaml"),
            "packages:\n  - 'apps/*'\n  - 'packages/*'\n"
        );
    }
}
