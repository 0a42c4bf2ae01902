//! An image that lacks what it loads at its start is not built.

mod lacks;
mod written;

use serde::Deserialize;

use super::{make, tell};
use crate::decide::Read;
use crate::diagnostic::{Diagnostic, Place, names, shown};
use crate::gateway::{Failure, Gateway};
use crate::lower::{self, Graph};
use crate::options::Options;
use crate::path::{is_within, join};
use crate::pattern::literal;
use crate::plan::{self, Check, Checked, LOADED, Noted, Outcome, Plan, RUNTIME_SCRIPTS, WORKSPACE};
use crate::source::Reader;
pub(super) use lacks::Lacks;

/// The report names two files; what an error says may be long.
const MAX_REPORT: usize = 1 << 20;

/// Files that are looked for in the repository: each is a transfer of its own.
const MAX_FILES: usize = 10;

/// What the script that starts the command writes.
#[derive(Debug, Deserialize)]
struct Report {
    missing: Option<Missing>,
    #[serde(default)]
    undeclared: Vec<Undeclared>,
    /// Packages with native code for another C library alone, by their directories.
    #[serde(default)]
    foreign: Vec<String>,
}

/// A package that code names and that is not there, whether or not the code is run at the start.
#[derive(Debug, Deserialize)]
struct Undeclared {
    name: String,
    /// The file that names it.
    from: String,
    /// Whether the file cannot be loaded without it: a statement imports it.
    #[serde(default)]
    imported: bool,
}

/// What is not as the image needs it.
#[derive(Debug, Deserialize)]
struct Missing {
    kind: Kind,
    /// The program, the module as it is asked for, the file, or what the loader says.
    name: String,
    /// The file that asks for it.
    from: Option<String>,
    /// More files that may be it.
    #[serde(default)]
    others: Vec<String>,
    /// Whether a directory that cannot be written is there.
    #[serde(default, rename = "isThere")]
    is_there: bool,
    /// Whether there is code in it.
    #[serde(default, rename = "holdsCode")]
    holds_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Program,
    Module,
    File,
    Native,
    /// Native code that is not there.
    Unbuilt,
    /// A directory that the service's user may not write.
    Denied,
}

/// Reads what was found when the command was started in the image's files, where the plan has a step for it.
///
/// # Errors
/// What the image lacks and no other plan gives it, at the line to change.
pub(super) async fn check(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    plan: &Plan,
    graph: &Graph<'_>,
) -> Result<Lacks, Failure> {
    let Outcome::Image(image) = &plan.outcome else {
        return Ok(Lacks::default());
    };
    let Some(check) = &image.check else {
        return noted(gateway, options, graph, image.noted.as_ref()).await;
    };
    let reference = make(gateway, options, graph, &check.report).await?;
    let path = join(RUNTIME_SCRIPTS, LOADED);
    let report = gateway.read_file(&reference, &path, MAX_REPORT).await?;
    let report: Report = serde_json::from_slice(&report).map_err(Diagnostic::internal)?;
    let lacks = Lacks::of(check, &report);
    let missing = report.missing.or_else(|| of_output(check, report.undeclared));
    let Some(missing) = missing.filter(|_| lacks.is_nothing()) else {
        return Ok(lacks);
    };
    match missing.kind {
        Kind::File => {}
        Kind::Denied => {
            // Where it runs it may be told to write elsewhere.
            let warning = written::refused(check, &missing);
            let warning = warning.iter().filter(|one| read.lint.applies(one.rule));
            tell(gateway, read, warning).await?;
            return Ok(lacks);
        }
        _ => return Err(mistake(check, &missing).into()),
    }
    // A file may be one that is given to the container where it runs: only what the repository has is known to be meant.
    for file in std::iter::once(&missing.name)
        .chain(&missing.others)
        .take(MAX_FILES)
    {
        let Some(inside) = in_workspace(&check.packages, file) else {
            continue;
        };
        if is_in_context(gateway, options, read, &join(&plan.root, &inside)).await? {
            let missing = Missing {
                kind: Kind::File,
                name: file.clone(),
                from: None,
                others: Vec::new(),
                is_there: false,
                holds_code: false,
            };
            return Err(mistake(check, &missing).into());
        }
    }
    Ok(lacks)
}

/// Returns a package that code of an output needs which should hold all that it loads, though the code is not run at the
/// start: a bundler writes what a request needs into files of their own.
fn of_output(check: &Check, undeclared: Vec<Undeclared>) -> Option<Missing> {
    let outputs = &check.complete.as_ref()?.outputs;
    let is_inside = |from: &str| {
        let (_, inside) = owner(&check.packages, from)?;
        outputs.iter().find(|output| is_within(inside, output))
    };
    let mut undeclared = undeclared.into_iter();
    let found = undeclared.find(|one| one.imported && is_inside(&one.from).is_some())?;
    Some(Missing {
        kind: Kind::Module,
        name: found.name,
        from: Some(found.from),
        others: Vec::new(),
        is_there: false,
        holds_code: false,
    })
}

