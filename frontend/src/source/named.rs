//! Named contexts (`--build-context NAME=SOURCE`): what takes the place of an image, of a stage or of a package's
//! sources.

use std::collections::BTreeMap;

use base64::Engine as _;
use buildkit_llb::{Image, Local, OciLayout, Output, Platform};

use super::Tree;
use super::ignore::{IGNORE_FILE, Ignored, exclude_patterns};
use super::origin::{archive, git, local, solve};
use super::remote::is_http;
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway};
use crate::manifest::targets::Stage;
use crate::options::Options;
use crate::pattern::for_transfer;
use crate::source::{Replacement, Source};

/// What takes the place of an image.
#[derive(Debug, Clone)]
pub struct NamedImage {
    /// Its root file system.
    pub root: Output,
    /// Its configuration, JSON; none for a tree that is no image.
    pub config: Option<Vec<u8>>,
}

/// A package whose directory a context may take the place of.
#[derive(Debug, Clone)]
pub struct NamedPackage<'a> {
    /// Its directory in the workspace.
    pub id: &'a str,
    /// Its name, where it has one.
    pub name: Option<&'a str>,
    /// Its directory in the context.
    pub directory: String,
}

/// The named contexts of a request, for one platform.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    gateway: &'a Gateway,
    options: &'a Options,
    platform: &'a Platform,
}

/// One of them.
struct Entry<'a> {
    /// The name without a platform.
    name: &'a str,
    /// The name as the request has it.
    key: &'a str,
    value: &'a str,
}

impl<'a> Named<'a> {
    /// Returns the named contexts as a platform sees them.
    pub fn new(gateway: &'a Gateway, options: &'a Options, platform: &'a Platform) -> Self {
        Self {
            gateway,
            options,
            platform,
        }
    }

