//! What is said of an image beside the image: its bill of materials and its provenance.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use vextrus_e2e::{Engine, Invocation, Kind, Lockfile, Registry, Tree, Workspace, repository};

/// Honours `--sbom=true`, `--attest type=sbom`: an SPDX document for each platform of the lockfile's closure, the
/// workspace's packages and the base's, exactly those of the image; no scanner is pulled.
#[test]
fn the_sbom_lists_exactly_the_packages_of_the_image() {
    let engine = Engine::take_exporting();
    let (registry, erp) = (Registry::start(), Workspace::erp());
    for (service, base) in [("auth", "auto"), ("file-storage", "auto"), ("auth", "scratch")] {
        let manifest = format!("services/{service}/service.toml");
        let directive = "# syntax=vextrus/frontend\n";
        erp.replace(&manifest, directive, &format!("{directive}base = \"{base}\"\n"));
        let build = engine.build(&erp).service(service);
        let pushed = build.args(["--attest", "type=sbom"]).push(&registry);
        erp.replace(&manifest, &format!("base = \"{base}\"\n"), "");
        let document = &pushed.inspect(".SBOM")["SPDX"];
        check(document);
        let listed = purls(document);
        let present = present(&pushed.image().files());
        let missing: Vec<&String> = present.difference(&listed).collect();
        assert!(missing.is_empty(), "{service}: in the image alone: {missing:?}");
        // Node itself is a program and no package.
        let inspected = pushed.image().inspect();
        let env = inspected["Config"]["Env"].as_array().unwrap();
        let version = env
            .iter()
            .find_map(|line| line.as_str()?.strip_prefix("NODE_VERSION="));
        let node = format!("pkg:generic/node@{}", version.unwrap());
        let foreign: Vec<&String> = listed.difference(&present).collect();
        assert_eq!(foreign, [&node], "{service}: in the document alone");
        relations_are_the_lockfile_s(document, &erp, service);
    }
}

#[test]
fn the_same_files_give_the_same_sbom_and_a_code_change_does_not_move_it() {
    let engine = Engine::take_exporting();
    let (registry, here, there) = (Registry::start(), Workspace::erp(), Workspace::erp());
    let push = |workspace| {
        let build = engine.build(workspace).service("auth");
        build.args(["--sbom=true"]).push(&registry)
    };
    let first = push(&here);
    let again = push(&there);
    assert_eq!(again.progress.ran(), Vec::<&str>::new());
    assert_eq!(again.inspect(".SBOM"), first.inspect(".SBOM"));
    there.append("services/auth/src/main.ts", "\nexport const changed = true;\n");
    let changed = push(&there);
    let ran = changed.progress.ran();
    assert!(!ran.contains(&"list the packages of the image"), "{ran:?}");
    assert_eq!(changed.inspect(".SBOM"), first.inspect(".SBOM"));
    // The date of the image is the date of the document.
    let build = engine.build(&here).service("auth");
    let dated = build.args(["--sbom=true", "--build-arg=SOURCE_DATE_EPOCH=1700000000"]);
    let document = dated.push(&registry).inspect(".SBOM.SPDX");
    assert_eq!(document["creationInfo"]["created"], "2023-11-14T22:13:20Z");
}

/// Honours `--sbom=generator=IMAGE`: that scanner makes the document in place of the frontend.
#[test]
fn a_generator_of_the_user_s_makes_the_sbom() {
    let engine = Engine::take_exporting();
    let (registry, workspace) = (Registry::start(), Workspace::service_and_library());
    workspace.write(
        "scanner/Dockerfile",
        "FROM node:22-alpine\nCOPY scan.js /\nENTRYPOINT [\"node\", \"/scan.js\"]\n",
    );
    workspace.write("scanner/scan.js", SCANNER);
    let scanner = registry.push(&engine, "scanner:1", &workspace.path("scanner"));
    let build = engine.build(&workspace).file("service/service.toml");
    let sbom = format!("--sbom=generator={}", scanner.reference());
    let document = build.args([sbom]).push(&registry).inspect(".SBOM.SPDX");
    assert_eq!(document["name"], "made by the test's scanner");
}

