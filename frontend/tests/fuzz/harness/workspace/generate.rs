//! Workspaces made of numbers, so that a failing one is made smaller by smaller numbers.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::names::{BROKEN, DIRECTORIES, MANIFEST, ODD, ODD_DIRECTORIES, OUTSIDE, USUAL, VERSIONS};
use super::{By, Dependency, Format, Kind, Named, Package, Project, Source, To, Workspace};

/// What an author may have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// What pnpm takes, with everything that a dependency leads to: such a workspace can be built.
    Usual,
    /// Anything: names that nobody has, and dependencies that lead nowhere or out of the repository.
    Any,
}

#[derive(Clone, Debug)]
struct RawPackage {
    name: Index,
    version: Index,
    source: u8,
    flags: u8,
    peers: Vec<Index>,
    dependencies: Vec<(Index, u8)>,
    optional: Vec<(Index, u8)>,
}

#[derive(Clone, Debug)]
struct RawProject {
    directory: Index,
    flags: u8,
    dependencies: Vec<RawDependency>,
    peers: Vec<(Index, bool)>,
}

#[derive(Clone, Debug)]
struct RawDependency {
    kind: Index,
    to: Index,
    style: u8,
}

/// Returns workspaces of up to a dozen projects and two dozen packages.
pub(crate) fn workspaces(names: Names) -> impl Strategy<Value = Workspace> {
    let format = prop::sample::select(&[Format::V9, Format::V6, Format::Documents][..]);
    let manifest = prop::sample::subsequence(&MANIFEST[..], 0..4);
    let parts = (
        format,
        prop::collection::vec(package(), 0..24),
        prop::collection::vec(project(), 2..12),
        prop_oneof![9 => Just(1usize), 1 => Just(0)],
        manifest,
        any::<bool>(),
    );
    parts.prop_map(
        move |(format, packages, projects, service, manifest, auto_install_peers)| {
            let mut made = Workspace {
                format,
                packages: Vec::new(),
                projects: Vec::new(),
                service,
                manifest: apart(manifest),
                auto_install_peers,
            };
            made.packages = made.resolve(&packages, names);
            made.projects = made.place(&projects, names);
            for (number, raw) in projects.iter().enumerate().take(made.projects.len()) {
                made.depend(number, raw, names);
            }
            made
        },
    )
}

fn package() -> impl Strategy<Value = RawPackage> {
    let named = || (any::<Index>(), any::<u8>());
    let parts = (
        any::<Index>(),
        any::<Index>(),
        0..16u8,
        any::<u8>(),
        prop::collection::vec(any::<Index>(), 0..3),
        prop::collection::vec(named(), 0..4),
        prop::collection::vec(named(), 0..2),
    );
    parts.prop_map(
        |(name, version, source, flags, peers, dependencies, optional)| RawPackage {
            name,
            version,
            source,
            flags,
            peers,
            dependencies,
            optional,
        },
    )
}

fn project() -> impl Strategy<Value = RawProject> {
    let dependency = (any::<Index>(), any::<Index>(), any::<u8>());
    let dependency = dependency.prop_map(|(kind, to, style)| RawDependency { kind, to, style });
    let parts = (
        any::<Index>(),
        any::<u8>(),
        prop::collection::vec(dependency, 0..6),
        prop::collection::vec(any::<(Index, bool)>(), 0..2),
    );
    parts.prop_map(|(directory, flags, dependencies, peers)| RawProject {
        directory,
        flags,
        dependencies,
        peers,
    })
}

/// Leaves of lines with one key the first.
fn apart(lines: Vec<&'static str>) -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    lines
        .into_iter()
        .filter(|line| seen.insert(line.split(" =").next()))
        .collect()
}

