//! The services that are built, by what the frontend's own plan says of them.

mod plan;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use vextrus_e2e::{Docker, Workspace};

use crate::manager::Manager;
use crate::smallest;

/// What a manifest of the frontend begins with.
const SYNTAX: &str = "# syntax=vextrus/frontend";
/// The largest manifest.
const MANIFEST_BYTES: u64 = 64 * 1024;

/// What a build makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// A program that Node runs.
    Service,
    /// Files that a web server serves.
    Site,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// What its build makes.
    pub(crate) product: Product,
    /// The name of its directory, or its path where two share that.
    pub(crate) name: String,
    /// The manifest in the workspace.
    pub(crate) file: String,
    /// The package.
    pub(crate) package: String,
    /// The package's directory.
    pub(crate) directory: String,
    /// The script that node runs, in the directory; of a site its page.
    pub(crate) entry: String,
    /// The port that it is told to listen on.
    pub(crate) port: u64,
    /// Paths that a live service answers, the likeliest first.
    pub(crate) health: Vec<String>,
    /// The image that builds run on.
    pub(crate) build_base: String,
    /// The image that production dependencies are installed in: with another C library than builds where the service
    /// runs on one.
    pub(crate) production_base: String,
    /// The image that the service runs on.
    pub(crate) run_base: String,
    /// Node's version as the plan has it.
    pub(crate) node: String,
    /// Who resolves and installs.
    pub(crate) manager: Manager,
    /// System packages that the install of what it needs takes.
    pub(crate) build_packages: Vec<String>,
    /// System packages that the install of the whole workspace takes.
    pub(crate) workspace_packages: Vec<String>,
    /// System packages that the service needs when it runs.
    pub(crate) run_packages: Vec<String>,
    /// The directories of the workspace packages that it needs, without its own; each after what it needs itself.
    pub(crate) closure: Vec<String>,
    /// Every image that it is built and run on, whichever of our builders builds it.
    pub(crate) images: BTreeSet<String>,
}

/// The services of a workspace in the order of their names.
#[derive(Debug)]
pub(crate) struct Subjects {
    all: Vec<Subject>,
}

impl Subjects {
    /// Finds the manifests of a workspace and asks the frontend about each.
    ///
    /// # Errors
    /// That there is none, or that a plan is neither one of a service that node runs nor one of a site.
    pub(crate) fn find(docker: &Docker, workspace: &Workspace) -> Result<Self, String> {
        let manifests = manifests(workspace.root());
        if manifests.is_empty() {
            return Err(format!("no file of the workspace begins with `{SYNTAX}`"));
        }
        let mut all = manifests
            .iter()
            .map(|file| plan::ask(docker, workspace, file, &name(file, &manifests)))
            .collect::<Result<Vec<_>, _>>()?;
        for subject in &mut all {
            // What the smallest image is taken from; a manifest that it does not go with has none.
            if let Ok(edit) = smallest::edit(workspace, &[subject]) {
                let applied = edit.apply(workspace);
                let smallest = plan::ask(docker, workspace, &subject.file, &subject.name);
                applied.revert(workspace);
                subject
                    .images
                    .extend(smallest.into_iter().flat_map(|smallest| smallest.images));
            }
        }
        let packages: BTreeSet<String> = all
            .iter()
            .flat_map(|subject| subject.build_packages.iter().cloned())
            .collect();
        for subject in &mut all {
            subject.workspace_packages = packages.iter().cloned().collect();
        }
        Ok(Self { all })
    }

    /// Returns these.
    pub(crate) fn of(all: Vec<Subject>) -> Self {
        Self { all }
    }

    /// Returns all.
    pub(crate) fn all(&self) -> &[Subject] {
        &self.all
    }

    /// Gives each another name than that of its directory.
    pub(crate) fn renamed(mut self, name: impl Fn(&str) -> String) -> Self {
        for subject in &mut self.all {
            subject.name = name(&subject.name);
        }
        self
    }

    /// Returns all but one.
    pub(crate) fn others<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a Subject> {
        self.all.iter().filter(move |other| other.file != subject.file)
    }

    /// Returns a service that one does not need, if there is one.
    pub(crate) fn unrelated<'a>(&'a self, subject: &'a Subject) -> Option<&'a Subject> {
        self.others(subject)
            .find(|other| other.directory != subject.directory && !subject.closure.contains(&other.directory))
    }

    /// Returns the directory of the workspace package that most services need, among those that all of the given
    /// ones do, unless that is none; of several the first by name.
    pub(crate) fn most_shared(&self, subjects: &[&Subject]) -> Option<String> {
        let users = |package: &String| {
            self.all
                .iter()
                .filter(|subject| subject.closure.contains(package))
                .count()
        };
        let (first, rest) = subjects.split_first()?;
        let common = |package: &&String| rest.iter().all(|subject| subject.closure.contains(package));
        let mut packages: Vec<&String> = first.closure.iter().filter(common).collect();
        packages.sort();
        // The first of the most: `max_by_key` alone would take the last.
        packages
            .into_iter()
            .rev()
            .max_by_key(|package| users(package))
            .cloned()
    }
}

