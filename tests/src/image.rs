//! Images: what they say of themselves, their layers, their files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::{Container, Docker, Tree};

/// The time to write or read a whole image.
const TRANSFER_LIMIT: Duration = Duration::from_secs(300);

/// An image in an engine; a built one is removed in the end.
#[derive(Debug)]
pub struct Image {
    pub(crate) docker: Docker,
    pub(crate) name: String,
    digest: String,
    built: bool,
}

/// A layer as it is pushed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layer {
    /// The digest of its blob.
    pub digest: String,
    /// The size of its blob in bytes.
    pub size: u64,
}

impl Image {
    pub(crate) fn tagged(docker: Docker, name: String, digest: String) -> Self {
        Self {
            docker,
            name,
            digest,
            built: true,
        }
    }

    /// Returns an image that the engine has.
    pub fn existing(docker: &Docker, name: &str) -> Self {
        let digest = docker
            .command(["image", "inspect", "--format", "{{.Id}}", name])
            .output();
        Self {
            docker: docker.clone(),
            name: name.to_owned(),
            digest,
            built: false,
        }
    }

    /// Returns the digest that names all of the image.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns what `docker image inspect` says.
    pub fn inspect(&self) -> Value {
        let text = self
            .docker
            .command(["image", "inspect", "--format", "{{json .}}", &self.name])
            .output();
        serde_json::from_str(&text).expect("docker prints JSON")
    }

    /// Returns the digests of the unpacked layers.
    pub fn diff_ids(&self) -> Vec<String> {
        let inspected = self.inspect();
        let layers = inspected["RootFS"]["Layers"]
            .as_array()
            .expect("an image has layers");
        layers
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    /// Returns the layers in order, with the sizes that they are kept and pushed with.
    pub fn layers(&self) -> Vec<Layer> {
        let archive = NamedTempFile::new().expect("a temporary file");
        let path = archive.path().to_str().expect("a path in UTF-8");
        let save = ["image", "save", "--output", path, &self.name];
        let _ = self
            .docker
            .command(save)
            .within(TRANSFER_LIMIT)
            .finish()
            .succeeded();
        let index = member(archive.path(), "index.json");
        let manifest = index["manifests"][0]["digest"]
            .as_str()
            .expect("the index names a manifest");
        let manifest = member(archive.path(), &format!("blobs/{}", manifest.replace(':', "/")));
        let layers = manifest["layers"].as_array().expect("the manifest has layers");
        let layer = |layer: &Value| Layer {
            digest: layer["digest"].as_str().expect("a layer has a digest").to_owned(),
            size: layer["size"].as_u64().expect("a layer has a size"),
        };
        layers.iter().map(layer).collect()
    }

    /// Returns the bytes that a registry which has `before` would be sent.
    pub fn bytes_beyond(&self, before: &Image) -> u64 {
        let known: BTreeSet<Layer> = before.layers().into_iter().collect();
        self.layers()
            .iter()
            .filter(|layer| !known.contains(layer))
            .map(|layer| layer.size)
            .sum()
    }

    /// Returns every file of the image.
    pub fn files(&self) -> Tree {
        let container = self.docker.command(["create", &self.name]).output();
        let archive = NamedTempFile::new().expect("a temporary file");
        let path = archive.path().to_str().expect("a path in UTF-8");
        let exported = self
            .docker
            .command(["export", "--output", path, &container])
            .within(TRANSFER_LIMIT)
            .finish();
        let _ = self.docker.command(["rm", &container]).finish();
        let _ = exported.succeeded();
        Tree::read(File::open(archive.path()).expect("the export is there"))
    }

    /// Prepares a container of the image, locked down.
    pub fn container(&self) -> Container {
        Container::of(self)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        if self.built
            && !self
                .docker
                .command(["image", "rm", "--force", &self.name])
                .succeeds()
        {
            eprintln!("the image {} was not removed", self.name);
        }
    }
}

/// Reads a JSON file of an archive.
fn member(archive: &Path, name: &str) -> Value {
    let mut archive = tar::Archive::new(File::open(archive).expect("the archive is there"));
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("a tar archive");
        if entry.path_bytes().as_ref() == name.as_bytes() {
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("text");
            return serde_json::from_str(&text).expect("JSON");
        }
    }
    panic!("the image's archive has no {name}");
}