/// Bases keep their packages in databases of their own: Alpine's, Debian's, and distroless' one file a package.
#[test]
fn the_sbom_lists_the_packages_of_any_base() {
    let engine = Engine::take_exporting();
    let (registry, workspace) = (Registry::start(), Workspace::service_and_library());
    workspace.write(
        "base/Dockerfile",
        "FROM node:22-alpine\nCOPY root /\nRUN rm -rf /usr/local/lib/node_modules /opt\n",
    );
    workspace.write(
        "base/root/lib/apk/db/installed",
        "C:Q1x\nP:busybox\nV:1.37.0-r12\nA:x86_64\nL:GPL-2.0-only\n\nP:oddity\nV:1-r0\nA:x86_64\nL:Some licence\n\n",
    );
    workspace.write(
        "base/root/var/lib/dpkg/status.d/base",
        "Package: base-files\nVersion: 12.4+deb12u1\nArchitecture: amd64\nDescription: x\n Package: no\n",
    );
    workspace.write("base/root/var/lib/dpkg/status.d/base.md5sums", "0  Package: no\n");
    workspace.write(
        "base/root/var/lib/dpkg/status",
        "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n\n\
         Package: tzdata\nStatus: install ok installed\nVersion: 1:2\nArchitecture: all\n",
    );
    workspace.write(
        "base/root/etc/os-release",
        "NAME=\"x\"\nID=alpine\nVERSION_ID=3.22.0\n",
    );
    let base = registry.push(&engine, "base:1", &workspace.path("base"));
    let key = format!("base = \"{}\"\n", base.reference());
    workspace.append("service/service.toml", &key);
    let build = engine.build(&workspace).file("service/service.toml");
    let document = build.args(["--sbom=true"]).push(&registry).inspect(".SBOM.SPDX");
    check(&document);
    let mut listed = purls(&document);
    listed.retain(|purl| !purl.starts_with("pkg:generic/node@"));
    let expected = [
        "pkg:apk/alpine/busybox@1.37.0-r12?arch=x86_64&distro=alpine-3.22.0",
        "pkg:apk/alpine/oddity@1-r0?arch=x86_64&distro=alpine-3.22.0",
        "pkg:deb/alpine/base-files@12.4%2Bdeb12u1?arch=amd64&distro=alpine-3.22.0",
        "pkg:deb/alpine/tzdata@1%3A2?arch=all&distro=alpine-3.22.0",
        "pkg:npm/library@2.0.0",
        "pkg:npm/service@1.0.0",
    ];
    assert_eq!(listed, expected.map(str::to_owned).into());
    let licences = document["hasExtractedLicensingInfos"].as_array().unwrap();
    assert_eq!(licences[0]["extractedText"], "Some licence");
}

/// Provenance is the daemon's own, and right with what the frontend gives it.
#[test]
fn the_provenance_names_the_images_and_the_steps() {
    let engine = Engine::take_exporting();
    let (registry, erp) = (Registry::start(), Workspace::erp());
    let build = engine.build(&erp).service("auth");
    let pushed = build
        .args(["--provenance=mode=max", "--sbom=true"])
        .push(&registry);
    let provenance = pushed.inspect(".Provenance.SLSA");
    let text = provenance.to_string();
    let digest = engine
        .command(["image", "inspect", "--format", "{{.Id}}", "node:22-bookworm-slim"])
        .output();
    let digest = digest.trim_start_matches("sha256:");
    assert!(text.contains(digest), "the base {digest} is no material: {text}");
    for part in [
        "pkg:docker/node@22-bookworm-slim",
        "pkg:docker/vextrus/frontend",
        "pnpm run build",
        "service.toml",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    // Both statements are about the same image.
    assert!(pushed.inspect(".SBOM.SPDX")["packages"].is_array());
}

/// A scanner of one line, as BuildKit runs them.
const SCANNER: &str = r#"
const document = { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: "made by the test's scanner",
  dataLicense: 'CC0-1.0', documentNamespace: 'https://example.com/x',
  creationInfo: { created: '2020-01-01T00:00:00Z', creators: ['Tool: test'] } };
const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://spdx.dev/Document',
  predicate: document };
const file = process.env.BUILDKIT_SCAN_DESTINATION + '/sbom.spdx.json';
require('node:fs').writeFileSync(file, JSON.stringify(statement));
"#;

/// Has the SPDX project's own tool check a document.
fn check(document: &Value) {
    let file = tempfile::Builder::new().suffix(".spdx.json").tempfile().unwrap();
    fs::write(file.path(), document.to_string()).unwrap();
    let tool = Invocation::new(repository().join("tests/engine/spdx.sh"));
    let _ = tool.args([file.path()]).finish().succeeded();
}

/// Returns the package URLs of a document, of which each package has one and none two.
fn purls(document: &Value) -> BTreeSet<String> {
    let packages = document["packages"].as_array().unwrap();
    let purls: BTreeSet<String> = packages.iter().map(purl).collect();
    assert_eq!(purls.len(), packages.len(), "a package is listed twice");
    purls
}

fn purl(package: &Value) -> String {
    let references = package["externalRefs"].as_array().unwrap();
    assert_eq!(references.len(), 1);
    references[0]["referenceLocator"].as_str().unwrap().to_owned()
}

