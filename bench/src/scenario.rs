//! What is measured.

/// One situation in which people build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scenario {
    Cold,
    ColdRegistryCache,
    NoChange,
    Source,
    Readme,
    SharedChanged,
    SharedCode,
    SharedSameOutput,
    UnrelatedSource,
    UnrelatedDependency,
    OwnDependency,
    BaseChange,
    BakeCold,
    BakeShared,
    BakeSharedCode,
    Leaf,
    Deepest,
    DeepestCode,
    Dependency,
}

impl Scenario {
    /// All of every suite.
    pub(crate) const ALL: [Self; 19] = [
        Self::Cold,
        Self::ColdRegistryCache,
        Self::NoChange,
        Self::Source,
        Self::Readme,
        Self::SharedChanged,
        Self::SharedCode,
        Self::SharedSameOutput,
        Self::UnrelatedSource,
        Self::UnrelatedDependency,
        Self::OwnDependency,
        Self::BaseChange,
        Self::BakeCold,
        Self::BakeShared,
        Self::BakeSharedCode,
        Self::Leaf,
        Self::Deepest,
        Self::DeepestCode,
        Self::Dependency,
    ];

    /// Returns the name that selections and records have.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::ColdRegistryCache => "cold-registry-cache",
            Self::NoChange => "no-change",
            Self::Source => "source",
            Self::Readme => "readme",
            Self::SharedChanged => "shared-changed",
            Self::SharedCode => "shared-code",
            Self::SharedSameOutput => "shared-same-output",
            Self::UnrelatedSource => "unrelated-source",
            Self::UnrelatedDependency => "unrelated-dependency",
            Self::OwnDependency => "own-dependency",
            Self::BaseChange => "base-change",
            Self::BakeCold => "bake14-cold",
            Self::BakeShared => "bake14-shared",
            Self::BakeSharedCode => "bake14-shared-code",
            Self::Leaf => "leaf",
            Self::Deepest => "deepest",
            Self::DeepestCode => "deepest-code",
            Self::Dependency => "dependency",
        }
    }

    /// Returns the scenario of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// Says what is done, for the report.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Cold => "a fresh engine that has the base images and nothing else",
            Self::ColdRegistryCache => {
                "a fresh engine with `--cache-from type=registry` of what another engine exported with `mode=max`"
            }
            Self::NoChange => "the same build again",
            Self::Source => "one line added to the service's entry file, which is in the output",
            Self::Readme => "a line added to the README.md of the package, which nothing reads",
            Self::SharedChanged => "a new exported function in the shared package that most services use",
            Self::SharedCode => {
                "a statement added to a file of that package: what it does changes, what it declares does not"
            }
            Self::SharedSameOutput => {
                "blank lines at the end of a file of that package: the sources differ, what is compiled of them does not"
            }
            Self::UnrelatedSource => "one exported line added to another service's entry file",
            Self::UnrelatedDependency => {
                "another service gets a dependency: its package.json and the lockfile as pnpm writes it"
            }
            Self::OwnDependency => {
                "the service gets a dependency: its package.json and the lockfile as its package manager writes it"
            }
            Self::BaseChange => "the image that the service runs on has one more layer under the same name",
            Self::BakeCold => "all services in one `docker buildx bake` on a fresh engine",
            Self::BakeShared => {
                "the same bake after a new exported function in the shared package that most services use"
            }
            Self::BakeSharedCode => {
                "the same bake after a statement added to that package: what it does changes, what it declares does not"
            }
            Self::Leaf => "a new exported function in the last package, which the service alone uses",
            Self::Deepest => "a new exported function in the package that all others reach",
            Self::DeepestCode => {
                "a statement added to that package: what it does changes, what it declares does not"
            }
            Self::Dependency => {
                "a package in the middle gets a dependency: its package.json and the lockfile as pnpm writes it"
            }
        }
    }

    /// Says whether all services are built at once.
    pub(crate) fn is_bake(self) -> bool {
        matches!(self, Self::BakeCold | Self::BakeShared | Self::BakeSharedCode)
    }
}
