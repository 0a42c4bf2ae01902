//! Sets of services, each with the scenarios and the builders that it is measured by: what SUBJECT chooses.

use serde::{Deserialize, Serialize};

use crate::builder::Builder;
use crate::scenario::Scenario;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Suite {
    /// Those of a repository in a pnpm workspace.
    Services,
    /// A front end that a web server serves.
    Static,
    /// One service twice: of npm, and of pnpm.
    Managers,
    /// Services over workspaces that are made in chosen sizes.
    Scale,
}

impl Suite {
    /// All, in the order in which they are measured and reported.
    pub(crate) const ALL: [Self; 4] = [Self::Services, Self::Static, Self::Managers, Self::Scale];

    /// Returns the name that selections and records have.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Static => "static",
            Self::Managers => "managers",
            Self::Scale => "scale",
        }
    }

    /// Returns its scenarios, in the order in which they are measured and reported.
    pub(crate) fn scenarios(self) -> &'static [Scenario] {
        match self {
            Self::Services => &[
                Scenario::Cold,
                Scenario::ColdRegistryCache,
                Scenario::NoChange,
                Scenario::Source,
                Scenario::SharedChanged,
                Scenario::SharedCode,
                Scenario::SharedSameOutput,
                Scenario::UnrelatedSource,
                Scenario::UnrelatedDependency,
                Scenario::OwnDependency,
                Scenario::BaseChange,
                Scenario::BakeCold,
                Scenario::BakeShared,
                Scenario::BakeSharedCode,
            ],
            Self::Static => &[
                Scenario::Cold,
                Scenario::NoChange,
                Scenario::Source,
                Scenario::Readme,
                Scenario::OwnDependency,
            ],
            Self::Managers => &[
                Scenario::Cold,
                Scenario::NoChange,
                Scenario::Source,
                Scenario::OwnDependency,
            ],
            Self::Scale => &[
                Scenario::Cold,
                Scenario::NoChange,
                Scenario::Source,
                Scenario::Leaf,
                Scenario::Deepest,
                Scenario::DeepestCode,
                Scenario::Dependency,
            ],
        }
    }

    /// Returns the builders that it is measured with, of which each builds the services that it can.
    pub(crate) fn builders(self) -> &'static [Builder] {
        match self {
            Self::Services | Self::Static => &Builder::ALL,
            Self::Managers => &[Builder::NpmDocs, Builder::PnpmDocs, Builder::Vextrus],
            Self::Scale => &[Builder::TemplateTuned, Builder::PnpmDocs, Builder::Vextrus],
        }
    }

    /// Says whether a scenario is measured with a builder. Of services the smallest base is there for its sizes, which
    /// no change has others of.
    pub(crate) fn measures(self, scenario: Scenario, builder: Builder) -> bool {
        let sizes = matches!(scenario, Scenario::Cold | Scenario::BakeCold);
        sizes || self != Self::Services || builder != Builder::VextrusScratch
    }

    /// Says whether a run that was made by these words measured it. Workspaces of sizes were scenarios once.
    pub(crate) fn is_in(self, part: &str) -> bool {
        let subjects = part.split(' ').find_map(|word| word.strip_prefix("SUBJECT="));
        match subjects {
            Some(subjects) => subjects
                .split(',')
                .any(|name| name.trim().split('-').next() == Some(self.name())),
            None if part.contains("SCENARIOS=scale") => self == Self::Scale,
            None => self == Self::Services,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Suite;

    #[test]
    fn the_words_of_a_run_tell_what_it_measured() {
        let of = |part: &str| -> Vec<Suite> {
            let all = Suite::ALL.into_iter();
            all.filter(|suite| suite.is_in(part)).collect()
        };
        assert_eq!(of("2026-11-21 f6de79 SCENARIOS=cold RUNS=2"), [Suite::Services]);
        assert_eq!(
            of("2026-11-27 1ebc8c SCENARIOS=scale-wide-50-300"),
            [Suite::Scale]
        );
        assert_eq!(
            of("2026-11-28 d2b8fb SUBJECT=static,scale-wide-10 RUNS=1"),
            [Suite::Static, Suite::Scale]
        );
    }
}