    /// Returns each context, the one for the platform where a name has several.
    fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries: BTreeMap<&str, Entry<'a>> = BTreeMap::new();
        for (key, value) in &self.options.contexts {
            let (name, platform) = split(key);
            let is_ours = platform.is_some_and(|text| *text == self.platform.to_string());
            if is_ours || (platform.is_none() && !entries.contains_key(name)) {
                entries.insert(name, Entry { name, key, value });
            }
        }
        entries.into_values().collect()
    }

    /// Returns what takes the place of an image that the plan names.
    ///
    /// # Errors
    /// A context that cannot be understood, and whatever the engine answers.
    pub async fn image(&self, reference: &str) -> Result<Option<NamedImage>, Failure> {
        let entries = self.entries().into_iter();
        match entries.into_iter().find(|entry| is_image(entry.name, reference)) {
            Some(entry) => self.load(&entry).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns what takes the place of stages: the image that `--target` with the stage's name would give.
    ///
    /// # Errors
    /// As [`Named::image`].
    pub async fn stages(&self) -> Result<BTreeMap<Stage, Output>, Failure> {
        let mut stages = BTreeMap::new();
        for entry in self.entries() {
            if let Some(stage) = replaceable(entry.name) {
                stages.insert(stage, self.load(&entry).await?.root);
            }
        }
        Ok(stages)
    }

    /// Returns what takes the place of packages' directories, by their paths in the context. `never` are patterns of
    /// what no step reads, whatever an ignore file says.
    ///
    /// # Errors
    /// As [`Named::image`].
    pub async fn packages(
        &self,
        packages: &[NamedPackage<'_>],
        never: &[&str],
    ) -> Result<BTreeMap<String, Replacement>, Failure> {
        let mut replaced = BTreeMap::new();
        for entry in self.entries() {
            for package in packages {
                if is_package(entry.name, package.id, package.name) {
                    let replacement = self.replacement(&entry, never).await?;
                    replaced.insert(package.directory.clone(), replacement);
                }
            }
        }
        Ok(replaced)
    }

    /// Returns a context as the sources of a package.
    async fn replacement(&self, entry: &Entry<'a>, never: &[&str]) -> Result<Replacement, Failure> {
        let mut ignored = Vec::new();
        let source = match entry.value.strip_prefix("local:") {
            Some(name) => {
                ignored = self.ignore_file(entry, name).await?;
                local(self.options, name)
            }
            None => Source::Graph(self.load(entry).await?.root),
        };
        let shared_key = self.options.shared_keys.get(entry.key).map_or("", String::as_str);
        Ok(Replacement {
            name: entry.key.to_owned(),
            source,
            ignored: Ignored::new(ignored, never),
            hint: format!("context:{}-{shared_key}", entry.key),
        })
    }

    /// Reads the ignore file of a directory of the client.
    async fn ignore_file(&self, entry: &Entry<'a>, name: &str) -> Result<Vec<String>, Failure> {
        let source = Local::new(name)
            .session(self.options.session_of(name))
            .follow_paths([IGNORE_FILE])
            .shared_key_hint(format!("context:{}-{IGNORE_FILE}", entry.key))
            .differ(buildkit_llb::Differ::None)
            .name(format!("[context {}] load {IGNORE_FILE}", entry.key))
            .output();
        let reference = solve(self.gateway, self.options, &source).await?;
        let file = Tree::new(self.gateway, reference).read(IGNORE_FILE).await?;
        Ok(file
            .map(|file| exclude_patterns(file.text.as_bytes()))
            .unwrap_or_default())
    }

    /// Returns the files of a context, with the configuration where it is an image.
    async fn load(&self, entry: &Entry<'a>) -> Result<NamedImage, Failure> {
        let Entry { key, value, .. } = entry;
        let label = format!("[context {key}] {value}");
        let tree = |root| NamedImage { root, config: None };
        if let Some(reference) = value.strip_prefix("docker-image:") {
            return self.registry_image(key, reference.trim_start_matches("//")).await;
        }
        if let Some(layout) = value.strip_prefix("oci-layout:") {
            return self.layout_image(entry, layout.trim_start_matches("//")).await;
        }
        if let Some(name) = value.strip_prefix("local:") {
            let ignore = self.ignore_file(entry, name).await?;
            let shared_key = self.options.shared_keys.get(*key).map_or("", String::as_str);
            let root = Local::new(name)
                .session(self.options.session_of(name))
                .shared_key_hint(format!("context:{key}-{shared_key}"))
                .exclude(ignore.iter().map(|pattern| for_transfer(pattern)))
                .name(format!("[context {key}] load from client"))
                .output();
            return Ok(tree(root));
        }
        if let Some(name) = value.strip_prefix("input:") {
            return self.input(key, name).await;
        }
        if let Some(root) = git(value, &label, false, &format!("--build-context {key}:"))? {
            return Ok(tree(root));
        }
        if is_http(value) {
            return match archive(self.gateway, self.options, value, &label).await? {
                Some(root) => Ok(tree(root)),
                None => Err(refused(
                    key,
                    value,
                    "the URL leads to a single file and no archive",
                )),
            };
        }
        let why = "write a directory, docker-image://NAME, oci-layout://PATH, the URL of a repository or an archive, \
                   or in a bake file target:NAME";
        Err(refused(key, value, why))
    }

    async fn registry_image(&self, key: &str, reference: &str) -> Result<NamedImage, Failure> {
        if reference == "scratch" {
            return Ok(NamedImage {
                root: Output::scratch(),
                config: None,
            });
        }
        let log = format!("[context {key}] load metadata for {reference}");
        let mode = self.options.image_resolve_mode;
        let found = self
            .gateway
            .resolve_image(reference, Some(self.platform.into()), mode.as_str(), &log)
            .await?;
        let root = Image::new(found.pinned())
            .resolve_mode(mode.into())
            .platform(self.platform)
            .name(format!("[context {key}] {reference}"))
            .output();
        Ok(NamedImage {
            root,
            config: Some(found.config),
        })
    }

    async fn layout_image(&self, entry: &Entry<'a>, layout: &str) -> Result<NamedImage, Failure> {
        let key = entry.key;
        let Some((store, digest)) = layout.split_once('@') else {
            return Err(refused(key, entry.value, "the layout's reference has no digest"));
        };
        let store = store.rsplit_once(':').map_or(store, |(store, _)| store);
        // The engine wants a whole reference and finds the image by the store and the digest alone.
        let reference = format!("docker.io/library/context@{digest}");
        let session = self.options.session_id.clone().unwrap_or_default();
        let log = format!("[context {key}] load metadata for {}", entry.name);
        let found = self
            .gateway
            .resolve_layout(&reference, Some(self.platform.into()), (store, &session), &log)
            .await?;
        let root = OciLayout::new(reference)
            .store(store, session)
            .platform(self.platform)
            .name(format!("[context {key}] OCI load from client"))
            .output();
        Ok(NamedImage {
            root,
            config: Some(found.config),
        })
    }

    /// Returns a graph that the client passes in: another target of a bake.
    async fn input(&self, key: &str, name: &str) -> Result<NamedImage, Failure> {
        let inputs = self.gateway.inputs().await?;
        let Some(input) = inputs.get(name) else {
            return Err(refused(key, name, "the client passes no graph of this name"));
        };
        let config = match self.options.input_metadata.get(name) {
            Some(json) => config_in(json).map_err(|why| refused(key, name, &why))?,
            None => None,
        };
        Ok(NamedImage {
            root: Output::from_proto(input).map_err(Diagnostic::internal)?,
            config,
        })
    }
}

/// Returns the named contexts that take the place of nothing in a build, by their names as the request writes them.
pub fn unused<'a>(options: &'a Options, images: &[&str], packages: &[(&str, Option<&str>)]) -> Vec<&'a str> {
    let is_used = |name: &str| {
        replaceable(name).is_some()
            || images.iter().any(|reference| is_image(name, reference))
            || packages
                .iter()
                .any(|(importer, package)| is_package(name, importer, *package))
    };
    let keys = options.contexts.keys().map(String::as_str);
    keys.filter(|key| !is_used(split(key).0)).collect()
}

