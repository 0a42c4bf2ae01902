//! Several builds at once with plain `docker buildx bake`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::build::{BUILD_LIMIT, digest, read_json, still_running, unique_tag};
use crate::{Docker, Image, Progress, Workspace};

/// A bake that succeeded.
#[derive(Debug)]
pub struct Baked {
    /// What it made, by target.
    pub images: BTreeMap<String, Image>,
    /// What the engine did.
    pub progress: Progress,
    /// How long the client took.
    pub took: Duration,
}

impl Docker {
    /// Builds several services of the example in one `docker buildx bake`, by its own bake file.
    pub fn bake(&self, workspace: &Workspace, services: &[&str]) -> (BTreeMap<String, Image>, Progress) {
        let baked = self.bake_with(workspace, &[], services, BUILD_LIMIT);
        (baked.images, baked.progress)
    }

    /// Builds the targets of a bake definition, an object of targets by their names; a failure fails the test.
    pub fn bake_by(&self, workspace: &Workspace, targets: &Value, limit: Duration) -> Baked {
        let names = targets.as_object().into_iter().flat_map(|targets| targets.keys());
        let names: Vec<&str> = names.map(String::as_str).collect();
        let mut file = NamedTempFile::with_suffix(".json").expect("a temporary file");
        let definition = serde_json::json!({ "target": targets });
        file.write_all(definition.to_string().as_bytes())
            .expect("a file is written");
        let path = file.path().to_str().expect("a path in UTF-8");
        // The definition lies outside of the workspace, where the builds' files may lie too.
        self.bake_with(workspace, &["--allow=fs.read=*", "--file", path], &names, limit)
    }

    fn bake_with(&self, workspace: &Workspace, flags: &[&str], targets: &[&str], limit: Duration) -> Baked {
        let metadata = NamedTempFile::new().expect("a temporary file");
        let metadata_path = metadata.path().to_str().expect("a path in UTF-8").to_owned();
        let tags: BTreeMap<String, String> = targets
            .iter()
            .map(|target| ((*target).to_owned(), unique_tag()))
            .collect();
        let overrides = tags
            .iter()
            .map(|(target, tag)| format!("--set={target}.tags={tag}"));
        let finished = self
            .command([
                "buildx",
                "bake",
                "--progress=rawjson",
                "--provenance=false",
                "--load",
            ])
            .args(["--metadata-file", &metadata_path])
            .args(flags)
            .args(overrides)
            .args(targets)
            .directory(workspace.root())
            .within(limit)
            .last_words(still_running)
            .finish();
        let progress = Progress::parse(&finished.stderr);
        assert!(
            finished.status.success(),
            "the bake failed:\n{}\n{}",
            progress.log(),
            progress.text()
        );
        let metadata = read_json(&metadata);
        let images = tags.into_iter().map(|(target, tag)| {
            let digest = digest(&metadata[&target]);
            (target, Image::tagged(self.clone(), tag, digest))
        });
        Baked {
            images: images.collect(),
            progress,
            took: finished.took,
        }
    }
}
