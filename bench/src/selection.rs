//! What is to be measured, by the words of the command line.

use std::path::PathBuf;

use crate::builder::Builder;
use crate::scale::{self, workspace::Size};
use crate::scenario::Scenario;

/// The runs of a scenario unless the command line says how many.
const RUNS: usize = 3;

/// What is to be measured, and where the report goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// In the order of the report.
    pub(crate) scenarios: Vec<Scenario>,
    /// The sizes of workspaces that are made and measured, in the order of the report.
    pub(crate) scale: Vec<Size>,
    /// In the order of the report.
    pub(crate) builders: Vec<Builder>,
    /// Those of the workspaces that are made.
    pub(crate) scale_builders: Vec<Builder>,
    /// By name; without any, one for the scenarios of a single service and all for the bakes.
    pub(crate) services: Vec<String>,
    /// How often each scenario is measured.
    pub(crate) runs: usize,
    /// How often each bake is.
    pub(crate) bake_runs: usize,
    /// How often each scenario of a workspace that is made.
    pub(crate) scale_runs: usize,
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
            scenarios: Scenario::ALL.to_vec(),
            scale: Vec::new(),
            builders: Builder::ALL.to_vec(),
            scale_builders: Builder::SCALE.to_vec(),
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
            "SCENARIOS" => {
                let (sizes, names): (Vec<&str>, Vec<&str>) =
                    list(value).partition(|name| scale::is_named(name));
                self.scale = scale::sizes(&sizes).map_err(|why| format!("{name}: {why}"))?;
                self.scenarios = match (sizes.is_empty(), names.is_empty()) {
                    (false, true) => Vec::new(),
                    _ => choose(name, &names.join(","), &Scenario::ALL, Scenario::name)?,
                };
            }
            "BUILDERS" => {
                self.builders = choose(name, value, &Builder::ALL, Builder::name)?;
                self.scale_builders.clone_from(&self.builders);
            }
            "SERVICES" => self.services = list(value).map(str::to_owned).collect(),
            "RUNS" => self.runs = count(name, value)?,
            "BAKE_RUNS" => self.bake_runs = count(name, value)?,
            "SCALE_RUNS" => self.scale_runs = count(name, value)?,
            "WORKSPACE" => self.workspace = Some(PathBuf::from(value)),
            "OUT" => self.out = Some(PathBuf::from(value)),
            _ => {
                return Err(format!(
                    "{name} is unknown: write SCENARIOS, BUILDERS, SERVICES, RUNS, BAKE_RUNS, SCALE_RUNS, WORKSPACE or OUT"
                ));
            }
        }
        Ok(())
    }

    /// Says whether all that the published report shows of a repository's services is measured.
    pub(crate) fn is_complete(&self) -> bool {
        self.scenarios.len() == Scenario::ALL.len()
            && self.builders.len() == Builder::ALL.len()
            && self.services.is_empty()
            && self.workspace.is_none()
    }
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

    #[test]
    fn names_are_chosen_in_the_order_of_the_report() {
        let words = ["SCENARIOS=source,cold", "BUILDERS=vextrus, naive", "RUNS=2"];
        let selection = Selection::parse(words).unwrap();
        assert_eq!(selection.scenarios, [Scenario::Cold, Scenario::Source]);
        assert_eq!(selection.builders, [Builder::Naive, Builder::Vextrus]);
        assert_eq!((selection.runs, selection.bake_runs), (2, 1));
        assert!(!selection.is_complete());
        assert!(Selection::parse::<&str>([]).unwrap().is_complete());
    }

    #[test]
    fn workspaces_of_sizes_are_chosen_beside_other_scenarios_or_alone() {
        let selection = |words: &[&str]| Selection::parse(words).unwrap();
        let names = |selection: &Selection| -> Vec<String> {
            selection.scale.iter().map(|size| size.name()).collect()
        };
        let alone = selection(&["SCENARIOS=scale-chain-7-40,scale-wide-50-300"]);
        assert_eq!(names(&alone), ["wide-50-300", "chain-7-40"]);
        assert!(alone.scenarios.is_empty() && !alone.is_complete());
        assert_eq!(alone.scale_builders, Builder::SCALE);
        let beside = selection(&["SCENARIOS=scale-wide-10,cold", "BUILDERS=vextrus"]);
        assert_eq!(names(&beside), ["wide-10-300", "wide-10-1500"]);
        assert_eq!(beside.scenarios, [Scenario::Cold]);
        assert_eq!(beside.scale_builders, [Builder::Vextrus]);
        assert_eq!(selection(&["SCENARIOS=scale,scale-wide"]).scale.len(), 16);
        assert!(selection(&[]).scale.is_empty());
        for wrong in [
            "scale-deep",
            "scale-wide-1",
            "scale-wide-10-1",
            "scale-wide-10-300-5",
        ] {
            let why = Selection::parse([format!("SCENARIOS={wrong}")]).unwrap_err();
            assert!(why.starts_with(&format!("SCENARIOS: {wrong}: ")), "{why}");
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
            "BUILDERS names nothing: write some of naive, template, template-tuned, pnpm-docs, turbo, vextrus"
        );
        assert_eq!(lines[2], "RUNS is `0`: write a number from 1 to 99");
        assert!(lines[3].starts_with("SERVICE is unknown: write SCENARIOS,"));
        assert!(lines[4].starts_with("`x` is not NAME=VALUE"));
    }
}
