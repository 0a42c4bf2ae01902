//! The table of docs/buildx.md: which flag is honoured how, and the test that proves it.
//!
//! A test says what it proves in its doc comment, one paragraph or line a flag, such as
//! ``Honours `--target NAME`: builds the role of that name.`` The page is made of nothing else, so it cannot
//! claim what no test shows. `UPDATE=1 cargo test -p vextrus-e2e -- buildx_flags` writes it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use vextrus_e2e::{Docker, repository};

const PAGE: &str = "docs/buildx.md";

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// The flags, keys or arguments, as they are written.
    subjects: Vec<String>,
    /// What becomes of them.
    how: String,
    /// The test's path below the crate's root, such as `image::runs_as_the_user`.
    test: String,
}

impl Row {
    /// Returns the name behind `--build-arg` in the first subject, where it has one with a meaning of its own.
    fn argument(&self) -> Option<&str> {
        let argument = self.subjects.first()?.strip_prefix("--build-arg ")?;
        let name = argument.split('=').next()?;
        (name != "NAME").then_some(name)
    }

    /// Returns the part of the page that the row stands in, and its place there.
    fn order(&self) -> (usize, String, &Self) {
        let first = self.subjects.first().map(String::as_str).unwrap_or_default();
        let part = match (first.starts_with('-'), self.argument()) {
            (true, None) => 0,
            (true, Some(_)) => 1,
            (false, _) => 2,
        };
        (part, first.trim_start_matches('-').to_lowercase(), self)
    }
}

/// Returns what the tests of the crate say that they prove.
fn rows() -> Vec<Row> {
    let directory = repository().join("tests/e2e");
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.ends_with("e2e/buildx_flags.rs"))
        .collect();
    files.sort();
    let mut rows: Vec<Row> = files.iter().flat_map(|file| rows_of(file)).collect();
    rows.sort_by(|a, b| a.order().cmp(&b.order()));
    rows
}

fn rows_of(file: &Path) -> Vec<Row> {
    let module = file.file_stem().unwrap().to_str().unwrap();
    rows_in(module, &fs::read_to_string(file).unwrap())
}

/// Reads the doc comments of a file that rustfmt has set: a block ends at the brace below its first letter.
fn rows_in(module: &str, text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut modules = vec![(0, module.to_owned())];
    let (mut comment, mut is_test) = (Vec::new(), false);
    for line in text.lines() {
        let code = line.trim_start();
        let depth = line.len() - code.len();
        if let Some(doc) = code.strip_prefix("///") {
            comment.push(doc.trim());
            continue;
        }
        if code.starts_with("#[") {
            is_test |= code == "#[test]";
            assert!(!code.starts_with("#[ignore"), "{module}: a test is left out");
            continue;
        }
        if let Some(name) = code.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            modules.push((depth, name.to_owned()));
        } else if code == "}" && modules.len() > 1 && modules.last().is_some_and(|(at, _)| *at == depth) {
            modules.pop();
        } else if let Some(name) = code.strip_prefix("fn ").and_then(|rest| rest.split('(').next()) {
            let path: Vec<&str> = modules.iter().map(|(_, module)| module.as_str()).collect();
            let test = format!("{}::{name}", path.join("::"));
            let found = honoured(&comment, &test);
            assert!(
                is_test || found.is_empty(),
                "{test} is no test and proves nothing"
            );
            rows.extend(found);
        }
        comment.clear();
        is_test = false;
    }
    rows
}

