//! Images: what they say of themselves, their layers, their files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Container, Docker, Invocation, Tree};

/// The time to write or read a whole image.
const TRANSFER_LIMIT: Duration = Duration::from_secs(600);

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

    /// Returns the name that the engine knows it by.
    pub fn name(&self) -> &str {
        &self.name
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

    /// Returns the client of the engine that has it.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Returns the bytes of the whole image, compressed as registries keep it.
    pub fn compressed_size(&self) -> u64 {
        let gzip = Invocation::new("gzip")
            .args(["--stdout"])
            .input(self.save().open());
        gzip.finish().succeeded().stdout.len() as u64
    }

    /// Returns the image's configuration as the registry has it.
    pub fn config(&self) -> Value {
        let archive = self.save();
        let manifest = archive.manifest();
        archive.blob(&manifest["config"])
    }

    /// Returns the layers in order, with the sizes that they are kept and pushed with.
    pub fn layers(&self) -> Vec<Layer> {
        self.save().layers()
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

    pub(crate) fn save(&self) -> Archive {
        Archive::save(&self.docker, &[&self.name])
    }

    /// Returns every file of the image.
    pub fn files(&self) -> Tree {
        let container = self.docker.command(["create", &self.name]).output();
        let archive = Archive::new();
        let exported = self
            .docker
            .command(["export", "--output", archive.path(), &container])
            .within(TRANSFER_LIMIT)
            .finish();
        let _ = self.docker.command(["rm", &container]).finish();
        let _ = exported.succeeded();
        Tree::read(archive.open())
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

/// A tar file that docker writes; it replaces a file that is there, so this one has a directory of its own.
pub(crate) struct Archive {
    _directory: TempDir,
    path: String,
}

impl Archive {
    fn new() -> Self {
        let directory = TempDir::with_prefix("vextrus-e2e-").expect("a temporary directory");
        let path = directory
            .path()
            .join("archive.tar")
            .to_str()
            .expect("a path in UTF-8")
            .to_owned();
        Self {
            _directory: directory,
            path,
        }
    }

    /// Writes images, what they share once.
    pub(crate) fn save(docker: &Docker, names: &[&str]) -> Self {
        let archive = Self::new();
        let save = docker.command(["image", "save", "--output", archive.path()]);
        let _ = save.args(names).within(TRANSFER_LIMIT).finish().succeeded();
        archive
    }

    fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn open(&self) -> File {
        File::open(&self.path).expect("the archive is there")
    }

    /// Reads the layers of the only image in order, with the sizes that they are kept with.
    pub(crate) fn layers(&self) -> Vec<Layer> {
        layers(&self.manifest())
    }

    /// Reads the layers of the image of a name, as `layers` does.
    pub(crate) fn layers_of(&self, name: &str) -> Vec<Layer> {
        let index = self.member("index.json");
        let images = index["manifests"].as_array().expect("the archive has images");
        let full_name = |image: &Value| image["annotations"]["io.containerd.image.name"].clone();
        let named = |image: &&Value| full_name(image).as_str().is_some_and(|full| full.ends_with(name));
        let image = images.iter().find(named);
        let image = image.unwrap_or_else(|| panic!("the archive has no image {name}"));
        layers(&self.blob(&self.own_platform(image)))
    }

    /// Returns the descriptor of the image for the machine's platform where a descriptor names several: the first.
    fn own_platform(&self, descriptor: &Value) -> Value {
        let named = self.blob(descriptor);
        match named["manifests"]
            .as_array()
            .and_then(|manifests| manifests.first())
        {
            Some(first) => first.clone(),
            None => descriptor.clone(),
        }
    }

    /// Reads the image's manifest.
    fn manifest(&self) -> Value {
        let index = self.member("index.json");
        self.blob(&self.own_platform(&index["manifests"][0]))
    }

    /// Reads what a descriptor names.
    fn blob(&self, descriptor: &Value) -> Value {
        let digest = descriptor["digest"].as_str().expect("a descriptor has a digest");
        self.member(&format!("blobs/{}", digest.replace(':', "/")))
    }

    /// Reads a JSON file.
    fn member(&self, name: &str) -> Value {
        let mut archive = tar::Archive::new(self.open());
        for entry in archive.entries_with_seek().expect("a tar archive") {
            let mut entry = entry.expect("a tar archive");
            if entry.path_bytes().as_ref() == name.as_bytes() {
                let mut text = String::new();
                entry.read_to_string(&mut text).expect("text");
                return serde_json::from_str(&text).expect("JSON");
            }
        }
        panic!("the image's archive has no {name}");
    }
}

/// Reads the layers of a manifest in order.
fn layers(manifest: &Value) -> Vec<Layer> {
    let layers = manifest["layers"].as_array().expect("the manifest has layers");
    let layer = |layer: &Value| Layer {
        digest: layer["digest"].as_str().expect("a layer has a digest").to_owned(),
        size: layer["size"].as_u64().expect("a layer has a size"),
    };
    layers.iter().map(layer).collect()
}
