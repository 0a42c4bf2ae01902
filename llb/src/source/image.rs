//! Images from a registry or from the daemon's own store.

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::source::{Attributes, attribute, output};

/// An image, by reference.
#[derive(Clone, Debug)]
pub struct Image {
    reference: String,
    resolve_mode: ResolveMode,
    checksum: String,
    options: VertexOptions,
}
vertex_options!(Image);

/// Where BuildKit looks for an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResolveMode {
    /// As the daemon is set up.
    #[default]
    Default,
    /// In the registry, even if the daemon has the image.
    ForcePull,
    /// In the daemon's store first.
    PreferLocal,
}

impl Image {
    /// Returns the image of a reference, in full (`docker.io/library/node:22`) or in familiar form (`node`).
    pub fn new(reference: impl AsRef<str>) -> Image {
        Image {
            reference: normalise(reference.as_ref()),
            resolve_mode: ResolveMode::Default,
            checksum: String::new(),
            options: VertexOptions::default(),
        }
    }

    /// Sets where BuildKit looks for the image.
    #[must_use]
    pub fn resolve_mode(mut self, mode: ResolveMode) -> Image {
        self.resolve_mode = mode;
        self
    }

    /// Sets the digest (`sha256:...`) that the resolved image must have.
    #[must_use]
    pub fn checksum(mut self, digest: impl Into<String>) -> Image {
        self.checksum = digest.into();
        self
    }

    /// Returns the image's file system.
    pub fn output(self) -> Output {
        let mut problems = Vec::new();
        if self.reference.is_empty() || self.reference.contains(char::is_whitespace) {
            problems.push(format!("{:?} is not an image reference", self.reference));
        }
        let mut attributes = Attributes::default();
        attributes.set(
            attribute::IMAGE_RESOLVE_MODE,
            match self.resolve_mode {
                ResolveMode::Default => "",
                ResolveMode::ForcePull => "pull",
                ResolveMode::PreferLocal => "local",
            },
        );
        attributes.set(attribute::IMAGE_CHECKSUM, self.checksum);
        output(
            format!("docker-image://{}", self.reference),
            attributes,
            self.options,
            true,
            problems,
        )
    }
}

/// Returns the full form of an image reference, which alone BuildKit reads: with registry, and with a tag or
/// a digest. Rules of github.com/distribution/reference: the first part is a registry if it has a dot, a
/// colon or a capital, or is `localhost`.
pub(crate) fn normalise(reference: &str) -> String {
    if reference.is_empty() {
        return String::new();
    }
    let registry = |part: &str| {
        part == "localhost" || part.contains(['.', ':']) || part.contains(|c: char| c.is_ascii_uppercase())
    };
    let (domain, path) = match reference.split_once('/') {
        Some((first, rest)) if registry(first) => (first, rest),
        _ => ("docker.io", reference),
    };
    let domain = if domain == "index.docker.io" {
        "docker.io"
    } else {
        domain
    };
    let official = if domain == "docker.io" && !path.contains('/') {
        "library/"
    } else {
        ""
    };
    let tagged = path.contains('@') || path.rsplit('/').next().is_some_and(|last| last.contains(':'));
    let tag = if tagged { "" } else { ":latest" };
    format!("{domain}/{official}{path}{tag}")
}
