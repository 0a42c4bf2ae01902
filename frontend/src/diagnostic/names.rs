//! Names of mistakes, as rules name warnings: for programs, for editors, and for who looks one up. A name stays what it
//! is, whatever the message says.

macro_rules! names {
    ($(#[doc = $what:literal] $constant:ident = $name:literal,)*) => {
        $(#[doc = $what] pub const $constant: &str = $name;)*

        /// Every name with what it stands for, in the alphabet's order.
        pub const ALL: &[(&str, &str)] = &[$(($name, $what)),*];
    };
}

names! {
    /// More than one project fits the manifest.
    AMBIGUOUS_PACKAGE = "AmbiguousPackage",
    /// The lockfile refers to what it does not hold.
    BROKEN_LOCKFILE = "BrokenLockfile",
    /// The image lacks what its command loads.
    CANNOT_START = "CannotStart",
    /// The image is larger than `[image] max_size`.
    IMAGE_TOO_LARGE = "ImageTooLarge",
    /// A mistake of the frontend itself, to be reported.
    INTERNAL = "Internal",
    /// A `--build-context` cannot take the place of what it is named like.
    INVALID_BUILD_CONTEXT = "InvalidBuildContext",
    /// `# check=` or its build argument has an option that there is not.
    INVALID_CHECK = "InvalidCheck",
    /// The build context is neither a directory nor a repository nor an archive.
    INVALID_CONTEXT = "InvalidContext",
    /// An image has no configuration that can be read.
    INVALID_IMAGE = "InvalidImage",
    /// The lockfile cannot be read, or is of a version that is not.
    INVALID_LOCKFILE = "InvalidLockfile",
    /// A key or a value of the manifest is wrong.
    INVALID_MANIFEST = "InvalidManifest",
    /// A package or a directory has a name that no step can carry.
    INVALID_NAME = "InvalidName",
    /// A flag of the command line is not understood, or cannot be honoured.
    INVALID_OPTION = "InvalidOption",
    /// A package.json cannot be read.
    INVALID_PACKAGE_JSON = "InvalidPackageJson",
    /// `pnpm-workspace.yaml` cannot be read.
    INVALID_WORKSPACE_FILE = "InvalidWorkspaceFile",
    /// A rule warns, and the manifest asks that warnings stop the build.
    LINT_VIOLATION = "LintViolation",
    /// A package.json and the lockfile do not agree.
    LOCKFILE_DRIFT = "LockfileDrift",
    /// Files lead from one to the next for longer than is followed.
    LONG_CHAIN = "LongChain",
    /// A file that the manifest lists, or that a dependency or a patch is taken from, is not in the build context.
    MISSING_FILE = "MissingFile",
    /// The lockfile has a project that the build context does not hold.
    MISSING_PROJECT = "MissingProject",
    /// Nothing is there that Node would start: the build left none of the files, nothing makes one, or the start script is for another runtime.
    NO_ENTRY = "NoEntry",
    /// The engine does not tell which image the frontend is.
    NO_FRONTEND_IMAGE = "NoFrontendImage",
    /// An image cannot be had: it is not there, not for the platform or not for everybody, or its registry does not answer.
    NO_IMAGE = "NoImage",
    /// There is no lockfile, or a project has none of its own.
    NO_LOCKFILE = "NoLockfile",
    /// There is no manifest where one is looked for.
    NO_MANIFEST = "NoManifest",
    /// Something needs a shell on a base that has none.
    NO_SHELL = "NoShell",
    /// The build of a static site left none that can be served.
    NO_SITE = "NoSite",
    /// A secret, an agent or a network that the manifest asks for was not passed.
    NOT_PASSED = "NotPassed",
    /// The engine lacks what the build needs.
    OLD_ENGINE = "OldEngine",
    /// A dependency or a patch is to be taken from outside of the build context.
    OUTSIDE_CONTEXT = "OutsideContext",
    /// Packages depend on each other in a circle.
    PACKAGE_CYCLE = "PackageCycle",
    /// A secret is in a variable that a build writes into files which everybody gets.
    PUBLIC_SECRET = "PublicSecret",
    /// `[image] created` asks for the time of a commit that cannot be told.
    UNKNOWN_COMMIT = "UnknownCommit",
    /// The manifest's package is not in the workspace.
    UNKNOWN_PACKAGE = "UnknownPackage",
    /// A script that is asked for is not in the package.json.
    UNKNOWN_SCRIPT = "UnknownScript",
    /// `--target` names what the manifest does not have.
    UNKNOWN_TARGET = "UnknownTarget",
    /// A file cannot be read: its size, its encoding, or the engine's answer.
    UNREADABLE_FILE = "UnreadableFile",
    /// The package manager or its version is not one that the frontend knows.
    UNSUPPORTED_MANAGER = "UnsupportedManager",
    /// The command line of the program itself is wrong.
    WRONG_USE = "WrongUse",
}

/// The name of a mistake that has none of its own.
pub const MISTAKE: &str = "Mistake";

/// Returns the page of `docs` that lists the names.
pub fn page() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         What stops a build has a name, as what is only warned about has ([rules](rules/README.md)). The message says\n\
         what was found, where, and what to write; the name stays the same when the message is reworded. `vextrus`\n\
         shows it, and `--call=check,format=json` and `vextrus check --format json` have it as `buildError.name`.\n\n\
         This page is generated from the code.\n\n\
         | name | |\n|---|---|\n",
    );
    for (name, what) in ALL {
        page.push_str(&format!("| `{name}` | {} |\n", what.trim()));
    }
    page
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let run = "run UPDATE=1 cargo test -p vextrus-frontend --lib diagnostic::";
        assert!(
            std::fs::read_to_string(path).unwrap() == page(),
            "docs/errors.md is out of date; {run}"
        );
    }

    #[test]
    fn names_are_told_apart_and_in_order() {
        assert!(ALL.is_sorted_by(|a, b| a.0 < b.0), "{ALL:?}");
    }

    #[test]
    fn every_mistake_has_a_name() {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut todo = vec![src.clone()];
        while let Some(directory) = todo.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    todo.push(path);
                    continue;
                }
                let name = path.to_str().unwrap();
                if name.contains("test") || name.contains("/diagnostic/") || name.ends_with("fake.rs") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                assert!(
                    !code.contains("Diagnostic::new"),
                    "{name} has a mistake without a name"
                );
            }
        }
    }
}