/// The stages that others are made from, and that a context can take the place of.
pub const REPLACEABLE: [Stage; 2] = [Stage::Deps, Stage::Build];

/// Returns the stage of that name; its case does not matter, as with `--target`.
fn replaceable(name: &str) -> Option<Stage> {
    Stage::named(name).filter(|stage| REPLACEABLE.contains(stage))
}

/// Returns whether a named context takes the place of a stage on a platform.
pub fn is_named(options: &Options, stage: Stage, platform: &str) -> bool {
    let names = options.contexts.keys().map(|key| split(key));
    let mut ours = names.filter(|(_, named)| named.is_none_or(|named| named == platform));
    ours.any(|(name, _)| replaceable(name) == Some(stage))
}

/// Splits a platform off a context's name.
fn split(key: &str) -> (&str, Option<&str>) {
    match key.split_once("::") {
        Some((name, platform)) => (name, Some(platform)),
        None => (key, None),
    }
}

fn is_image(name: &str, reference: &str) -> bool {
    familiar(name) == familiar(reference)
}

/// Returns whether a context is named like a package or its directory; buildx lets no `@` through.
fn is_package(name: &str, importer: &str, package: Option<&str>) -> bool {
    if replaceable(name).is_some() {
        return false;
    }
    let name = name.trim_start_matches('@');
    name == importer || package.is_some_and(|package| package.trim_start_matches('@') == name)
}

/// Returns an image's name as people write it: without Docker Hub's own parts and the usual tag.
pub fn familiar(reference: &str) -> &str {
    let reference = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let reference = reference.strip_prefix("library/").unwrap_or(reference);
    reference.strip_suffix(":latest").unwrap_or(reference)
}

/// Returns the configuration in a result's metadata: a JSON object of texts in base64.
fn config_in(json: &str) -> Result<Option<Vec<u8>>, String> {
    let metadata: BTreeMap<String, String> =
        serde_json::from_str(json).map_err(|error| format!("its metadata is not understood: {error}"))?;
    metadata
        .get("containerimage.config")
        .map(|text| base64::engine::general_purpose::STANDARD.decode(text))
        .transpose()
        .map_err(|error| format!("its configuration is not understood: {error}"))
}

fn refused(key: &str, value: &str, why: &str) -> Failure {
    Diagnostic::named(
        names::INVALID_BUILD_CONTEXT,
        format!("--build-context {key}={value}: {why}"),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_named_like_what_it_replaces() {
        assert!(is_image("node:22-alpine", "docker.io/library/node:22-alpine"));
        assert!(is_image("node", "node:latest") && !is_image("node:22", "node:22-alpine"));
        assert!(is_package("erp/kernel", "shared/kernel", Some("@erp/kernel")));
        assert!(is_package("@erp/kernel", "shared/kernel", Some("@erp/kernel")));
        assert!(is_package("shared/kernel", "shared/kernel", None));
        assert!(!is_package("kernel", "shared/kernel", Some("@erp/kernel")));
        assert!(!is_package("build", "build", None) && replaceable("Build") == Some(Stage::Build));
        assert_eq!(replaceable("runtime"), None);
    }

    #[test]
    fn metadata_of_an_input_holds_the_configuration() {
        let json = r#"{"containerimage.config":"e30="}"#;
        assert_eq!(config_in(json), Ok(Some(b"{}".to_vec())));
        assert_eq!(config_in("{}"), Ok(None));
        assert!(config_in(r#"{"containerimage.config":"?"}"#).is_err() && config_in("[").is_err());
    }

    #[test]
    fn a_name_that_nothing_has_is_unused() {
        let contexts = ["node:22-alpine::linux/arm64", "erp/kernel", "typo"];
        let options = Options {
            contexts: contexts.map(|key| (key.to_owned(), String::new())).into(),
            ..Options::default()
        };
        let packages = [("shared/kernel", Some("@erp/kernel"))];
        assert_eq!(unused(&options, &["node:22-alpine"], &packages), ["typo"]);
    }
}