/// Reads the lines of a doc comment that begin with `Honours`, with what they go on to on further lines.
fn honoured(comment: &[&str], test: &str) -> Vec<Row> {
    let mut said: Vec<String> = Vec::new();
    let mut open = false;
    for line in comment {
        if let Some(rest) = line.strip_prefix("Honours ") {
            said.push(rest.to_owned());
            open = true;
        } else if line.is_empty() {
            open = false;
        } else if let (true, Some(last)) = (open, said.last_mut()) {
            last.push(' ');
            last.push_str(line);
        }
    }
    let row = |text: String| {
        let malformed = || panic!("{test}: write Honours `FLAG`: how. It is {text:?}");
        let mut subjects = Vec::new();
        let mut rest = text.as_str();
        loop {
            let Some((subject, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) else {
                malformed()
            };
            subjects.push(subject.to_owned());
            match (after.strip_prefix(", "), after.strip_prefix(": ")) {
                (Some(next), _) => rest = next,
                (_, Some(how)) if !how.is_empty() => {
                    let how = how.to_owned();
                    let test = test.to_owned();
                    return Row { subjects, how, test };
                }
                _ => malformed(),
            }
        }
    };
    said.into_iter().map(row).collect()
}

const INTRODUCTION: &str = "\
<!-- Made by tests/e2e/buildx_flags.rs of what the end-to-end tests prove: UPDATE=1 cargo test -p vextrus-e2e -- buildx_flags -->

# `docker buildx build`, flag by flag

Each row is what a test of the name on the right shows with plain buildx on a real engine.
";

const PARTS: [&str; 3] = [
    "Flags",
    "Build arguments with a meaning of their own",
    "Beyond the flags",
];

fn page(rows: &[Row]) -> String {
    let mut page = INTRODUCTION.to_owned();
    if !WITHOUT_A_ROW.is_empty() {
        let names: Vec<String> = WITHOUT_A_ROW.iter().map(|name| format!("`{name}`")).collect();
        write!(page, "\nNo test shows yet: {}.\n", names.join(", ")).unwrap();
    }
    for (part, title) in PARTS.iter().enumerate() {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.order().0 == part).collect();
        if rows.is_empty() {
            continue;
        }
        write!(page, "\n## {title}\n\n| | honoured how | test |\n|---|---|---|\n").unwrap();
        for row in rows {
            let subjects: Vec<String> = row
                .subjects
                .iter()
                .map(|subject| format!("`{}`", cell(subject)))
                .collect();
            let file = row.test.split("::").next().unwrap_or_default();
            let (subjects, how, test) = (subjects.join(", "), cell(&row.how), &row.test);
            writeln!(page, "| {subjects} | {how} | [{test}](../tests/e2e/{file}.rs) |").unwrap();
        }
    }
    page
}

/// Returns a text as a cell of a table holds it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_page_is_what_the_tests_prove() {
    let expected = page(&rows());
    let path = repository().join(PAGE);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "{PAGE} is not what the tests say; write it with UPDATE=1 cargo test -p vextrus-e2e -- buildx_flags"
    );
}

#[test]
fn a_comment_is_read_into_rows() {
    let text = "\
/// Tells a story.
///
/// Honours `--a NAME`, `--b`: in one way
/// or another.
/// Honours `--build-arg C=1`: too.
///
/// No more of it.
#[test]
fn first() {
    mod_like();
}

mod inner {
    /// Honours `d`: within.
    #[test]
    fn second() {}
}

/// A helper.
fn third() {}
";
    let rows: BTreeSet<(String, String, String)> = rows_in("file", text)
        .into_iter()
        .map(|row| (row.subjects.join("+"), row.how, row.test))
        .collect();
    let expected = [
        ("--a NAME+--b", "in one way or another.", "file::first"),
        ("--build-arg C=1", "too.", "file::first"),
        ("d", "within.", "file::inner::second"),
    ];
    let expected: BTreeSet<_> = expected
        .map(|(subjects, how, test)| (subjects.to_owned(), how.to_owned(), test.to_owned()))
        .into();
    assert_eq!(rows, expected);
}

/// What can be asked for and no test shows yet; a test that does takes its entry out of here.
const WITHOUT_A_ROW: [&str; 0] = [];

