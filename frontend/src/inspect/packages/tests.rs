use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use super::*;
use crate::inspect::fixture::Tree;

/// An image of an install and a base: what the lockfile knows, what it does not, and what is no package.
fn image() -> Tree {
    let tree = Tree::new("packages");
    let package = |directory: &str, manifest: Value| {
        tree.write(
            &format!("{directory}/package.json"),
            manifest.to_string().as_bytes(),
        );
    };
    let modules = "app/node_modules";
    package(
        &format!("{modules}/a"),
        json!({ "name": "a", "version": "1.0.0", "license": "MIT" }),
    );
    let nested = format!("{modules}/a/node_modules/@s/nested");
    package(
        &nested,
        json!({ "name": "@s/nested", "version": "2.0.0", "licenses": [{ "type": "BSD" }] }),
    );
    let stored = format!("{modules}/.pnpm/@s+b@3.0.0/node_modules/@s/b");
    package(&stored, json!({ "name": "@s/b", "version": "3.0.0" }));
    package(
        &format!("{modules}/.pnpm/@s+b@3.0.0/node_modules/c"),
        json!({ "name": "c" }),
    );
    let copy = format!("{modules}/.pnpm/kernel@file/node_modules/@erp/kernel");
    package(&copy, json!({ "name": "@erp/kernel", "version": "1.0.0" }));
    package(
        &format!("{modules}/.cache/x"),
        json!({ "name": "cached", "version": "1" }),
    );
    package(
        &format!("{modules}/a/test/fixture"),
        json!({ "name": "fixture", "version": "1" }),
    );
    tree.write(&format!("{modules}/broken/package.json"), b"{");
    package(
        "app/services/auth/node_modules/d",
        json!({ "name": "d", "version": "4.0.0" }),
    );
    symlink(
        "../../../node_modules/a",
        tree.at("app/services/auth/node_modules/a"),
    )
    .unwrap();

    // A build that packs two versions of a package, which need each other.
    let packed = "app/services/auth/.output/server/node_modules";
    for version in ["1.0.0", "2.0.0"] {
        let hidden = format!("{packed}/.nitro/@s/e@{version}");
        package(&hidden, json!({ "name": "@s/e", "version": version }));
    }
    fs::create_dir_all(tree.at(&format!("{packed}/@s"))).unwrap();
    fs::create_dir_all(tree.at(&format!("{packed}/.nitro/@s/e@1.0.0/node_modules/@s"))).unwrap();
    fs::create_dir_all(tree.at(&format!("{packed}/.nitro/@s/e@2.0.0/node_modules/@s"))).unwrap();
    symlink("../.nitro/@s/e@1.0.0", tree.at(&format!("{packed}/@s/e"))).unwrap();
    symlink(
        "../../../e@2.0.0",
        tree.at(&format!("{packed}/.nitro/@s/e@1.0.0/node_modules/@s/e")),
    )
    .unwrap();
    symlink(
        "../../../e@1.0.0",
        tree.at(&format!("{packed}/.nitro/@s/e@2.0.0/node_modules/@s/e")),
    )
    .unwrap();

    package(
        "base/usr/lib/node_modules/npm",
        json!({ "name": "npm", "version": "10.0.0" }),
    );
    package(
        "base/usr/lib/node_modules/npm/node_modules/a",
        json!({ "name": "a", "version": "1.0.0" }),
    );
    package("base/opt/yarn", json!({ "name": "yarn", "version": "1.22.0" }));
    package(
        "base/opt/unversioned/x/node_modules/deep",
        json!({ "name": "deep", "version": "1" }),
    );
    package("base/opt/unversioned", json!({ "name": "unversioned" }));
    package(
        "base/proc/1/node_modules/none",
        json!({ "name": "none", "version": "1" }),
    );
    tree.write("base/usr/lib/os-release", b"ID=debian\nVERSION_ID=\"12\"\n");
    symlink("/usr/lib/os-release", tree.at("base/os-release")).unwrap();
    tree.write("base/etc/x", b"");
    symlink("/os-release", tree.at("base/etc/os-release")).unwrap();
    tree.write(
        "base/var/lib/dpkg/status",
        b"Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u8\n\n\
          Package: removed\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n",
    );
    tree.write(
        "base/var/lib/dpkg/status.d/tzdata",
        b"Package: tzdata\nVersion: 2024a\nArchitecture: all\n",
    );
    tree.write(
        "base/var/lib/dpkg/status.d/tzdata.md5sums",
        b"Package: none\nVersion: 1\n",
    );
    tree.write(
        "base/lib/apk/db/installed",
        b"P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\nP:x\nV:1\nA:x86_64\nL:own\n",
    );
    tree.write("base/usr/local/bin/node", b"\x7fELF node.js/v22.21.1 ");
    tree
}

