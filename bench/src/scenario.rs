//! What is measured.

/// One situation in which people build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scenario {
    Cold,
    ColdRegistryCache,
    NoChange,
    Source,
    SharedChanged,
    SharedSameOutput,
    UnrelatedSource,
    UnrelatedDependency,
    OwnDependency,
    BaseChange,
    BakeCold,
    BakeShared,
    ScaleCold,
    ScaleNoChange,
    ScaleSource,
    ScaleLeaf,
    ScaleDeepest,
    ScaleDependency,
}

impl Scenario {
    /// All of a repository's services, in the order in which they are measured and reported.
    pub(crate) const ALL: [Self; 12] = [
        Self::Cold,
        Self::ColdRegistryCache,
        Self::NoChange,
        Self::Source,
        Self::SharedChanged,
        Self::SharedSameOutput,
        Self::UnrelatedSource,
        Self::UnrelatedDependency,
        Self::OwnDependency,
        Self::BaseChange,
        Self::BakeCold,
        Self::BakeShared,
    ];

    /// All of a workspace that is made in a chosen size, in the same order.
    pub(crate) const SCALE: [Self; 6] = [
        Self::ScaleCold,
        Self::ScaleNoChange,
        Self::ScaleSource,
        Self::ScaleLeaf,
        Self::ScaleDeepest,
        Self::ScaleDependency,
    ];

    /// Returns every scenario in the order of the report.
    pub(crate) fn every() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(Self::SCALE)
    }

    /// Returns the name that selections and records have.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::ColdRegistryCache => "cold-registry-cache",
            Self::NoChange => "no-change",
            Self::Source => "source",
            Self::SharedChanged => "shared-changed",
            Self::SharedSameOutput => "shared-same-output",
            Self::UnrelatedSource => "unrelated-source",
            Self::UnrelatedDependency => "unrelated-dependency",
            Self::OwnDependency => "own-dependency",
            Self::BaseChange => "base-change",
            Self::BakeCold => "bake14-cold",
            Self::BakeShared => "bake14-shared",
            Self::ScaleCold => "scale-cold",
            Self::ScaleNoChange => "scale-no-change",
            Self::ScaleSource => "scale-source",
            Self::ScaleLeaf => "scale-leaf",
            Self::ScaleDeepest => "scale-deepest",
            Self::ScaleDependency => "scale-dependency",
        }
    }

    /// Returns the scenario of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::every().find(|scenario| scenario.name() == name)
    }

    /// Says what is done, for the report.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Cold | Self::ScaleCold => "a fresh engine that has the base images and nothing else",
            Self::ColdRegistryCache => {
                "a fresh engine with `--cache-from type=registry` of what another engine exported with `mode=max`"
            }
            Self::NoChange | Self::ScaleNoChange => "the same build again",
            Self::Source | Self::ScaleSource => "one exported line added to the service's entry file",
            Self::SharedChanged => "a new exported function in the shared package that most services use",
            Self::SharedSameOutput => {
                "blank lines at the end of a file of that package: the sources differ, what is compiled of them does not"
            }
            Self::UnrelatedSource => "one exported line added to another service's entry file",
            Self::UnrelatedDependency => {
                "another service gets a dependency: its package.json and the lockfile as pnpm writes it"
            }
            Self::OwnDependency => {
                "the service gets a dependency: its package.json and the lockfile as pnpm writes it"
            }
            Self::BaseChange => "the image that the service runs on has one more layer under the same name",
            Self::BakeCold => "all services in one `docker buildx bake` on a fresh engine",
            Self::BakeShared => {
                "the same bake after a new exported function in the shared package that most services use"
            }
            Self::ScaleLeaf => "a new exported function in the last package, which the service alone uses",
            Self::ScaleDeepest => "a new exported function in the package that all others reach",
            Self::ScaleDependency => {
                "a package in the middle gets a dependency: its package.json and the lockfile as pnpm writes it"
            }
        }
    }

    /// Says whether all services are built at once.
    pub(crate) fn is_bake(self) -> bool {
        matches!(self, Self::BakeCold | Self::BakeShared)
    }

    /// Says whether a workspace is made for it.
    pub(crate) fn is_scale(self) -> bool {
        Self::SCALE.contains(&self)
    }

    /// Returns the scenario of the first build on an engine that it is measured on.
    pub(crate) fn first(self) -> Self {
        if self.is_scale() {
            Self::ScaleCold
        } else {
            Self::Cold
        }
    }
}
