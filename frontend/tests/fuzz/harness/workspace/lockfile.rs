//! The lockfile that pnpm would write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::yaml::scalar;
use super::{By, Dependency, Format, Kind, Named, Order, Package, Project, Source, To, Workspace, way};

/// Lines that belong to a key.
type Entries = BTreeMap<String, String>;

impl Workspace {
    /// Returns `pnpm-lock.yaml`.
    pub(crate) fn lockfile(&self, order: Order) -> String {
        let mut text = String::new();
        if self.format == Format::Documents {
            text.push_str(
                "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies: {}\n\n---\n",
            );
        }
        let version = if self.format == Format::V6 { "6.0" } else { "9.0" };
        let _ = write!(
            text,
            "lockfileVersion: '{version}'\n\nsettings:\n  autoInstallPeers: {}\n  excludeLinksFromLockfile: false\n",
            self.auto_install_peers
        );
        self.catalogs(&mut text);
        self.patches(&mut text);
        text.push_str("\nimporters:\n");
        let importers = self
            .projects
            .iter()
            .map(|project| (project.directory.clone(), self.importer(project)));
        for (directory, entry) in order.of(importers.collect::<Entries>()) {
            let _ = write!(text, "\n  {}:{entry}", scalar(&directory));
        }
        let mut packages = Entries::new();
        let mut snapshots = Entries::new();
        for package in &self.packages {
            let (facts, needs) = (
                self.facts(package),
                self.needs(&package.dependencies, &package.optional),
            );
            let (key, bare) = (self.key(package), self.bare_key(package));
            self.enter(&mut packages, &mut snapshots, (key, bare), facts, needs);
        }
        for project in self.injected() {
            let (key, facts) = self.copied(project);
            let links = self.copied_needs(project);
            self.enter(&mut packages, &mut snapshots, (key.clone(), key), facts, links);
        }
        section(&mut text, "packages", order.of(packages));
        if self.format != Format::V6 {
            section(&mut text, "snapshots", order.of(snapshots));
        }
        text
    }

    fn enter(
        &self,
        packages: &mut Entries,
        snapshots: &mut Entries,
        (key, bare): (String, String),
        facts: String,
        needs: String,
    ) {
        if self.format == Format::V6 {
            packages.insert(key, format!("{facts}{needs}    dev: false\n"));
        } else {
            packages.insert(bare, facts);
            snapshots.insert(key, needs);
        }
    }

    /// Returns what a package depends on.
    fn needs(&self, dependencies: &[Named], optional: &[Named]) -> String {
        let mut text = String::new();
        for (field, needed) in [("dependencies", dependencies), ("optionalDependencies", optional)] {
            let needed = needed
                .iter()
                .map(|to| (to.alias.clone(), self.reference(to.package, &to.alias)));
            let needed: Entries = needed.collect();
            if !needed.is_empty() {
                let _ = writeln!(text, "    {field}:");
            }
            for (alias, reference) in needed {
                let _ = writeln!(text, "      {}: {}", scalar(&alias), scalar(&reference));
            }
        }
        text
    }

    fn facts(&self, package: &Package) -> String {
        let mut text = match package.source {
            Source::Registry => "    resolution: {integrity: sha512-0000==}\n".to_owned(),
            Source::Archive => format!(
                "    resolution: {{integrity: sha512-0000==, tarball: {}}}\n",
                scalar(&archive(package))
            ),
            Source::Remote => format!("    resolution: {{tarball: {}}}\n", scalar(&remote(package))),
        };
        if package.source != Source::Registry {
            let _ = writeln!(text, "    version: {}", scalar(&package.version));
            if self.format == Format::V6 {
                let _ = writeln!(text, "    name: {}", scalar(&package.name));
            }
        }
        if package.is_native {
            text.push_str("    cpu: [arm64]\n    os: [linux]\n");
            if self.format == Format::V6 {
                text.push_str("    requiresBuild: true\n");
            }
        }
        text
    }

