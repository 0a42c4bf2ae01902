//! Ten mistakes that people make: in buildx's own output each shows one message, with the file and the line to look at.

use vextrus_e2e::{Engine, Workspace};

const MANIFEST: &str = "service.toml";
const SYNTAX: &str = "# syntax=vextrus/frontend\n";

/// What a user sees of a build that failed.
struct Seen<'a> {
    workspace: &'a Workspace,
    text: String,
}

impl<'a> Seen<'a> {
    /// Builds what cannot be built, with the progress as a log.
    fn of(workspace: &'a Workspace, file: &str, args: &[&str]) -> Self {
        Self::on(&Engine::take(), workspace, file, args)
    }

    fn on(engine: &Engine, workspace: &'a Workspace, file: &str, args: &[&str]) -> Self {
        let args = ["--progress=plain", "--output=type=cacheonly"]
            .iter()
            .chain(args)
            .copied();
        let finished = engine.build(workspace).file(file).args(args).client(&[]);
        let text = finished.stderr;
        assert!(!finished.status.success(), "the build succeeded:\n{text}");
        let errors = text.lines().filter(|line| line.starts_with("ERROR: ")).count();
        assert_eq!(errors, 1, "one message is expected:\n{text}");
        Self { workspace, text }
    }

    fn manifest(workspace: &'a Workspace, manifest: &str, args: &[&str]) -> Self {
        workspace.write(MANIFEST, format!("{SYNTAX}{manifest}"));
        Self::of(workspace, MANIFEST, args)
    }

    /// Asserts that the one line of a file with a text is pointed at, where the client calls the file by `name`.
    fn points_at(self, name: &str, path: &str, text: &str) -> Self {
        let content = self.workspace.read(path);
        let mut lines = (1..).zip(content.lines()).filter(|(_, line)| line.contains(text));
        let (number, line) = lines.next().unwrap_or_else(|| panic!("{path} has no {text:?}"));
        let place = format!("{name}:{number}\n");
        let excerpt = format!("{number:>4} | >>> {line}\n");
        for part in [place, excerpt] {
            assert!(self.text.contains(&part), "{part:?} is not in\n{}", self.text);
        }
        self
    }

    /// Asserts that the message holds a text.
    fn says(self, expected: &str) -> Self {
        let (_, message) = self.text.split_once("\nERROR: ").unwrap();
        assert!(message.contains(expected), "{expected:?} is not in {message}");
        self
    }

    /// Asserts that the log of a step holds a text.
    fn printed(self, expected: &str) -> Self {
        let (log, _) = self.text.split_once("\nERROR: ").unwrap();
        assert!(log.contains(expected), "{expected:?} is not in\n{log}");
        self
    }
}

/// A package whose build is a shell script.
fn package(script: &str) -> Workspace {
    Workspace::tiny(&format!("{script}\n"))
}

#[test]
fn a_typo_in_a_key() {
    Seen::manifest(&package("true"), "\n[run]\nprot = 3000\n", &[])
        .points_at(MANIFEST, MANIFEST, "prot")
        .says("unknown key `run.prot`; did you mean `port`?");
}

#[test]
fn a_value_of_the_wrong_type() {
    Seen::manifest(&package("true"), "\n[run]\nport = \"http\"\n", &[])
        .points_at(MANIFEST, MANIFEST, "port")
        .says("port");
}

#[test]
fn a_package_that_is_not_there() {
    let erp = Workspace::erp();
    let path = "services/auth/service.toml";
    erp.write(path, format!("{SYNTAX}package = \"@erp/auth-servise\"\n"));
    Seen::of(&erp, path, &[])
        .points_at(path, path, "package")
        .says("@erp/auth-service");
}

#[test]
fn a_script_that_is_missing() {
    Seen::manifest(&package("true"), "\n[build]\nscript = \"compile\"\n", &[])
        .points_at(MANIFEST, MANIFEST, "script")
        .says("has no script \"compile\"; write one of build");
}

#[test]
fn a_build_that_does_not_compile() {
    let package = package("node --check main.js");
    package.write("main.js", "const port: number = 'http';\n");
    Seen::of(&package, MANIFEST, &[])
        .points_at("package.json", "package.json", "\"build\"")
        .printed("SyntaxError: Missing initializer in const declaration");
}

#[test]
fn a_test_that_fails() {
    let package = package("true");
    package.replace(
        "package.json",
        "\"build\": \"sh build.sh\"",
        "\"build\": \"sh build.sh\",\n    \"test\": \"node test.js\"",
    );
    package.write("test.js", "require('node:assert').strictEqual(1 + 1, 3);\n");
    Seen::of(&package, MANIFEST, &["--target=test"])
        .points_at("package.json", "package.json", "\"test\"")
        .printed("Expected values to be strictly equal");
}

#[test]
fn a_secret_that_is_not_passed() {
    let manifest = "\n[build]\nsecrets = [\n  \"npm\",\n  { id = \"token\", env = \"TOKEN\" },\n]\n";
    let secret = format!(
        "--secret=id=npm,src={}",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")
    );
    Seen::manifest(&package("true # secret"), manifest, &[&secret])
        .points_at(MANIFEST, MANIFEST, "token")
        .says("add `--secret id=token,src=FILE`");
}

#[test]
fn platforms_that_do_not_exist() {
    // Of an engine that keeps no image of several platforms, the client refuses two of them itself.
    Seen::on(
        &Engine::take_exporting(),
        &package("true"),
        MANIFEST,
        &["--platform=linux/amd46,windows/amd64"],
    )
    .says("2 mistakes:\n")
    .says("`--platform` has `linux/amd46`, which is no architecture; did you mean `linux/amd64`?")
    .says("`--platform` has `windows/amd64`; services run on linux");
}

#[test]
fn a_network_that_is_refused() {
    let ask = "node -e \"require('dns').promises.lookup('registry.example.com')\"";
    Seen::manifest(&package(ask), "\n[build]\nnetwork = \"none\"\n", &[])
        .points_at("package.json", "package.json", "\"build\"")
        .points_at(MANIFEST, MANIFEST, "network")
        .printed("getaddrinfo");
    Seen::of(&package(ask), MANIFEST, &["--network=none"])
        .points_at("package.json", "package.json", "\"build\"")
        .printed("getaddrinfo");
}

#[test]
fn an_image_over_its_budget() {
    Seen::manifest(&package("true"), "\n[image]\nmax_size = \"1MB\"\n", &[])
        .points_at(MANIFEST, MANIFEST, "max_size")
        .says("`max_size` allows 1.0 MB; the largest directories are\n")
        .says(" MB  /usr/local/bin");
}
