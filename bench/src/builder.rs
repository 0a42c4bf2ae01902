//! What builds: the frontend, and Dockerfiles as people write them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use vextrus_e2e::{Build, Docker, Workspace, repository};

use crate::manager::Manager;
use crate::subject::{Product, Subject, Subjects};

/// Turbo's version in its Dockerfile.
pub(crate) const TURBO: &str = "2.11.11";

/// What Dockerfiles take from elsewhere than the workspace: what `pnpm deploy` needs to be run before it, and what a
/// server of files is told.
const TOOLS: [&str; 3] = ["link-ranges.cjs", "static/nginx.conf", "static/nginx-tuned.conf"];

/// One way to build a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Builder {
    Naive,
    Template,
    TemplateTuned,
    NpmDocs,
    PnpmDocs,
    Turbo,
    Vextrus,
    VextrusScratch,
}

impl Builder {
    /// All, in the order in which they are measured and reported.
    pub(crate) const ALL: [Self; 8] = [
        Self::Naive,
        Self::Template,
        Self::TemplateTuned,
        Self::NpmDocs,
        Self::PnpmDocs,
        Self::Turbo,
        Self::Vextrus,
        Self::VextrusScratch,
    ];

    /// Returns the name that selections, records and files in `bench/builders` have.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Template => "template",
            Self::TemplateTuned => "template-tuned",
            Self::NpmDocs => "npm-docs",
            Self::PnpmDocs => "pnpm-docs",
            Self::Turbo => "turbo",
            Self::Vextrus => "vextrus",
            Self::VextrusScratch => "vextrus-scratch",
        }
    }

    /// Says whether it is the frontend.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Vextrus | Self::VextrusScratch)
    }

    /// Returns the file below `bench/builders` by which it builds a service; nothing where it is the frontend, or
    /// where nobody wrote one for such a service.
    fn dockerfile(self, subject: &Subject) -> Option<String> {
        let directory = match (subject.product, &subject.manager, self) {
            (Product::Service, Manager::Pnpm(_), Self::NpmDocs) => return None,
            (Product::Service, Manager::Pnpm(_), _) | (Product::Service, Manager::Npm(_), Self::NpmDocs) => {
                ""
            }
            (Product::Site, Manager::Npm(_), Self::Naive | Self::Template | Self::TemplateTuned) => "static/",
            _ => return None,
        };
        (!self.is_ours()).then(|| format!("{directory}{}.Dockerfile", self.name()))
    }

    /// Says whether it builds a service.
    pub(crate) fn builds(self, subject: &Subject) -> bool {
        self.is_ours() || self.dockerfile(subject).is_some()
    }

    /// Says whether it fetches and compiles what the whole workspace needs, and not what one service does.
    fn installs_everything(self) -> bool {
        matches!(self, Self::Naive | Self::Template | Self::PnpmDocs)
    }

    /// Says whether its .dockerignore leaves the other services out, as its author names what to copy.
    fn copies_its_own_alone(self) -> bool {
        matches!(self, Self::Template | Self::TemplateTuned)
    }
}

/// The Dockerfiles of all builders for all services, outside of the workspace, which stays as it is.
#[derive(Debug)]
pub(crate) struct Kit {
    directory: TempDir,
    tools: String,
}