/// Returns the manifests below a directory, in order.
fn manifests(root: &Path) -> Vec<String> {
    let mut left = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let Ok(kind) = entry.metadata() else { continue };
            let path = entry.path();
            if kind.is_dir() && entry.file_name() != "node_modules" && entry.file_name() != ".git" {
                left.push(path);
            } else if kind.is_file() && kind.len() <= MANIFEST_BYTES {
                let text = fs::read(&path).unwrap_or_default();
                if text.starts_with(SYNTAX.as_bytes())
                    && let Ok(relative) = path.strip_prefix(root)
                {
                    found.push(relative.display().to_string());
                }
            }
        }
    }
    found.sort();
    found
}

/// Returns the name of a manifest's directory, or its path where another manifest has the same.
fn name(file: &str, all: &[String]) -> String {
    let directory = |file: &str| {
        let parent = Path::new(file).parent().unwrap_or(Path::new(""));
        parent.file_name().map(|name| name.to_string_lossy().into_owned())
    };
    let own = directory(file);
    let alike = all.iter().filter(|other| directory(other) == own).count();
    match own {
        Some(name) if alike == 1 => name,
        _ => file.replace(['/', '.'], "-"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::plan::read;
    use super::{Manager, Product, Subject, Subjects, name};

    /// Returns a service of that name that needs some packages.
    pub(crate) fn subject(name: &str, closure: &[&str]) -> Subject {
        let packages: Vec<_> = closure
            .iter()
            .chain([&name])
            .map(|name| json!({ "name": name, "directory": name }))
            .collect();
        let step = |stage: &str, script: &str| json!({ "stage": stage, "does": { "run": { "image": 0, "command": ["/bin/sh", "-c", script] } } });
        let plan = json!({
            "package": name,
            "root": "",
            "packages": packages,
            "values": [{ "key": "node", "value": "22" }, { "key": "pnpm", "value": "9.15.9" }],
            "images": [{ "reference": "node:22" }, { "reference": "node:22-alpine" }],
            "steps": [
                step("deps", "/vextrus/pnpm.sh 9.15.9"),
                step("deps", "set -e\napt-get install --yes --no-install-recommends make"),
                step("deps", "set -e\napt-get install --yes --no-install-recommends g++ make"),
                step("runtime", "pnpm install --prod"),
            ],
            "outcome": { "image": {
                "base": 1,
                "entry": { "argument": 3 },
                "run": {
                    "ports": [],
                    "command": ["node", "--require", "/usr/lib/init.cjs", "dist/main.js"],
                    "healthcheck": { "command": ["node", "/usr/lib/healthcheck.cjs", "0", "/health/ready"] },
                },
            } },
        });
        read(&plan, &format!("{name}/service.toml"), name).unwrap()
    }

    #[test]
    fn a_plan_says_what_a_dockerfile_needs() {
        let auth = subject("auth", &["kernel"]);
        assert_eq!(auth.entry, "dist/main.js");
        assert_eq!(auth.health, ["/health/live", "/health/ready"]);
        assert_eq!(auth.build_packages, ["g++", "make"]);
        assert_eq!(
            [&auth.build_base, &auth.production_base, &auth.run_base],
            ["node:22", "node:22", "node:22-alpine"]
        );
        assert_eq!(auth.node, "22");
        assert_eq!(auth.manager, Manager::Pnpm("9.15.9".to_owned()));
        assert_eq!(auth.product, Product::Service);
        assert_eq!((auth.port, auth.closure), (3000, vec!["kernel".to_owned()]));
    }

    #[test]
    fn the_package_that_most_services_need_is_shared_by_all_of_the_given_ones() {
        let all = vec![
            subject("a", &["k", "u"]),
            subject("b", &["k"]),
            subject("c", &[]),
            subject("d", &["u"]),
        ];
        let subjects = Subjects { all };
        let [a, b, c, d] = subjects.all() else {
            panic!("four services")
        };
        assert_eq!(subjects.most_shared(&[a]).as_deref(), Some("k"));
        assert_eq!(subjects.most_shared(&[a, b]).as_deref(), Some("k"));
        assert_eq!(subjects.most_shared(&[d]).as_deref(), Some("u"));
        assert_eq!(subjects.most_shared(&[a, c]), None);
        assert_eq!(subjects.unrelated(a), Some(b));
    }

    #[test]
    fn a_name_is_the_directory_unless_two_share_it() {
        let all = ["services/auth/service.toml", "a/web/x.toml", "b/web/x.toml"].map(str::to_owned);
        assert_eq!(name(&all[0], &all), "auth");
        assert_eq!(name(&all[1], &all), "a-web-x-toml");
    }
}