    fn importer(&self, project: &Project) -> String {
        let mut text = String::new();
        let mut injected = Vec::new();
        for kind in Kind::ALL {
            let of_kind = project
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind == kind);
            let of_kind: BTreeMap<&str, &Dependency> = of_kind
                .map(|dependency| (dependency.alias.as_str(), dependency))
                .collect();
            if !of_kind.is_empty() {
                let _ = write!(text, "\n    {}:", kind.field());
            }
            for (alias, dependency) in of_kind {
                let (specifier, version) = self.resolved(project, dependency);
                let _ = write!(
                    text,
                    "\n      {}:\n        specifier: {}\n        version: {}",
                    scalar(alias),
                    scalar(&specifier),
                    scalar(&version)
                );
                if dependency.is_injected() {
                    injected.push(alias);
                }
            }
        }
        if !injected.is_empty() {
            text.push_str("\n    dependenciesMeta:");
        }
        for alias in injected {
            let _ = write!(text, "\n      {}:\n        injected: true", scalar(alias));
        }
        if text.is_empty() {
            " {}\n".to_owned()
        } else {
            text + "\n"
        }
    }

    /// Returns the specifier of a dependency and what it resolved to.
    pub(crate) fn resolved(&self, from: &Project, dependency: &Dependency) -> (String, String) {
        match &dependency.to {
            To::Package { package, by_catalog } => {
                let version = self.reference(*package, &dependency.alias);
                let package = &self.packages[*package];
                let specifier = match package.source {
                    Source::Archive => format!("file:{}", way(&from.directory, &archive(package)[5..])),
                    Source::Remote => remote(package),
                    Source::Registry if *by_catalog => "catalog:".to_owned(),
                    Source::Registry if package.name == dependency.alias => format!("^{}", package.version),
                    Source::Registry => format!("npm:{}@^{}", package.name, package.version),
                };
                (specifier, version)
            }
            To::Project { project, by } => {
                let to = &self.projects[*project];
                let link = format!("link:{}", way(&from.directory, &to.directory));
                match by {
                    By::Protocol if to.name == dependency.alias => ("workspace:*".to_owned(), link),
                    By::Protocol => (format!("workspace:{}@*", to.name), link),
                    By::Range => ("^1.0.0".to_owned(), link),
                    By::Link => (link.clone(), link),
                    By::Injected => ("workspace:*".to_owned(), format!("file:{}", to.directory)),
                }
            }
            To::Directory(directory) => {
                let link = format!("link:{}", way(&from.directory, directory));
                (link.clone(), link)
            }
            To::Broken(specifier, version) => ((*specifier).to_owned(), (*version).to_owned()),
        }
    }

    /// Returns how a package is referred to by one that requires it as `alias`.
    fn reference(&self, package: usize, alias: &str) -> String {
        let package = &self.packages[package];
        let suffix = self.suffix(package);
        match (self.format, package.source) {
            (Format::V6, Source::Archive) => archive(package) + &suffix,
            (Format::V6, Source::Remote) => remote(package).replace("https://", "@") + &suffix,
            (Format::V6, Source::Registry) if package.name != alias => self.key(package),
            (_, Source::Registry) if package.name == alias => format!("{}{suffix}", package.version),
            (_, Source::Archive) if package.name == alias => archive(package) + &suffix,
            (_, Source::Remote) if package.name == alias => remote(package) + &suffix,
            _ => self.key(package),
        }
    }

    /// Returns a package's key with its peers.
    pub(crate) fn key(&self, package: &Package) -> String {
        self.bare_key(package) + &self.suffix(package)
    }

    fn bare_key(&self, package: &Package) -> String {
        let name = &package.name;
        match (self.format, package.source) {
            (Format::V6, Source::Registry) => format!("/{name}@{}", package.version),
            (Format::V6, Source::Archive) => archive(package),
            (Format::V6, Source::Remote) => remote(package).replace("https://", "@"),
            (_, Source::Registry) => format!("{name}@{}", package.version),
            (_, Source::Archive) => format!("{name}@{}", archive(package)),
            (_, Source::Remote) => format!("{name}@{}", remote(package)),
        }
    }

    fn suffix(&self, package: &Package) -> String {
        let patch = if package.is_patched {
            "(patch_hash=0a0a)"
        } else {
            ""
        };
        let peers = package.peers.iter().map(|peer| &self.packages[*peer]);
        let peers = peers.map(|peer| format!("({}@{})", peer.name, peer.version));
        format!("{patch}{}", peers.collect::<String>())
    }

    /// Returns the projects that some other copies.
    pub(crate) fn injected(&self) -> Vec<usize> {
        let all = self.projects.iter().flat_map(|project| &project.dependencies);
        let mut injected: Vec<usize> = all.filter_map(Dependency::injects).collect();
        injected.sort_unstable();
        injected.dedup();
        injected
    }

    /// Returns the key of a copied project, and what it is.
    pub(crate) fn copied(&self, project: usize) -> (String, String) {
        let Project { directory, name, .. } = &self.projects[project];
        let resolution = format!(
            "    resolution: {{directory: {}, type: directory}}\n",
            scalar(directory)
        );
        match self.format {
            Format::V6 => (
                format!("file:{directory}"),
                format!("{resolution}    name: {}\n", scalar(name)),
            ),
            _ => (format!("{name}@file:{directory}"), resolution),
        }
    }

    /// Returns what a copied project depends on: links begin at the root.
    fn copied_needs(&self, project: usize) -> String {
        let root = &self.projects[0];
        let mut text = String::new();
        for kind in [Kind::Production, Kind::Optional] {
            let kinds = [kind];
            let needed = self.dependencies_of(project, &kinds);
            let needed: Entries = needed
                .map(|to| (to.alias.clone(), self.resolved(root, to).1))
                .collect();
            if !needed.is_empty() {
                let _ = writeln!(text, "    {}:", kind.field());
            }
            for (alias, reference) in needed {
                let _ = writeln!(text, "      {}: {}", scalar(&alias), scalar(&reference));
            }
        }
        text
    }

    fn catalogs(&self, text: &mut String) {
        let entries = self.catalog();
        if !entries.is_empty() {
            text.push_str("\ncatalogs:\n  default:\n");
        }
        for (name, version) in entries {
            let (name, specifier) = (scalar(&name), scalar(&format!("^{version}")));
            let _ = writeln!(
                text,
                "    {name}:\n      specifier: {specifier}\n      version: {}",
                scalar(&version)
            );
        }
    }

    fn patches(&self, text: &mut String) {
        let patches = self.patched();
        if !patches.is_empty() {
            text.push_str("\npatchedDependencies:\n");
        }
        for (package, path) in patches {
            let _ = writeln!(
                text,
                "  {}:\n    hash: 0a0a\n    path: {}",
                scalar(&package),
                scalar(&path)
            );
        }
    }
}

impl Dependency {
    /// Returns the project that is copied for it.
    fn injects(&self) -> Option<usize> {
        match self.to {
            To::Project {
                project,
                by: By::Injected,
            } => Some(project),
            _ => None,
        }
    }

    pub(crate) fn is_injected(&self) -> bool {
        self.injects().is_some()
    }
}

fn section(text: &mut String, name: &str, entries: Vec<(String, String)>) {
    if !entries.is_empty() {
        let _ = write!(text, "\n{name}:\n");
    }
    for (key, entry) in entries {
        let key = scalar(&key);
        let _ = if entry.is_empty() {
            write!(text, "\n  {key}: {{}}\n")
        } else {
            write!(text, "\n  {key}:\n{entry}")
        };
    }
}

pub(crate) fn archive(package: &Package) -> String {
    format!("file:vendor/{}.tgz", package.version)
}

fn remote(package: &Package) -> String {
    format!("https://codeload.example/a/b/tar.gz/{}", package.version)
}