/// Reads what the install has noted of native code, for an image that nothing is started in.
async fn noted(
    gateway: &Gateway,
    options: &Options,
    graph: &Graph<'_>,
    noted: Option<&Noted>,
) -> Result<Lacks, Failure> {
    let Some(noted) = noted else {
        return Ok(Lacks::default());
    };
    let reference = make(gateway, options, graph, &noted.files).await?;
    let note = gateway
        .read_file_if_exists(&reference, &noted.path, MAX_REPORT)
        .await?;
    let packages: Vec<String> = match note {
        Some(note) => serde_json::from_slice(&note).map_err(Diagnostic::internal)?,
        None => Vec::new(),
    };
    Ok(Lacks::of_note(&packages, &noted.base))
}

/// Returns whether the repository has a file that the image has not.
async fn is_in_context(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    path: &str,
) -> Result<bool, Failure> {
    let part = plan::Part {
        what: shown(path).into_owned(),
        include: vec![literal(path)],
        exclude: Vec::new(),
        places: Vec::new(),
    };
    let reader = Reader::Engine(gateway.clone());
    let tree = reader
        .tree(options, &lower::load(&read.context, &part, &[]))
        .await?;
    tree.exists(path).await
}

/// Returns the path in the workspace of a file of the image.
fn in_workspace(packages: &[Checked], file: &str) -> Option<String> {
    if let Some((package, inside)) = owner(packages, file) {
        return Some(join(&package.source, inside));
    }
    let inside = file.strip_prefix(WORKSPACE)?.strip_prefix('/')?;
    Some(inside.to_owned())
}

/// Returns the package of the workspace that has a file of the image, and the file's path in it.
fn owner<'a>(packages: &'a [Checked], file: &'a str) -> Option<(&'a Checked, &'a str)> {
    let inside = |package: &'a Checked| {
        let inside = file.strip_prefix(package.directory.as_str())?.strip_prefix('/')?;
        // What lies there is installed.
        (!format!("/{inside}").contains("/node_modules/")).then_some((package, inside))
    };
    let around = packages.iter().filter_map(inside);
    around.max_by_key(|(package, _)| package.directory.len())
}

/// Says what the image lacks.
fn mistake(check: &Check, missing: &Missing) -> Diagnostic {
    let (message, place) = match missing.kind {
        Kind::Program => program(check, &missing.name),
        Kind::Module => module(check, &missing.name, missing.from.as_deref()),
        Kind::File => {
            let inside = in_workspace(&check.packages, &missing.name);
            let inside = shown(inside.as_deref().unwrap_or(&missing.name));
            let message = format!(
                "the image has no `{inside}`, which the service opens at its start; write `files = [\"{inside}\"]` into \
                 `[run]`"
            );
            (message, check.command.clone())
        }
        Kind::Native => native(check, missing),
        Kind::Unbuilt => unbuilt(check, missing),
        Kind::Denied => (written::refusal(check, missing), check.writes.clone()),
    };
    Diagnostic::named(names::CANNOT_START, message).at(place)
}

fn program(check: &Check, name: &str) -> (String, Place) {
    let package = check
        .packages
        .iter()
        .find(|package| package.tools.contains_key(name));
    let advice = match package {
        Some(package) => format!("move `{}` to `dependencies` of {}", shown(name), package.file),
        None => "add the package that has it to `dependencies`, write that of the system into `packages` of `[run]`, or \
                 another `command`"
            .to_owned(),
    };
    let place = package.and_then(|package| package.tools.get(name));
    let message = format!(
        "the image has no program `{}`, which it starts; {advice}",
        shown(name)
    );
    (message, place.unwrap_or(&check.command).clone())
}

fn module(check: &Check, name: &str, from: Option<&str>) -> (String, Place) {
    let asks = from.map(|from| format!(", which {} loads", shown(from)));
    let asks = asks.unwrap_or_default();
    let name_shown = shown(name);
    let what = format!("the image has no `{name_shown}`{asks}");
    let is_path = name.starts_with(['.', '/']);
    if is_path {
        let advice = "see that the build writes it below its package, or write it into `files` of `[run]`";
        return (format!("{what}; {advice}"), check.command.clone());
    }
    if let Some((package, _)) = from.and_then(|from| owner(&check.packages, from)) {
        return of_package(package, package_of(name), &what);
    }
    if let Some(from) = from.filter(|from| from.contains("/node_modules/")) {
        let dependency = shown(package_of(
            from.rsplit("/node_modules/").next().unwrap_or_default(),
        ))
        .into_owned();
        let message = format!(
            "{what}; `{dependency}` does not declare it: add `{name_shown}` to `dependencies` of the package that uses \
             `{dependency}`, or to those of `{dependency}` by `packageExtensions`"
        );
        let package = check.packages.last();
        return (
            message,
            package.map_or(&check.command, |package| &package.place).clone(),
        );
    }
    (format!("{what}; add it to `dependencies`"), check.command.clone())
}

