//! The published packages of a workspace: real ones at exact versions, chosen from a list by their number alone.

use std::collections::BTreeSet;

use super::workspace::External;

/// A package a line, with all that an install of it takes. The tools are the first.
const LIST: &str = include_str!("externals.txt");
/// The tools; without the compiler and its types nothing is built.
const TOOLS: [&str; 4] = ["typescript", "@types/node", "jest", "eslint"];
/// The fewest packages: what the compiler and its types take.
pub(crate) const FEWEST: usize = 3;

/// Published packages, and those that they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closure {
    /// What the workspace is developed with.
    pub(crate) tools: Vec<External>,
    /// What its packages depend on.
    pub(crate) others: Vec<External>,
    /// All with what they need, as `name@version`: the `packages` of the lockfile.
    pub(crate) all: BTreeSet<&'static str>,
}

impl Closure {
    /// Chooses as many packages as the lockfile is to have: the tools that fit, then others in the order of the list.
    ///
    /// # Errors
    /// Which numbers there are.
    pub(crate) fn of(count: usize) -> Result<Self, String> {
        let mut closure = Self {
            tools: Vec::new(),
            others: Vec::new(),
            all: BTreeSet::new(),
        };
        for line in LIST.lines() {
            if closure.all.len() == count {
                break;
            }
            let closed: BTreeSet<&str> = line.split(' ').collect();
            let Some(head) = line.split(' ').next().and_then(external) else {
                continue;
            };
            if closure.all.union(&closed).count() > count {
                continue;
            }
            closure.all.extend(closed);
            if TOOLS.contains(&head.0.as_str()) {
                closure.tools.push(head);
            } else {
                closure.others.push(head);
            }
        }
        if closure.all.len() == count && count >= FEWEST {
            return Ok(closure);
        }
        let all: BTreeSet<&str> = LIST.split_whitespace().collect();
        Err(format!(
            "a workspace has {FEWEST} to {} published packages, not {count}",
            all.len()
        ))
    }
}

/// Reads `name@version`.
fn external(text: &str) -> Option<External> {
    let (name, version) = text.rsplit_once('@')?;
    Some((name.to_owned(), version.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Closure, FEWEST, TOOLS};

    #[test]
    fn any_number_of_packages_can_be_chosen() {
        for count in (FEWEST..=1500).step_by(61).chain([300, 1500]) {
            let closure = Closure::of(count).unwrap();
            assert_eq!(closure.all.len(), count);
            let heads = closure.tools.iter().chain(&closure.others);
            for (name, version) in heads {
                assert!(closure.all.contains(format!("{name}@{version}").as_str()));
            }
        }
        for count in [0, FEWEST - 1, 100_000] {
            let why = Closure::of(count).unwrap_err();
            assert!(why.starts_with("a workspace has 3 to 1"), "{why}");
        }
    }

    #[test]
    fn no_package_is_chosen_in_two_versions() {
        let closure = Closure::of(1500).unwrap();
        let names: BTreeSet<&String> = closure.others.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), closure.others.len());
        assert!(!TOOLS.iter().any(|tool| names.contains(&(*tool).to_owned())));
    }

    #[test]
    fn tools_come_in_where_they_fit_and_leave_room_for_others() {
        let tools = |count: usize| -> Vec<String> {
            let closure = Closure::of(count).unwrap();
            assert!(closure.others.len() > 10, "{count}");
            closure.tools.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(tools(300), ["typescript", "@types/node", "jest"]);
        assert_eq!(tools(1500), TOOLS);
    }
}