fn pick<'a>(index: &Index, usual: &[&'a str], odd: &[&'a str], names: Names) -> &'a str {
    match names {
        Names::Usual => index.get::<&str>(usual),
        Names::Any => {
            let all = [usual, odd].concat();
            index.get::<&str>(&all)
        }
    }
}

impl Workspace {
    /// Returns the packages, each name and version once.
    fn resolve(&self, raw: &[RawPackage], names: Names) -> Vec<Package> {
        let mut packages: Vec<Package> = Vec::new();
        let mut kept = Vec::new();
        for raw in raw {
            let name = pick(&raw.name, &USUAL, &ODD, names).to_owned();
            let version = (*raw.version.get(&VERSIONS)).to_owned();
            let source = match raw.source {
                0 => Source::Archive,
                1 => Source::Remote,
                _ => Source::Registry,
            };
            // An archive has one package in it.
            let is_taken = |known: &Package| {
                known.version == version
                    && (known.name == name || source != Source::Registry && known.source == source)
            };
            if packages.iter().any(is_taken) {
                continue;
            }
            let of_registry = source == Source::Registry;
            packages.push(Package {
                name,
                version,
                source,
                is_patched: of_registry && raw.flags % 16 == 1,
                is_native: raw.flags % 16 == 2,
                peers: Vec::new(),
                dependencies: Vec::new(),
                optional: Vec::new(),
            });
            kept.push(raw);
        }
        for (number, raw) in kept.into_iter().enumerate() {
            let peers: BTreeSet<usize> = raw.peers.iter().map(|peer| peer.index(packages.len())).collect();
            let may = |peer: &usize| {
                let peer = &packages[*peer];
                peer.peers.is_empty() && !peer.is_patched && peer.source == Source::Registry
            };
            let peers: Vec<usize> = peers
                .into_iter()
                .filter(|peer| *peer < number)
                .filter(may)
                .collect();
            let mut taken: BTreeSet<String> = BTreeSet::new();
            let named = |taken: &mut BTreeSet<String>, (to, alias): &(Index, u8)| {
                let package = to.index(packages.len());
                let alias = alias_of(&packages[package].name, *alias);
                taken.insert(alias.clone()).then_some(Named { alias, package })
            };
            let of_peers = peers.iter().map(|peer| Named {
                alias: packages[*peer].name.clone(),
                package: *peer,
            });
            let of_peers: Vec<Named> = of_peers.filter(|peer| taken.insert(peer.alias.clone())).collect();
            let dependencies = raw.dependencies.iter().filter_map(|raw| named(&mut taken, raw));
            let dependencies: Vec<Named> = of_peers.into_iter().chain(dependencies).collect();
            let optional = raw
                .optional
                .iter()
                .filter_map(|raw| named(&mut taken, raw))
                .collect();
            let package = &mut packages[number];
            (package.peers, package.dependencies, package.optional) = (peers, dependencies, optional);
        }
        packages
    }

    /// Returns the projects, each directory once.
    fn place(&self, raw: &[RawProject], names: Names) -> Vec<Project> {
        let mut projects: Vec<Project> = Vec::new();
        for (number, raw) in raw.iter().enumerate() {
            let odd = [&ODD_DIRECTORIES[..], &OUTSIDE[..]].concat();
            let directory = match number {
                0 => ".",
                1 => pick(&raw.directory, &DIRECTORIES, &ODD_DIRECTORIES, names),
                _ => pick(&raw.directory, &DIRECTORIES, &odd, names),
            };
            if projects.iter().any(|known| known.directory == directory) {
                continue;
            }
            let name = match names {
                Names::Any if raw.flags % 4 == 0 => (*raw.directory.get(&ODD)).to_owned(),
                _ => format!("@x/p{number}"),
            };
            projects.push(Project {
                directory: directory.to_owned(),
                name,
                dependencies: Vec::new(),
                peers: Vec::new(),
                is_built: number == self.service || raw.flags & 8 != 0,
                has_tsconfig: raw.flags & 16 != 0,
            });
        }
        projects
    }

    /// Gives a project its dependencies, each name once.
    fn depend(&mut self, number: usize, raw: &RawProject, names: Names) {
        let from = &self.projects[number];
        let mut taken = BTreeSet::new();
        let mut dependencies: Vec<Dependency> = Vec::new();
        for raw in &raw.dependencies {
            let kind = *raw.kind.get(&Kind::ALL);
            let Some((alias, to)) = self.leads_to(number, raw, names) else {
                continue;
            };
            // From a directory whose name nobody knows there is no way back.
            let is_reached = match to {
                To::Project { .. } | To::Directory(_) => !from.directory.starts_with(".."),
                To::Package { package, .. } => {
                    self.packages[package].source != Source::Archive || !from.directory.starts_with("..")
                }
                To::Broken(..) => true,
            };
            if is_reached && taken.insert(alias.clone()) {
                dependencies.push(Dependency { kind, alias, to });
            }
        }
        let development: Vec<&Dependency> = dependencies
            .iter()
            .filter(|one| one.kind == Kind::Development && !one.is_injected())
            .collect();
        let mut peers: Vec<(String, bool)> = Vec::new();
        for (index, is_optional) in &raw.peers {
            if !development.is_empty() {
                let peer = &index.get(&development).alias;
                if !peers.iter().any(|(known, _)| known == peer) {
                    peers.push((peer.clone(), *is_optional));
                }
            }
        }
        let project = &mut self.projects[number];
        (project.dependencies, project.peers) = (dependencies, peers);
    }

    /// Returns what a dependency is called and leads to.
    fn leads_to(&self, from: usize, raw: &RawDependency, names: Names) -> Option<(String, To)> {
        if names == Names::Any && raw.style.is_multiple_of(16) {
            let (specifier, version) = raw.to.get(&BROKEN);
            return Some(("broken".to_owned(), To::Broken(specifier, version)));
        }
        if raw.style % 16 == 1 {
            return Some((
                "directory".to_owned(),
                To::Directory("vendor/directory".to_owned()),
            ));
        }
        // A project uses those behind it, so that there is no circle; with any names there may be.
        let later = match names {
            Names::Usual => (from + 1..self.projects.len()).collect::<Vec<_>>(),
            Names::Any => (0..self.projects.len())
                .filter(|project| *project != from)
                .collect(),
        };
        if raw.style.is_multiple_of(2) && !later.is_empty() {
            let project = *raw.to.get(&later);
            let name = &self.projects[project].name;
            let by = match raw.style / 16 {
                0..=7 => By::Protocol,
                8..=10 => By::Range,
                11..=12 => By::Link,
                _ if self.projects[project].directory == "." => By::Protocol,
                _ => By::Injected,
            };
            let alias = match by {
                By::Protocol | By::Link => alias_of(name, raw.style / 2),
                By::Range | By::Injected => name.clone(),
            };
            return Some((alias, To::Project { project, by }));
        }
        if self.packages.is_empty() {
            return None;
        }
        let package = raw.to.index(self.packages.len());
        let Package { name, source, .. } = &self.packages[package];
        // Of a catalog each name has one version.
        let by_catalog = self.format != Format::V6
            && *source == Source::Registry
            && raw.style % 16 == 3
            && self.packages.iter().position(|known| known.name == *name) == Some(package);
        let alias = if by_catalog || *source != Source::Registry {
            name.clone()
        } else {
            alias_of(name, raw.style / 2)
        };
        Some((alias, To::Package { package, by_catalog }))
    }
}

/// Returns the name, or now and then another one to require it by.
fn alias_of(name: &str, number: u8) -> String {
    if number % 16 == 5 {
        "@alias/of".to_owned()
    } else {
        name.to_owned()
    }
}