/// Says that a package does not declare what it loads.
fn of_package(package: &Checked, wanted: &str, what: &str) -> (String, Place) {
    let Checked { file, name, .. } = package;
    let wanted_shown = shown(wanted);
    match package.tools.get(wanted) {
        Some(place) => {
            let message = format!(
                "{what}: `{wanted_shown}` is a dependency of `{name}` for development alone; move it to `dependencies` of \
                 {file}"
            );
            (message, place.clone())
        }
        None => {
            let message = format!(
                "{what}: `{name}` does not declare `{wanted_shown}`; add it to `dependencies` of {file}"
            );
            (message, package.place.clone())
        }
    }
}

fn native(check: &Check, missing: &Missing) -> (String, Place) {
    let file = missing
        .from
        .as_deref()
        .map_or_else(String::new, |from| format!(" in {}", shown(from)));
    let words = shown(&missing.name);
    let advice = match is_of_other_libc(&missing.name) {
        true => "it is for another C library than the base has: write `base = \"debian\"`, or `\"alpine\"`",
        false => "write the system packages that it needs into `packages` of `[run]`",
    };
    let message = format!("native code{file} cannot be loaded ({words}); {advice}");
    (message, check.base.clone())
}

/// Whether it is what musl's loader says of a library of glibc's, or the other way round.
fn is_of_other_libc(said: &str) -> bool {
    let words = [
        "ld-linux",
        "libc.so.6",
        "GLIBC",
        "libm.so.6",
        "symbol not found",
        "ld-musl",
        "libc.musl",
    ];
    words.iter().any(|word| said.contains(word))
}

fn unbuilt(check: &Check, missing: &Missing) -> (String, Place) {
    let from = missing.from.as_deref().unwrap_or_default();
    let dependency = from
        .rsplit_once("/node_modules/")
        .map(|(_, path)| shown(package_of(path)).into_owned());
    let words = shown(&missing.name);
    let Some(dependency) = dependency else {
        let message = format!("native code is not there ({words}); see that the script that builds it runs");
        return (message, check.command.clone());
    };
    let message = format!(
        "native code of `{dependency}` is not there ({words}): its install script builds or fetches it; {}",
        check.approval
    );
    let package = check.packages.last();
    let place = package.map_or(&check.command, |package| &package.place);
    (message, place.clone())
}

/// Returns the package of a module's path, such as `@nestjs/core` of `@nestjs/core/router`.
fn package_of(path: &str) -> &str {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let end = if path.starts_with('@') {
        slashes.nth(1)
    } else {
        slashes.next()
    };
    path.get(..end.unwrap_or(path.len())).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_in_a_package_is_not_the_packages_own() {
        let package = |directory: &str, source: &str| Checked {
            name: source.to_owned(),
            directory: directory.to_owned(),
            source: source.to_owned(),
            file: String::new(),
            place: Place::of_line(&crate::diagnostic::SourceFile::new("package.json", ""), 1),
            tools: std::collections::BTreeMap::new(),
        };
        let kernel = "/app/node_modules/.pnpm/k@workspace+libs+k/node_modules/k";
        let packages = [package(kernel, "libs/k"), package("/app", "services/api")];
        for (file, path) in [
            ("/app/dist/main.js".to_owned(), Some("services/api/dist/main.js")),
            (format!("{kernel}/dist/index.js"), Some("libs/k/dist/index.js")),
            (
                "/app/node_modules/.pnpm/x@1.0.0/node_modules/x/index.js".to_owned(),
                None,
            ),
            (format!("{kernel}/node_modules/x/index.js"), None),
        ] {
            let found = owner(&packages, &file).map(|(package, inside)| join(&package.source, inside));
            assert_eq!(found.as_deref(), path, "{file}");
        }
    }

    #[test]
    fn a_file_of_the_image_has_a_path_in_the_workspace() {
        for (file, path) in [
            ("/app/apps/api/a.proto", Some("apps/api/a.proto")),
            ("/app/app/app.json", Some("app/app.json")),
            ("/app", None),
            ("/apps/api/a.proto", None),
            ("/etc/app/x", None),
        ] {
            assert_eq!(in_workspace(&[], file).as_deref(), path, "{file}");
        }
    }
}
