//! Applications that have no package.json of their own: those of Nest's monorepo mode and of Nx, which are directories of one
//! package that a tool builds by their names. Pure: text in, data out.

use serde_json::Value;

use super::nx::{output_path, parsed, stem};
use crate::path::{join, normalize};

/// An application of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its directory, relative to the package.
    pub directory: String,
    /// The program that builds it, and its arguments.
    pub build: [String; 3],
    /// Where its entry may lie after that, relative to the package, without an extension where that is not known.
    pub entries: Vec<String>,
    /// The file that lists it.
    pub listed_in: String,
}

/// Returns the applications of a `nest-cli.json`; none where it is that of one application.
pub fn of_nest(text: &str) -> Vec<Application> {
    let config = parsed(text);
    let projects = config.get("projects").and_then(Value::as_object);
    let applications = projects.into_iter().flatten().filter_map(|(name, project)| {
        let text = |key: &str| project.get(key).and_then(Value::as_str);
        let root = normalize(text("root").filter(|_| text("type") != Some("library"))?);
        let entry = text("entryFile").unwrap_or("main");
        Some(Application {
            name: name.clone(),
            build: ["nest", "build", name].map(str::to_owned),
            entries: vec![format!("dist/{root}/{entry}"), format!("dist/{root}/src/{entry}")],
            directory: root,
            listed_in: "nest-cli.json".to_owned(),
        })
    });
    applications.collect()
}

/// Returns the application of a `project.json`, which lies in `directory`; none for a library.
/// Source: `outputPath` and `main` are options of Nx's executors, `dist` beside the sources is the output of its plugins.
pub fn of_nx(text: &str, directory: &str) -> Option<Application> {
    let config = parsed(text);
    let text = |key: &str| config.get(key).and_then(Value::as_str);
    let name = text("name").filter(|_| text("projectType") != Some("library"))?;
    let options = config
        .get("targets")
        .and_then(|targets| targets.get("build")?.get("options"));
    let option = |key: &str| options.and_then(|options| options.get(key)?.as_str());
    let main = option("main").unwrap_or("src/main.ts");
    let stem = stem(main);
    let output = option("outputPath").map(output_path);
    let outputs = output
        .into_iter()
        .chain([join("dist", directory), join(directory, "dist")]);
    let entries = outputs.flat_map(|output| [format!("{output}/{stem}"), format!("{output}/src/{stem}")]);
    Some(Application {
        name: name.to_owned(),
        directory: normalize(directory),
        build: ["nx", "build", name].map(str::to_owned),
        entries: entries.collect(),
        listed_in: join(directory, "project.json"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nest_lists_applications_and_libraries() {
        let text = r#"{ "monorepo": true, "root": "apps/api", "projects": {
            "api": { "type": "application", "root": "apps/api", "entryFile": "main" },
            "worker": { "type": "application", "root": "./apps/worker/", "entryFile": "start" },
            "common": { "type": "library", "root": "libs/common" }, "odd": 1
        } }"#;
        let found = of_nest(text);
        let told: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|found| {
                (
                    found.name.as_str(),
                    found.directory.as_str(),
                    found.entries[0].as_str(),
                )
            })
            .collect();
        let expected = [
            ("api", "apps/api", "dist/apps/api/main"),
            ("worker", "apps/worker", "dist/apps/worker/start"),
        ];
        assert_eq!(told, expected);
        assert_eq!(found[1].build, ["nest", "build", "worker"]);
        for text in ["", "[]", "{\"entryFile\": \"main\"}", "{\"projects\": []}"] {
            assert_eq!(of_nest(text), [], "{text}");
        }
    }

    #[test]
    fn nx_says_where_an_application_is_written() {
        let text = r#"{ "name": "api", "projectType": "application",
            "targets": { "build": { "options": { "outputPath": "out/api", "main": "apps/api/src/server.ts" } } } }"#;
        let found = of_nx(text, "apps/api").unwrap();
        assert_eq!(
            found.entries[..3],
            ["out/api/server", "out/api/src/server", "dist/apps/api/server"]
        );
        let plain = of_nx(r#"{ "name": "api" }"#, "apps/api").unwrap();
        assert_eq!(plain.entries[0], "dist/apps/api/main");
        assert_eq!(plain.build, ["nx", "build", "api"]);
        assert_eq!(
            of_nx(r#"{ "name": "a", "projectType": "library" }"#, "libs/a"),
            None
        );
        assert_eq!(of_nx("{}", "libs/a"), None);
    }
}