/// Where the image says that its programs lie.
const SEARCH: &str = "/nowhere:/usr/local/bin";

fn facts() -> Value {
    json!({
        "namespace": "https://example.com/spdx/auth",
        "created": "2024-01-01T00:00:00Z",
        "creator": "tool-1",
        "platform": "linux/amd64",
        "base": "node:22@sha256:c0ffee",
        "program": "node",
        "service": "workspace:services/auth",
        "components": {
            "@s/b@3.0.0": {
                "name": "@s/b", "version": "3.0.0", "workspace": false, "license": null, "integrity": "sha1-AAE=",
                "location": "git+https://example.com/b.git@c0ffee", "dependencies": ["a@1.0.0"],
            },
            "a@1.0.0": {
                "name": "a", "version": "1.0.0", "workspace": false, "license": null, "integrity": null,
                "location": null, "dependencies": ["other@1.0.0"],
            },
            "other@1.0.0": {
                "name": "other", "version": "1.0.0", "workspace": false, "license": null, "integrity": null,
                "location": null, "dependencies": [],
            },
            "workspace:packages/kernel": {
                "name": "@erp/kernel", "version": "1.0.0", "workspace": true, "license": "UNLICENSED",
                "integrity": null, "location": null, "dependencies": [],
            },
            "workspace:services/auth": {
                "name": "@erp/auth", "version": null, "workspace": true, "license": { "type": "MIT" },
                "integrity": null, "location": null,
                "dependencies": ["@s/b@3.0.0", "workspace:packages/kernel"],
            },
        },
    })
}

fn written(tree: &Tree) -> Result<String> {
    tree.write("facts.json", facts().to_string().as_bytes());
    let out = tree.at("out.json");
    run(
        &tree.at("facts.json"),
        tree.at("base"),
        &[&tree.at("app")],
        &out,
        SEARCH,
    )?;
    Ok(fs::read_to_string(out).unwrap())
}

/// Returns an identifier as the key that it was made of, nearly.
fn short(id: &Value) -> String {
    let id = id.as_str().unwrap().trim_start_matches("SPDXRef-");
    id.rsplit_once('-').map_or(id, |(key, _)| key).to_owned()
}

