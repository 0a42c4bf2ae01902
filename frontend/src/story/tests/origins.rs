//! Every step comes from a line of the user's files.

use super::*;

#[tokio::test]
async fn every_step_has_a_place() {
    for target in ["runtime", "deps", "build", "test", "lint", "dev"] {
        let mut files = example();
        // Nobody lints in the example.
        let path = "services/auth/package.json";
        let package = String::from_utf8(files[path].clone()).unwrap();
        let package = package.replace(
            "\"build\":",
            "\"lint\": \"true\", \"test\": \"true\", \"dev\": \"true\", \"build\":",
        );
        files.insert(path.to_owned(), package.into_bytes());
        let options = Options {
            target: Some(target.to_owned()),
            ..request("auth")
        };
        let image = run(engine(files), options).await.unwrap().image();
        for vertex in image.vertices() {
            let name = vertex
                .metadata
                .and_then(|metadata| metadata.description.get("llb.customname"));
            assert!(!vertex.locations.is_empty(), "{target}: {name:?} has no place");
        }
    }
}

#[tokio::test]
async fn each_file_is_in_the_definition_once() {
    let image = built(example(), "auth").await.image();
    let names: Vec<&str> = image
        .sources()
        .iter()
        .map(|file| file.filename.as_str())
        .collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len(), "{names:?}");
    assert!(distinct.contains("services/auth/package.json"), "{names:?}");
}
