//! How builds grow with the workspace: services over many small packages, made in chosen sizes.

pub(crate) mod closure;
mod lockfile;
mod table;
pub(crate) mod workspace;

use vextrus_e2e::{Docker, Workspace};

use crate::bed::attempt;
use crate::project::Project;
use crate::scenario::Scenario;
use crate::subject::Subjects;
use closure::Closure;
use workspace::{Shape, Size};

/// What the names of chosen sizes begin with.
const NAME: &str = "scale";
/// The numbers of packages that are measured unless the command line says which.
const PACKAGES: [usize; 4] = [10, 50, 100, 200];
/// The numbers of published packages.
const EXTERNALS: [usize; 2] = [300, 1500];

/// Says whether a name on the command line is one of sizes.
pub(crate) fn is_named(name: &str) -> bool {
    name.split('-').next() == Some(NAME)
}

/// Returns the sizes of names such as `scale-wide-50-300`, in the order of the report. What a name leaves out at its
/// end is each of the usual ones.
///
/// # Errors
/// The name, and what could be written instead.
pub(crate) fn sizes(names: &[&str]) -> Result<Vec<Size>, String> {
    let mut sizes = Vec::new();
    for name in names {
        let wrong = |why: &str| {
            format!(
                "{name}: {why}; write scale, scale-wide, scale-chain-50, scale-wide-50-300 or other numbers"
            )
        };
        let mut words = name.split('-').skip(1);
        let shapes = match words.next() {
            None => Shape::ALL.to_vec(),
            Some(word) => {
                let shape = Shape::ALL.into_iter().find(|shape| shape.name() == word);
                vec![shape.ok_or_else(|| wrong("there is no such shape"))?]
            }
        };
        let packages = match words.next() {
            None => PACKAGES.to_vec(),
            Some(word) => vec![Size::packages(word).ok_or_else(|| wrong("packages are 2 to 999"))?],
        };
        let externals = match words.next() {
            None => EXTERNALS.to_vec(),
            Some(word) => {
                let count = word
                    .parse()
                    .map_err(|_| wrong("published packages are a number"))?;
                Closure::of(count).map_err(|why| wrong(&why))?;
                vec![count]
            }
        };
        if words.next().is_some() {
            return Err(wrong("it has too many parts"));
        }
        for shape in shapes {
            for packages in packages.iter().copied() {
                let size = |externals| Size {
                    shape,
                    packages,
                    externals,
                };
                sizes.extend(externals.iter().copied().map(size));
            }
        }
    }
    sizes.sort_unstable();
    sizes.dedup();
    Ok(sizes)
}

/// Writes a workspace of a size, resolves it, and asks the frontend for the plan of its service, which has the size's
/// name.
///
/// # Errors
/// What pnpm or the frontend said.
pub(crate) fn project(docker: &Docker, size: Size) -> Result<Project, String> {
    let closure = Closure::of(size.externals)?;
    let importers = workspace::importers(size, &closure.tools, &closure.others);
    let files = workspace::files(size, &importers);
    attempt(|| {
        let lockfile = lockfile::lockfile(docker, size, &files, &closure)?;
        let workspace = Workspace::empty();
        for (file, text) in &files {
            workspace.write(file, text);
        }
        workspace.write("pnpm-lock.yaml", lockfile);
        let subjects = Subjects::find(docker, &workspace)?.renamed(|_| size.name());
        Project::of(workspace, subjects)
    })?
}

/// Returns the name and the directory of the package that a scenario changes, by the name of the size.
pub(crate) fn place(scenario: Scenario, name: &str) -> Option<(String, String)> {
    let size = Size::named(name)?;
    let number = match scenario {
        Scenario::Deepest | Scenario::DeepestCode => 1,
        Scenario::Dependency => size.packages / 2 + 1,
        _ => size.packages,
    };
    Some((workspace::package(size, number), size.directory(number)))
}

#[cfg(test)]
mod tests {
    use super::{EXTERNALS, closure::Closure, place};
    use crate::scenario::Scenario;

    #[test]
    fn a_scenario_changes_the_package_that_it_is_named_after() {
        let of = |scenario| place(scenario, "chain-50-300").unwrap();
        assert_eq!(of(Scenario::Deepest).1, "packages/p001");
        assert_eq!(of(Scenario::Dependency).0, "@scale/p026");
        assert_eq!(
            of(Scenario::Leaf),
            ("@scale/p050".to_owned(), "packages/p050".to_owned())
        );
        assert_eq!(place(Scenario::Leaf, "auth"), None);
    }

    #[test]
    fn the_usual_numbers_of_published_packages_exist() {
        for count in EXTERNALS {
            assert_eq!(Closure::of(count).unwrap().all.len(), count);
        }
    }
}