#[test]
fn packages_are_those_that_the_files_show() {
    let document: Value = serde_json::from_str(&written(&image()).unwrap()).unwrap();
    let packages = document["packages"].as_array().unwrap();
    let purls: Vec<_> = packages
        .iter()
        .map(|package| package["externalRefs"][0]["referenceLocator"].as_str().unwrap())
        .collect();
    let expected = [
        "pkg:npm/%40s/b@3.0.0?vcs_url=git%2Bhttps%3A%2F%2Fexample.com%2Fb.git%40c0ffee",
        "pkg:npm/%40s/e@1.0.0",
        "pkg:npm/%40s/e@2.0.0",
        "pkg:npm/%40s/nested@2.0.0",
        "pkg:npm/a@1.0.0",
        "pkg:apk/debian/musl@1.2.5-r0?arch=x86_64&distro=debian-12",
        "pkg:apk/debian/x@1?arch=x86_64&distro=debian-12",
        "pkg:npm/c",
        "pkg:npm/d@4.0.0",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u8?arch=amd64&distro=debian-12",
        "pkg:deb/debian/tzdata@2024a?arch=all&distro=debian-12",
        "pkg:npm/deep@1",
        "pkg:generic/node@22.21.1",
        "pkg:npm/npm@10.0.0",
        "pkg:npm/%40erp/kernel@1.0.0",
        "pkg:npm/%40erp/auth",
        "pkg:npm/yarn@1.22.0",
    ];
    assert_eq!(purls, expected);
    let licences: Vec<_> = packages
        .iter()
        .map(|package| package["licenseDeclared"].as_str().unwrap())
        .collect();
    assert_eq!(
        licences[2..7],
        ["NOASSERTION", "LicenseRef-BSD", "MIT", "MIT", "LicenseRef-own"]
    );
    let extracted: Vec<_> = document["hasExtractedLicensingInfos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| &text["name"])
        .collect();
    assert_eq!(extracted, ["BSD", "UNLICENSED", "own"]);
}

#[test]
fn relationships_are_the_lockfiles_and_those_of_directories() {
    let document: Value = serde_json::from_str(&written(&image()).unwrap()).unwrap();
    let lines = document["relationships"]
        .as_array()
        .unwrap()
        .iter()
        .map(|relationship| {
            let kind = relationship["relationshipType"].as_str().unwrap();
            let ends = ["spdxElementId", "relatedSpdxElement"].map(|end| short(&relationship[end]));
            format!("{} {kind} {}", ends[0], ends[1])
        });
    let service = "workspace-services-auth";
    let expected = [
        format!("DOCUMENT DESCRIBES {service}"),
        "s-b-3.0.0 DEPENDS_ON a-1.0.0".to_owned(),
        "s-e-1.0.0 CONTAINS s-e-2.0.0".to_owned(),
        "a-1.0.0 CONTAINS s-nested-2.0.0".to_owned(),
        "npm-10.0.0 CONTAINS a-1.0.0".to_owned(),
    ];
    let contained = [
        "s-e-1.0.0",
        "apk-musl-1.2.5-r0-x86-64",
        "apk-x-1-x86-64",
        "c",
        "d-4.0.0",
        "deb-libc6-2.36-9-deb12u8-amd64",
        "deb-tzdata-2024a-all",
        "deep-1",
        "node-22.21.1",
        "npm-10.0.0",
        "yarn-1.22.0",
    ];
    let contained = contained.map(|key| format!("{service} CONTAINS {key}"));
    let depends = ["s-b-3.0.0", "workspace-packages-kernel"].map(|key| format!("{service} DEPENDS_ON {key}"));
    let expected: Vec<_> = expected.into_iter().chain(contained).chain(depends).collect();
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

#[test]
fn a_document_has_the_form_of_spdx_and_a_name_of_its_content() {
    let tree = image();
    let text = written(&tree).unwrap();
    assert_eq!(written(&tree).unwrap(), text);
    let start = "{\n \"spdxVersion\": \"SPDX-2.3\",\n \"dataLicense\": \"CC0-1.0\",\n \"SPDXID\": \"SPDXRef-DOCUMENT\",\n \
                 \"documentNamespace\": \"https://example.com/spdx/auth/";
    assert!(text.starts_with(start) && text.ends_with("\n ]\n}\n"), "{text}");
    let package = r#"  {
   "SPDXID": "SPDXRef-s-b-3.0.0-c82eb503",
   "name": "@s/b",
   "versionInfo": "3.0.0",
   "downloadLocation": "git+https://example.com/b.git@c0ffee",
   "filesAnalyzed": false,
   "checksums": [
    {
     "algorithm": "SHA1",
     "checksumValue": "0001"
    }
   ],
   "licenseConcluded": "NOASSERTION",
   "licenseDeclared": "NOASSERTION",
   "copyrightText": "NOASSERTION",
   "externalRefs": [
    {
     "referenceCategory": "PACKAGE-MANAGER",
     "referenceType": "purl",
     "referenceLocator": "pkg:npm/%40s/b@3.0.0?vcs_url=git%2Bhttps%3A%2F%2Fexample.com%2Fb.git%40c0ffee"
    }
   ]
  },"#;
    assert!(text.contains(package), "{text}");
    let namespace = |text: &str| text.lines().nth(4).unwrap().to_owned();
    let name = namespace(&text);
    tree.write(
        "app/node_modules/a/package.json",
        br#"{"name":"a","version":"1.0.0","license":"ISC"}"#,
    );
    assert_ne!(namespace(&written(&tree).unwrap()), name);
}

#[test]
fn facts_that_do_not_fit_are_an_error() {
    let tree = Tree::new("facts");
    let fails = |facts: &str| {
        tree.write("facts.json", facts.as_bytes());
        run(
            &tree.at("facts.json"),
            tree.at("base"),
            &[&tree.at("app")],
            &tree.at("out"),
            SEARCH,
        )
        .unwrap_err()
        .0
    };
    assert!(fails("{").contains("facts.json: EOF"));
    let mut lacking = facts();
    lacking["service"] = json!("workspace:other");
    assert_eq!(
        fails(&lacking.to_string()),
        "the facts do not have the service workspace:other"
    );
    assert!(
        run(
            &tree.at("none"),
            tree.at("base"),
            &[&tree.at("app")],
            &tree.at("out"),
            SEARCH
        )
        .is_err()
    );
    // A tree without anything is an image of the workspace's packages alone.
    assert!(written(&tree).is_ok());
}
