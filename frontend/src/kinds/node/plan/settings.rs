//! Who reads a service's tsconfig.json where it runs, and what that takes beside the file.

use std::collections::BTreeSet;

use super::command::Inferred;
use crate::kinds::node::workspace::Project;

/// Packages that read a tsconfig.json when they are loaded. Strapi looks there for the directory of what is compiled.
const READERS: [&str; 8] = [
    "@strapi/strapi",
    "@swc-node/register",
    "esbuild-register",
    "jiti",
    "ts-node",
    "tsconfig-paths",
    "tsimp",
    "tsx",
];

/// Returns the package that reads the settings of a service as it is started.
pub(super) fn reader<'a>(project: &Project, command: &'a Inferred) -> Option<&'a str> {
    // What looks up mapped paths is loaded by the command, or by the service's own code.
    let is_loaded = |name: &&str| project.manifest.dependencies.contains_key(*name);
    let loaded = Some("tsconfig-paths").filter(is_loaded);
    let mut programs = command.programs.iter().map(String::as_str);
    programs.find(|program| READERS.contains(program)).or(loaded)
}

/// Returns the packages whose settings those of the service extend, where they are read: as a rule nobody calls them
/// dependencies of what runs.
pub(super) fn extended(project: &Project, command: &Inferred) -> BTreeSet<String> {
    match command.runs_sources || reader(project, command).is_some() {
        true => project.typescript.packages.clone(),
        false => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;
    use crate::diagnostic::SourceFile;
    use crate::kinds::node::workspace::PackageJson;

    #[test]
    fn packages_with_settings_are_there_where_those_are_read() {
        for (start, is_read) in [
            ("tsx src/main.ts", true),
            ("ts-node -P tsconfig.server.json src/main.ts", true),
            ("node -r @swc-node/register src/main.ts", true),
            ("node -r tsconfig-paths/register dist/main.js", true),
            ("jiti src/main", true),
            ("node dist/main.js", false),
            ("next start", false),
        ] {
            let text = format!(r#"{{ "name": "a", "scripts": {{ "start": "{start}" }} }}"#);
            let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
            let mut project = Project::new(manifest);
            project.typescript.packages.insert("@org/tsconfig".to_owned());
            let command = command::infer(&project.manifest, (None, None), ".", &[]);
            assert_eq!(
                extended(&project, &command).len(),
                usize::from(is_read),
                "{start}"
            );
        }
    }
}