/// Returns the package URLs of all that a walk of the image finds.
fn present(tree: &Tree) -> BTreeSet<String> {
    let mut purls = BTreeSet::new();
    for (path, entry) in tree.iter() {
        let Some(directory) = path.strip_suffix("/package.json") else {
            continue;
        };
        if entry.kind != Kind::File || !is_package(directory) {
            continue;
        }
        let manifest: Value = serde_json::from_str(&tree.text(path)).unwrap();
        if let Some(name) = manifest["name"].as_str() {
            let name = name.replace('@', "%40");
            let version = manifest["version"].as_str().unwrap().replace('+', "%2B");
            purls.insert(format!("pkg:npm/{name}@{version}"));
        }
    }
    // One file of all packages, or a directory with a file of each.
    let dpkg = "/var/lib/dpkg/status";
    let files = tree.iter().filter(|(path, entry)| {
        let is_one = path
            .strip_prefix(dpkg)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(".d/"));
        is_one && entry.kind == Kind::File
    });
    for (file, _) in files {
        for stanza in tree.text(file).split("\n\n") {
            let field = |name: &str| {
                let mut lines = stanza.lines();
                lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            };
            if let (Some(name), Some(version)) = (field("Package"), field("Version")) {
                let escape = |text: &str| text.replace(':', "%3A").replace('+', "%2B");
                let (name, version) = (escape(name), escape(version));
                let architecture = field("Architecture").unwrap();
                purls.insert(format!(
                    "pkg:deb/debian/{name}@{version}?arch={architecture}&distro=debian-12"
                ));
            }
        }
    }
    purls
}

/// Says whether a directory with a package.json is a package's: where Node finds one by name, or a directory of
/// the workspace; not what a package's tests or a compiler's output hold.
fn is_package(directory: &str) -> bool {
    let mut parts = directory.split("/node_modules/");
    let place = parts.next().unwrap_or_default();
    let below: Vec<&str> = parts.collect();
    if below.is_empty() {
        return !place.contains("/dist") && !place.starts_with("/usr/lib/vextrus");
    }
    let is_name = |part: &str| match part.strip_prefix('@') {
        Some(scoped) => scoped.split('/').count() == 2,
        None => !part.contains('/') && !part.starts_with('.'),
    };
    let last = below.len() - 1;
    let is_store = |part: &str| {
        part.strip_prefix(".pnpm/")
            .is_some_and(|entry| !entry.contains('/'))
    };
    below
        .iter()
        .enumerate()
        .all(|(index, part)| is_name(part) || (index < last && is_store(part)))
}

/// Every edge of the document is the lockfile's or says what lies in what; from the service, which the document
/// describes, all of the closure is reached.
fn relations_are_the_lockfile_s(document: &Value, erp: &Workspace, service: &str) {
    let packages = document["packages"].as_array().unwrap();
    let names: BTreeMap<&str, String> = packages
        .iter()
        .map(|package| {
            let text = |key: &str| package[key].as_str().unwrap();
            (
                text("SPDXID"),
                format!("{}@{}", text("name"), text("versionInfo")),
            )
        })
        .collect();
    let mut depends: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut root = "";
    for relationship in document["relationships"].as_array().unwrap() {
        let text = |key: &str| relationship[key].as_str().unwrap();
        match text("relationshipType") {
            "DESCRIBES" => root = text("relatedSpdxElement"),
            "DEPENDS_ON" => {
                let from = depends.entry(text("spdxElementId")).or_default();
                from.insert(text("relatedSpdxElement"));
            }
            kind => assert_eq!(kind, "CONTAINS"),
        }
    }
    assert!(
        names[root].starts_with(&format!("@erp/{service}")),
        "{}",
        names[root]
    );
    let mut reached = BTreeSet::new();
    let mut todo = vec![root];
    while let Some(id) = todo.pop() {
        if reached.insert(names[id].as_str()) {
            todo.extend(depends.get(id).into_iter().flatten());
        }
    }
    let production = Lockfile::of(erp).production(&format!("services/{service}"));
    let unreached: Vec<&String> = production
        .required
        .iter()
        .filter(|package| !reached.contains(package.as_str()))
        .collect();
    assert!(unreached.is_empty(), "{service}: not reached: {unreached:?}");
    // What the lockfile has a hash of, the document has one of.
    for package in packages.iter().filter(|package| {
        let name = &names[package["SPDXID"].as_str().unwrap()];
        production.required.contains(name)
    }) {
        assert_eq!(package["checksums"][0]["algorithm"], "SHA512", "{package}");
        let licence = package["licenseDeclared"].as_str().unwrap();
        assert_ne!(licence, "", "{package}");
    }
}