/// Options that reach a frontend, and the subject of the row that proves each.
///
/// Source: moby/buildkit, `frontend/dockerui/config.go`, `attr.go` and `namedcontext.go`; docker/buildx,
/// `build/opt.go`.
const OPTIONS: [(&str, &str); 29] = [
    ("add-hosts", "--add-host"),
    ("attest:provenance", "--provenance"),
    ("attest:sbom", "--sbom"),
    ("build-arg:NAME", "--build-arg"),
    ("cache-imports", "--cache-from"),
    ("cgroup-parent", "--cgroup-parent"),
    ("cmdline", "--build-arg BUILDKIT_SYNTAX"),
    ("context", "URL"),
    ("context:NAME", "--build-context"),
    ("contextsubdir", "URL"),
    ("dockerfilekey", "--file"),
    ("filename", "--file"),
    ("force-network-mode", "--network"),
    ("frontend.caps", "--call"),
    ("hostname", "--build-arg BUILDKIT_SANDBOX_HOSTNAME"),
    ("image-resolve-mode", "--pull"),
    ("input-metadata:NAME", "target:NAME"),
    ("label:NAME", "--label"),
    ("local-sessionid:NAME", "docker buildx bake"),
    ("multi-platform", "--build-arg BUILDKIT_MULTI_PLATFORM"),
    ("no-cache", "--no-cache"),
    ("no-cache", "--no-cache-filter"),
    ("platform", "--platform"),
    ("requestid", "--call"),
    ("sharedkey:localdir:NAME", "--build-context"),
    ("shm-size", "--shm-size"),
    ("source", "--build-arg BUILDKIT_SYNTAX"),
    ("target", "--target"),
    ("ulimit", "--ulimit"),
];

/// Arguments that have a meaning in every build.
///
/// Source: docker/docs, "Dockerfile reference", "BuildKit built-in build args" and "Predefined ARGs".
const ARGUMENTS: [&str; 20] = [
    "ALL_PROXY",
    "BUILDARCH",
    "BUILDKIT_CACHE_MOUNT_NS",
    "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
    "BUILDKIT_MULTI_PLATFORM",
    "BUILDKIT_SANDBOX_HOSTNAME",
    "BUILDKIT_SYNTAX",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "FTP_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SOURCE_DATE_EPOCH",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETSTAGE",
    "TARGETVARIANT",
];

/// Returns the flags that the client on this machine has, such as `--add-host`.
fn flags_of_the_client() -> BTreeSet<String> {
    let help = Docker::default().command(["buildx", "build", "--help"]).output();
    let flags = help.lines().filter_map(|line| {
        let line = line.trim_start();
        // `-D, --debug` or `--add-host strings`, then what it is for.
        let line = line.strip_prefix('-').map(|_| line)?;
        let long = line.find("--")?;
        line[long..].split_whitespace().next()
    });
    flags.map(str::to_owned).collect()
}

#[test]
fn everything_that_can_be_asked_for_has_a_row() {
    let rows = rows();
    let subjects: Vec<&str> = rows
        .iter()
        .flat_map(|row| &row.subjects)
        .map(String::as_str)
        .collect();
    // `--network MODE` and `--call=check` are about `--network` and `--call`.
    let is_about = |subject: &str, name: &str| {
        let rest = subject.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '=']))
    };
    let has_row = |name: &str| subjects.iter().any(|subject| is_about(subject, name));
    let flags = flags_of_the_client();
    assert!(
        flags.len() > 30,
        "the client's help is not what it was: {flags:?}"
    );
    let mut missing: BTreeSet<String> = flags.into_iter().filter(|flag| !has_row(flag)).collect();
    let options = OPTIONS.iter().filter(|(_, subject)| !has_row(subject));
    missing.extend(options.map(|(_, subject)| (*subject).to_owned()));
    let is_argument = |name: &str| has_row(name) || has_row(&format!("--build-arg {name}"));
    let arguments = ARGUMENTS.iter().filter(|name| !is_argument(name));
    missing.extend(arguments.map(|name| (*name).to_owned()));
    let told: BTreeSet<String> = WITHOUT_A_ROW.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        missing, told,
        "on the left what no test says that it honours, on the right what the page says of it: correct WITHOUT_A_ROW"
    );
}