impl Kit {
    /// Writes them.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub(crate) fn new(workspace: &Workspace, subjects: &Subjects) -> Result<Self, String> {
        let originals = repository().join("bench/builders");
        let directory = TempDir::with_prefix("vextrus-bench-").map_err(|error| error.to_string())?;
        let tools = directory.path().join("tools");
        for tool in TOOLS {
            let name = tool.rsplit('/').next().unwrap_or(tool);
            write(&tools.join(name), &read(&originals.join(tool))?)?;
        }
        let own = workspace.path(".dockerignore");
        let ignored = read(&if own.is_file() {
            own
        } else {
            originals.join("dockerignore")
        })?;
        for subject in subjects.all() {
            for builder in Builder::ALL {
                let Some(original) = builder.dockerfile(subject) else {
                    continue;
                };
                let file = place(directory.path(), builder, subject);
                write(&file, &read(&originals.join(original))?)?;
                let mut ignored = ignored.trim_end().to_owned() + "\n";
                if builder.copies_its_own_alone() {
                    for other in subjects.others(subject) {
                        ignored.push_str(&format!("{}\n", other.directory));
                    }
                }
                write(&file.with_added_extension("dockerignore"), &ignored)?;
            }
        }
        let tools = tools.display().to_string();
        Ok(Self { directory, tools })
    }

    /// Prepares the build of a service.
    pub(crate) fn build<'a>(
        &self,
        builder: Builder,
        subject: &Subject,
        docker: &Docker,
        workspace: &'a Workspace,
    ) -> Build<'a> {
        let build = docker.build(workspace);
        if builder.is_ours() {
            return build.file(&subject.file);
        }
        let arguments = arguments(builder, subject);
        let arguments = arguments
            .iter()
            .map(|(name, value)| format!("--build-arg={name}={value}"));
        build
            .file(&self.file(builder, subject))
            .args([format!("--build-context=tools={}", self.tools)])
            .args(arguments)
    }

    /// Returns the targets of a bake, by the services' names.
    pub(crate) fn targets(&self, builder: Builder, subjects: &[&Subject]) -> Value {
        let target = |subject: &&Subject| {
            let target = if builder.is_ours() {
                json!({ "context": ".", "dockerfile": subject.file })
            } else {
                json!({
                    "context": ".",
                    "dockerfile": self.file(builder, subject),
                    "contexts": { "tools": self.tools },
                    "args": arguments(builder, subject),
                })
            };
            (subject.name.clone(), target)
        };
        Value::Object(subjects.iter().map(target).collect())
    }

    fn file(&self, builder: Builder, subject: &Subject) -> String {
        place(self.directory.path(), builder, subject)
            .display()
            .to_string()
    }
}

/// Returns the image that the baselines run a service on: the same as ours, unless ours is one whose C library is
/// another than that of the builds. A Dockerfile installs in one place, and what it installs for that place's C
/// library runs there alone.
pub(crate) fn baseline_base(subject: &Subject) -> &str {
    if subject.production_base == subject.build_base {
        &subject.run_base
    } else {
        &subject.build_base
    }
}

/// Returns the image that a builder's image of a service stands on.
pub(crate) fn base(builder: Builder, subject: &Subject) -> &str {
    match builder {
        Builder::Naive => &subject.build_base,
        Builder::Vextrus | Builder::VextrusScratch => &subject.run_base,
        _ => baseline_base(subject),
    }
}

/// Returns the build arguments that make a Dockerfile one of this service.
fn arguments(builder: Builder, subject: &Subject) -> BTreeMap<&'static str, String> {
    let run_base = baseline_base(subject);
    let build_packages = if builder.installs_everything() {
        &subject.workspace_packages
    } else {
        &subject.build_packages
    };
    let stage = if subject.run_packages.is_empty() {
        "plain"
    } else {
        "packages"
    };
    let version = subject.manager.version().unwrap_or_default();
    let (pnpm, npm) = match &subject.manager {
        Manager::Pnpm(_) => (version, ""),
        Manager::Npm(_) => ("", version),
    };
    let major = pnpm.split('.').next().and_then(|major| major.parse::<u32>().ok());
    // Since pnpm 10 `deploy` wants injected workspace packages or this flag.
    let deploy = if major >= Some(10) { "--legacy" } else { "" };
    BTreeMap::from([
        ("BUILD_BASE", subject.build_base.clone()),
        ("RUN_BASE", run_base.to_owned()),
        ("RUN_STAGE", stage.to_owned()),
        ("BUILD_PACKAGES", build_packages.join(" ")),
        ("RUN_PACKAGES", subject.run_packages.join(" ")),
        ("PNPM", pnpm.to_owned()),
        ("NPM", npm.to_owned()),
        ("TURBO", TURBO.to_owned()),
        ("PACKAGE", subject.package.clone()),
        ("DIRECTORY", subject.directory.clone()),
        ("CLOSURE", subject.closure.join(" ")),
        ("ENTRY", subject.entry.clone()),
        ("PORT", subject.port.to_string()),
        (
            "HEALTH",
            subject.health.first().cloned().unwrap_or_else(|| "/".to_owned()),
        ),
        ("DEPLOY_FLAGS", deploy.to_owned()),
    ])
}

