//! What is to be measured, by the words of the command line.

use std::path::PathBuf;

use crate::builder::Builder;
use crate::scale::{self, workspace::Size};
use crate::scenario::Scenario;
use crate::suite::Suite;

/// The runs of a scenario unless the command line says how many.
const RUNS: usize = 3;

/// What is to be measured, and where the report goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// In the order of the report.
    pub(crate) suites: Vec<Suite>,
    /// The sizes of workspaces that are made and measured, in the order of the report.
    pub(crate) sizes: Vec<Size>,
    /// Of each suite those that it has; without any, all.
    scenarios: Vec<Scenario>,
    /// As scenarios.
    builders: Vec<Builder>,
    /// By name; without any, one for the scenarios of a single service and all for the bakes.
    pub(crate) services: Vec<String>,
    /// How often each scenario is measured.
    runs: usize,
    /// How often each bake is.
    pub(crate) bake_runs: usize,
    /// How often each scenario of a workspace that is made.
    scale_runs: usize,
    /// Another repository than the example.
    pub(crate) workspace: Option<PathBuf>,
    /// Where the report is written; without one, that follows from what is measured.
    pub(crate) out: Option<PathBuf>,
}

impl Selection {
    /// Reads words of the shape `NAME=VALUE`.
    ///
    /// # Errors
    /// One message with every mistake, each with what could be written instead.
    pub(crate) fn parse<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut selection = Self {
            suites: vec![Suite::Services],
            sizes: Vec::new(),
            scenarios: Vec::new(),
            builders: Vec::new(),
            services: Vec::new(),
            runs: RUNS,
            bake_runs: 1,
            scale_runs: 1,
            workspace: None,
            out: None,
        };
        let mut mistakes = Vec::new();
        for word in words {
            if let Err(mistake) = selection.read(word.as_ref()) {
                mistakes.push(mistake);
            }
        }
        if mistakes.is_empty() {
            mistakes.extend(selection.contradictions());
        }
        if mistakes.is_empty() {
            Ok(selection)
        } else {
            Err(mistakes.join("\n"))
        }
    }

    fn read(&mut self, word: &str) -> Result<(), String> {
        let (name, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` is not NAME=VALUE, such as SCENARIOS=cold,source"))?;
        match name {
            "SUBJECT" => {
                let (sizes, names): (Vec<&str>, Vec<&str>) =
                    list(value).partition(|name| scale::is_named(name));
                self.sizes = scale::sizes(&sizes).map_err(|why| format!("{name}: {why}"))?;
                let scale = (!sizes.is_empty()).then_some(Suite::Scale.name());
                let names: Vec<&str> = names.into_iter().chain(scale).collect();
                self.suites = choose(name, &names.join(","), &Suite::ALL, Suite::name)?;
            }
            "SCENARIOS" => self.scenarios = choose(name, value, &Scenario::ALL, Scenario::name)?,
            "BUILDERS" => self.builders = choose(name, value, &Builder::ALL, Builder::name)?,
            "SERVICES" => self.services = list(value).map(str::to_owned).collect(),
            "RUNS" => self.runs = count(name, value)?,
            "BAKE_RUNS" => self.bake_runs = count(name, value)?,
            "SCALE_RUNS" => self.scale_runs = count(name, value)?,
            "WORKSPACE" => self.workspace = Some(PathBuf::from(value)),
            "OUT" => self.out = Some(PathBuf::from(value)),
            _ => {
                return Err(format!(
                    "{name} is unknown: write SUBJECT, SCENARIOS, BUILDERS, SERVICES, RUNS, BAKE_RUNS, SCALE_RUNS, WORKSPACE or OUT"
                ));
            }
        }
        Ok(())
    }

    /// Returns what of the words does not go together.
    fn contradictions(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        for suite in self.suites.iter().copied() {
            let nothing = |key: &str, names: Vec<&str>| {
                format!(
                    "{key} names nothing of {}: it has {}",
                    suite.name(),
                    names.join(", ")
                )
            };
            if self.scenarios(suite).is_empty() {
                let names = suite.scenarios().iter().map(|scenario| scenario.name());
                mistakes.push(nothing("SCENARIOS", names.collect()));
            }
            if self.builders(suite).is_empty() {
                let names = suite.builders().iter().map(|builder| builder.name());
                mistakes.push(nothing("BUILDERS", names.collect()));
            }
            if self.workspace.is_some() && suite != Suite::Services {
                mistakes.push(format!("WORKSPACE has no {}: leave SUBJECT out", suite.name()));
            }
            if !self.services.is_empty() && suite == Suite::Scale {
                mistakes.push("SERVICES has no scale: a workspace that is made has one service".to_owned());
            }
        }
        mistakes
    }

    /// Returns the chosen scenarios of a suite, in the order of the report.
    pub(crate) fn scenarios(&self, suite: Suite) -> Vec<Scenario> {
        among(suite.scenarios(), &self.scenarios)
    }

    /// Returns the chosen builders of a suite, in the order of the report.
    pub(crate) fn builders(&self, suite: Suite) -> Vec<Builder> {
        among(suite.builders(), &self.builders)
    }

    /// Returns how often a scenario of a suite is measured; bakes have a number of their own.
    pub(crate) fn runs(&self, suite: Suite) -> usize {
        match suite {
            Suite::Scale => self.scale_runs,
            _ => self.runs,
        }
    }

    /// Returns how often scenarios, and bakes, are measured at most.
    pub(crate) fn most_runs(&self) -> [usize; 2] {
        let runs = self.suites.iter().map(|suite| self.runs(*suite));
        [runs.max().unwrap_or(self.runs), self.bake_runs]
    }

    /// Says whether all that the published report shows of the suites is measured. Of workspaces that are made it
    /// shows what somebody chose.
    pub(crate) fn is_complete(&self) -> bool {
        self.scenarios.is_empty()
            && self.builders.is_empty()
            && self.services.is_empty()
            && self.sizes.is_empty()
            && self.workspace.is_none()
    }
}

/// Returns those of a list that were chosen; where none was, all.
fn among<T: Copy + PartialEq>(all: &[T], chosen: &[T]) -> Vec<T> {
    let is = |item: &T| chosen.is_empty() || chosen.contains(item);
    all.iter().copied().filter(is).collect()
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// Returns the chosen ones in the order of all.
fn choose<T: Copy + PartialEq>(
    key: &str,
    value: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<Vec<T>, String> {
    let names: Vec<&str> = all.iter().map(|item| name(*item)).collect();
    let chosen: Vec<&str> = list(value).collect();
    unknown(key, &chosen, &names)?;
    if chosen.is_empty() {
        return Err(format!("{key} names nothing: write some of {}", names.join(", ")));
    }
    Ok(all
        .iter()
        .copied()
        .filter(|item| chosen.contains(&name(*item)))
        .collect())
}

/// Refuses names that do not exist.
///
/// # Errors
/// The names, and all that exist.
pub(crate) fn unknown(key: &str, chosen: &[&str], all: &[&str]) -> Result<(), String> {
    let unknown: Vec<&str> = chosen
        .iter()
        .copied()
        .filter(|name| !all.contains(name))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{key}: there is no {}; there are {}",
        unknown.join(", no "),
        all.join(", ")
    ))
}

fn count(name: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(count @ 1..=99) => Ok(count),
        _ => Err(format!("{name} is `{value}`: write a number from 1 to 99")),
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use crate::builder::Builder;
    use crate::scenario::Scenario;
    use crate::suite::Suite;

    fn selection(words: &[&str]) -> Selection {
        Selection::parse(words).unwrap()
    }

    #[test]
    fn names_are_chosen_in_the_order_of_the_report() {
        let chosen = selection(&["SCENARIOS=source,cold", "BUILDERS=vextrus, naive", "RUNS=2"]);
        assert_eq!(chosen.suites, [Suite::Services]);
        assert_eq!(
            chosen.scenarios(Suite::Services),
            [Scenario::Cold, Scenario::Source]
        );
        assert_eq!(
            chosen.builders(Suite::Services),
            [Builder::Naive, Builder::Vextrus]
        );
        assert_eq!((chosen.runs(Suite::Services), chosen.bake_runs), (2, 1));
        assert!(!chosen.is_complete());
        assert!(selection(&[]).is_complete());
    }

    #[test]
    fn each_subject_has_scenarios_and_builders_of_its_own() {
        let chosen = selection(&["SUBJECT=managers,static", "SCENARIOS=readme,cold"]);
        assert_eq!(chosen.suites, [Suite::Static, Suite::Managers]);
        assert_eq!(
            chosen.scenarios(Suite::Static),
            [Scenario::Cold, Scenario::Readme]
        );
        assert_eq!(chosen.scenarios(Suite::Managers), [Scenario::Cold]);
        assert_eq!(chosen.builders(Suite::Managers), Suite::Managers.builders());
        assert!(selection(&["SUBJECT=static"]).is_complete());
        let words = [
            "SUBJECT=managers,static",
            "SCENARIOS=readme",
            "BUILDERS=naive",
            "WORKSPACE=/x",
        ];
        let mistakes = Selection::parse(words).unwrap_err();
        assert_eq!(
            Selection::parse(["SUBJECT=scale", "SERVICES=auth"]).unwrap_err(),
            "SERVICES has no scale: a workspace that is made has one service"
        );
        assert_eq!(
            mistakes.lines().collect::<Vec<_>>(),
            [
                "WORKSPACE has no static: leave SUBJECT out",
                "SCENARIOS names nothing of managers: it has cold, no-change, source, own-dependency",
                "BUILDERS names nothing of managers: it has npm-docs, pnpm-docs, vextrus",
                "WORKSPACE has no managers: leave SUBJECT out",
            ]
        );
    }

    #[test]
    fn workspaces_of_sizes_are_chosen_beside_other_subjects_or_alone() {
        let names = |selection: &Selection| -> Vec<String> {
            selection.sizes.iter().map(|size| size.name()).collect()
        };
        let alone = selection(&["SUBJECT=scale-chain-7-40,scale-wide-50-300", "SCALE_RUNS=2"]);
        assert_eq!(names(&alone), ["wide-50-300", "chain-7-40"]);
        assert_eq!(
            (alone.suites.as_slice(), alone.runs(Suite::Scale)),
            ([Suite::Scale].as_slice(), 2)
        );
        assert!(!alone.is_complete());
        let beside = selection(&["SUBJECT=scale-wide-10,services", "BUILDERS=vextrus"]);
        assert_eq!(names(&beside), ["wide-10-300", "wide-10-1500"]);
        assert_eq!(beside.suites, [Suite::Services, Suite::Scale]);
        assert_eq!(beside.builders(Suite::Scale), [Builder::Vextrus]);
        assert_eq!(selection(&["SUBJECT=scale,scale-wide"]).sizes.len(), 16);
        assert!(selection(&[]).sizes.is_empty());
        for wrong in [
            "scale-deep",
            "scale-wide-1",
            "scale-wide-10-1",
            "scale-wide-10-300-5",
        ] {
            let why = Selection::parse([format!("SUBJECT={wrong}")]).unwrap_err();
            assert!(why.starts_with(&format!("SUBJECT: {wrong}: ")), "{why}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_what_exists() {
        let words = ["SCENARIOS=warm,cold", "BUILDERS=", "RUNS=0", "SERVICE=auth", "x"];
        let mistakes = Selection::parse(words).unwrap_err();
        let lines: Vec<&str> = mistakes.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[0].starts_with("SCENARIOS: there is no warm; there are cold, cold-registry-cache, "));
        assert_eq!(
            lines[1],
            "BUILDERS names nothing: write some of naive, template, template-tuned, npm-docs, pnpm-docs, turbo, vextrus, vextrus-scratch"
        );
        assert_eq!(lines[2], "RUNS is `0`: write a number from 1 to 99");
        assert!(lines[3].starts_with("SERVICE is unknown: write SUBJECT,"));
        assert!(lines[4].starts_with("`x` is not NAME=VALUE"));
    }
}
