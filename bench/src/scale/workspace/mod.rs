//! A pnpm workspace of a chosen size, written out in memory: one service over many small TypeScript packages.
//!
//! The same size gives the same files. Used by the benchmark and, by its path, by an example of the frontend; so it
//! names nothing of this crate.

mod size;
mod sources;

use std::collections::BTreeMap;

pub(crate) use size::{Shape, Size};

/// The package manager of every workspace.
pub(crate) const PNPM: &str = "9.15.9";
/// The directory of the service.
pub(crate) const SERVICE: &str = "services/app";

/// A published package and its exact version.
pub(crate) type External = (String, String);

/// A project of the workspace, as its package.json and the lockfile's importer have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Importer {
    /// Below the workspace's root, which is `.` itself.
    pub(crate) directory: String,
    /// The package's name.
    pub(crate) name: String,
    /// The packages of the workspace that it depends on, by number.
    pub(crate) links: Vec<usize>,
    /// The published packages that it depends on.
    pub(crate) production: Vec<External>,
    /// Those that it is developed with.
    pub(crate) development: Vec<External>,
}

/// Returns the name of a package by its number.
pub(crate) fn package(size: Size, number: usize) -> String {
    format!("@scale/{}", size.stem(number))
}

/// Returns the root, the packages from the deepest to the last one, and the service. The root is developed with the
/// tools; the other published packages are dealt to the workspace's packages in turn.
pub(crate) fn importers(size: Size, tools: &[External], others: &[External]) -> Vec<Importer> {
    let importer = |directory: String, name: String, links: Vec<usize>| Importer {
        directory,
        name,
        links,
        production: Vec::new(),
        development: Vec::new(),
    };
    let mut root = importer(".".to_owned(), "scale".to_owned(), Vec::new());
    root.development = tools.to_vec();
    let packages = (1..=size.packages).map(|number| {
        let mut package = importer(
            size.directory(number),
            package(size, number),
            size.dependencies(number),
        );
        let own = others.iter().skip(number - 1).step_by(size.packages);
        package.production = own.cloned().collect();
        package
    });
    let service = importer(SERVICE.to_owned(), "app".to_owned(), size.of_service());
    [root].into_iter().chain(packages).chain([service]).collect()
}

/// Returns all files but the lockfile, by path.
pub(crate) fn files(size: Size, importers: &[Importer]) -> BTreeMap<String, String> {
    let mut files = sources::shared();
    for importer in importers {
        let path = |file: &str| match importer.directory.as_str() {
            "." => file.to_owned(),
            directory => format!("{directory}/{file}"),
        };
        files.insert(path("package.json"), sources::manifest(size, importer));
        let own = match importer.directory.as_str() {
            "." => Vec::new(),
            SERVICE => sources::service(size, importer),
            _ => sources::package(size, importer),
        };
        files.extend(own.into_iter().map(|(file, text)| (path(file), text)));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::{External, Shape, Size, files, importers};

    fn external(name: &str) -> External {
        (name.to_owned(), "1.0.0".to_owned())
    }

    fn size(shape: Shape) -> Size {
        Size {
            shape,
            packages: 12,
            externals: 3,
        }
    }

    #[test]
    fn every_published_package_is_dealt_to_one_package() {
        let others = ["a", "b", "c", "d"].map(external);
        let size = Size {
            packages: 3,
            ..size(Shape::Wide)
        };
        let importers = importers(size, &[external("typescript")], &others);
        let of = |place: usize| -> Vec<&str> {
            let production = importers[place].production.iter();
            production.map(|(name, _)| name.as_str()).collect()
        };
        assert_eq!(importers.len(), 5);
        assert_eq!(
            [of(0), of(1), of(2), of(3), of(4)],
            [vec![], vec!["a", "d"], vec!["b"], vec!["c"], vec![]]
        );
        assert_eq!(importers[0].development, [external("typescript")]);
    }

    #[test]
    fn a_package_imports_what_it_depends_on_and_no_other() {
        for shape in Shape::ALL {
            let size = size(shape);
            let importers = importers(size, &[], &[]);
            let files = files(size, &importers);
            for importer in importers.iter().skip(1) {
                let main = if importer.name == "app" { "report" } else { "index" };
                let source = &files[&format!("{}/src/{main}.ts", importer.directory)];
                let manifest = &files[&format!("{}/package.json", importer.directory)];
                for number in 1..=size.packages {
                    let name = super::package(size, number);
                    let depends = importer.links.contains(&number);
                    assert_eq!(
                        source.contains(&format!("from '{name}'")),
                        depends,
                        "{importer:?}"
                    );
                    assert_eq!(
                        manifest.contains(&format!("\"{name}\": \"workspace:*\"")),
                        depends
                    );
                }
            }
        }
    }

    #[test]
    fn the_same_size_gives_the_same_files() {
        let make = || {
            let size = size(Shape::Chain);
            files(size, &importers(size, &[external("jest")], &[external("ms")]))
        };
        assert_eq!(make(), make());
        assert_eq!(make().len(), 4 + 13 * 5);
    }
}