fn place(directory: &Path, builder: Builder, subject: &Subject) -> PathBuf {
    let file = format!("{}.Dockerfile", subject.name.replace('/', "-"));
    directory.join(builder.name()).join(file)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    let directory = file.parent().unwrap_or(file);
    std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::write(file, text))
        .map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use vextrus_e2e::{Workspace, repository};

    use super::{Builder, Kit, arguments};
    use crate::manager::Manager;
    use crate::subject::tests::subject;
    use crate::subject::{Product, Subject, Subjects};

    fn of_npm(product: Product) -> Subject {
        let mut subject = subject("web", &["kernel"]);
        (subject.product, subject.manager) = (product, Manager::Npm(None));
        subject
    }

    fn builders(subject: &Subject) -> Vec<&'static str> {
        let all = Builder::ALL.into_iter();
        all.filter(|builder| builder.builds(subject))
            .map(Builder::name)
            .collect()
    }

    #[test]
    fn a_service_is_built_by_who_has_a_dockerfile_for_its_like() {
        let ours = ["vextrus", "vextrus-scratch"];
        let stages = ["naive", "template", "template-tuned"];
        assert_eq!(
            builders(&subject("auth", &[])),
            [&stages[..], &["pnpm-docs", "turbo"], &ours].concat()
        );
        assert_eq!(
            builders(&of_npm(Product::Service)),
            [&["npm-docs"], &ours[..]].concat()
        );
        assert_eq!(builders(&of_npm(Product::Site)), [&stages[..], &ours].concat());
        let mut portal = subject("portal", &[]);
        portal.product = Product::Site;
        assert_eq!(builders(&portal), ours);
    }

    #[test]
    fn every_dockerfile_is_there() {
        let subjects = [
            subject("auth", &[]),
            of_npm(Product::Service),
            of_npm(Product::Site),
        ];
        for subject in subjects {
            for builder in Builder::ALL {
                if let Some(file) = builder.dockerfile(&subject) {
                    let file = repository().join("bench/builders").join(file);
                    assert!(file.is_file(), "{}", file.display());
                }
            }
        }
    }

    #[test]
    fn the_workspaces_dockerignore_is_everybodys() {
        let kit = |workspace: &Workspace| {
            let subjects = Subjects::of(vec![subject("auth", &[]), subject("audit", &[])]);
            let kit = Kit::new(workspace, &subjects).unwrap();
            let read = |builder| {
                let file = kit.file(builder, &subjects.all()[0]) + ".dockerignore";
                std::fs::read_to_string(file).unwrap()
            };
            (read(Builder::Naive), read(Builder::Template))
        };
        let workspace = Workspace::empty();
        assert!(kit(&workspace).0.contains("**/node_modules\n"));
        workspace.write(".dockerignore", "dist");
        assert_eq!(kit(&workspace), ("dist\n".to_owned(), "dist\naudit\n".to_owned()));
    }

    #[test]
    fn a_manager_that_node_brings_along_is_not_installed() {
        let mut api = of_npm(Product::Service);
        let npm = |api: &Subject| {
            let arguments = arguments(Builder::NpmDocs, api);
            (arguments["NPM"].clone(), arguments["CLOSURE"].clone())
        };
        assert_eq!(npm(&api), (String::new(), "kernel".to_owned()));
        api.manager = Manager::Npm(Some("11.2.0".to_owned()));
        assert_eq!(npm(&api).0, "11.2.0");
    }
}
