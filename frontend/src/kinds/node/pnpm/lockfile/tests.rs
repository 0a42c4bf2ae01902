use super::*;
use crate::kinds::node::pnpm::fixtures::{ALL, PNPM_8, PNPM_9, PNPM_12, lockfile, refusal};
use crate::kinds::node::workspace::DependencyKind;

fn package(lock: &Lockfile, key: &str) -> PackageEntry {
    lock.package(&DepPath::new(key, lock.version())).unwrap().unwrap()
}

#[test]
fn knows_the_projects_and_what_they_depend_on() {
    for text in ALL {
        let lock = lockfile(text);
        let ids: Vec<&str> = lock.importer_ids().collect();
        assert_eq!(
            ids,
            [
                ".",
                "apps/a",
                "apps/b",
                "apps/inj",
                "libs/empty",
                "libs/infra",
                "libs/kernel",
                "libs/testkit",
                "libs/ui"
            ]
        );
        let a = lock.importer("apps/a").unwrap().unwrap();
        assert_eq!(a.dependencies["@x/infra"].version, "link:../../libs/infra");
        assert_eq!(a.dev_dependencies["@x/testkit"].specifier, "workspace:^");
        assert_eq!(a.get("typescript").unwrap().0, DependencyKind::Development);
        assert_eq!(lock.importer("libs/empty").unwrap(), Some(Importer::default()));
        assert_eq!(lock.importer("apps/none").unwrap(), None);
        assert!(lock.importer("apps/inj").unwrap().unwrap().dependencies_meta["@x/ui"]["injected"] == true);
        let place = lock.importer_place("libs/empty").unwrap();
        assert_eq!(place.first_line, place.last_line);
        let line = text.lines().nth(place.first_line as usize - 1).unwrap();
        assert_eq!(line, "  libs/empty: {}");
    }
}

#[test]
fn reads_the_global_sections() {
    for text in ALL {
        let lock = lockfile(text);
        assert_eq!(lock.settings().auto_install_peers, Some(true));
        assert_eq!(lock.settings().inject_workspace_packages, None);
        assert_eq!(lock.overrides()["typescript"], "5.4.5");
        assert_eq!(lock.pnpmfile_checksum(), None);
    }
    let hash = |text| match &lockfile(text).patched_dependencies()["is-odd@3.0.1"] {
        PatchedDependency::File { hash, path } => {
            assert_eq!(path, "patches/is-odd@3.0.1.patch");
            hash.clone()
        }
        PatchedDependency::Hash(hash) => hash.clone(),
    };
    assert_eq!(hash(PNPM_8), "dn5uyadxmhbzo4llkjmckx24qq");
    assert!(hash(PNPM_12).starts_with("6582966"));
    assert!(lockfile(PNPM_8).catalogs().is_empty());
    assert_eq!(lockfile(PNPM_9).catalogs()["legacy"]["kind-of"].version, "2.0.0");
    let lock = lockfile(
        "lockfileVersion: '9.0'\npnpmfileChecksum: sha256-x=\npackageExtensionsChecksum: y\nignoredOptionalDependencies:\n  - fsevents\n",
    );
    assert_eq!(lock.pnpmfile_checksum(), Some("sha256-x="));
    assert_eq!(lock.package_extensions_checksum(), Some("y"));
    assert_eq!(lock.ignored_optional_dependencies(), ["fsevents"]);
}

#[test]
fn describes_packages() {
    let old = lockfile(PNPM_8);
    let fsevents = package(&old, "/fsevents@2.3.3");
    assert_eq!(
        (fsevents.name.as_str(), fsevents.version.as_deref()),
        ("fsevents", Some("2.3.3"))
    );
    assert_eq!(fsevents.os, ["darwin"]);
    assert_eq!(fsevents.requires_build, Some(true));
    assert!(fsevents.optional);
    assert!(
        matches!(&fsevents.resolution, Resolution::Registry { integrity } if integrity.starts_with("sha512-"))
    );
    let odd = package(&old, "/is-odd@3.0.1(patch_hash=dn5uyadxmhbzo4llkjmckx24qq)");
    assert!(odd.patched && !odd.optional);
    assert_eq!(odd.snapshot.dependencies["is-number"], "6.0.0");
    let ui = package(&old, "file:libs/ui(react@18.3.1)");
    assert_eq!(ui.name, "@x/ui");
    assert_eq!(
        ui.resolution,
        Resolution::Directory {
            directory: "libs/ui".into()
        }
    );
    assert_eq!(ui.version, None);

    let new = lockfile(PNPM_9);
    let dom = package(&new, "react-dom@18.3.1(react@18.3.1)");
    assert_eq!(dom.peer_dependencies["react"], "^18.3.1");
    assert_eq!(dom.snapshot.dependencies["scheduler"], "0.23.2");
    assert_eq!((dom.requires_build, dom.has_bin), (None, false));
    assert!(package(&new, "loose-envify@1.4.0").has_bin);
    assert_eq!(
        package(&new, "fsevents@2.3.3").engines["node"],
        "^8.16.0 || ^10.6.0 || >=11.0.0"
    );
    assert_eq!(
        new.package(&DepPath::new("react-dom@18.3.1", new.version()))
            .unwrap(),
        None
    );
}

#[test]
fn tells_resolutions_apart() {
    let lock = lockfile(
        "lockfileVersion: '9.0'\npackages:\n  a@https://x/a.tgz:\n    resolution: {tarball: https://x/a.tgz}\n    version: 1.0.0\n  b@git+ssh://git@h/b#c0ffee0:\n    resolution: {commit: c0ffee0, repo: ssh://git@h/b, type: git}\n  n@runtime:22.0.0:\n    resolution:\n      type: variations\n      variants: []\nsnapshots:\n  a@https://x/a.tgz: {}\n  b@git+ssh://git@h/b#c0ffee0: {}\n  n@runtime:22.0.0: {}\n",
    );
    let a = package(&lock, "a@https://x/a.tgz");
    assert_eq!(
        a.resolution,
        Resolution::Tarball {
            tarball: "https://x/a.tgz".into(),
            integrity: None,
            is_of_git_host: false,
        }
    );
    assert_eq!(a.version.as_deref(), Some("1.0.0"));
    let git = Resolution::Git {
        repository: "ssh://git@h/b".into(),
        commit: "c0ffee0".into(),
    };
    assert_eq!(package(&lock, "b@git+ssh://git@h/b#c0ffee0").resolution, git);
    let other = Resolution::Other {
        kind: "variations".into(),
    };
    assert_eq!(package(&lock, "n@runtime:22.0.0").resolution, other);
}

#[test]
fn a_single_project_is_the_root() {
    let lock = lockfile(
        "lockfileVersion: '6.0'\n\nsettings:\n  autoInstallPeers: true\n\ndependencies:\n  is-odd:\n    specifier: ^3\n    version: 3.0.1\n\ndevDependencies:\n  ms:\n    specifier: '2'\n    version: 2.1.3\n\npackages:\n\n  /is-odd@3.0.1:\n    resolution: {integrity: x}\n",
    );
    assert_eq!(lock.importer_ids().collect::<Vec<_>>(), ["."]);
    let root = lock.importer(".").unwrap().unwrap();
    assert_eq!(root.dependencies["is-odd"].version, "3.0.1");
    assert_eq!(root.dev_dependencies["ms"].specifier, "2");
    assert_eq!(
        lockfile("lockfileVersion: '6.0'\n").importer(".").unwrap(),
        Some(Importer::default())
    );
}

#[test]
fn the_last_document_is_the_projects() {
    let text = format!(
        "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {{}}\n\n---\n{PNPM_12}"
    );
    let lock = lockfile(&text);
    assert!(lock.env_document().unwrap().contains("configDependencies"));
    assert_eq!(lockfile(PNPM_12).env_document(), None);
    assert_eq!(lock.importer_ids().count(), 9);
    let place = lock.importer_place("libs/empty").unwrap();
    assert_eq!(
        text.lines().nth(place.first_line as usize - 1),
        Some("  libs/empty: {}")
    );
    assert!(refusal("---\nlockfileVersion: '9.0'\n\n---\n").contains("no dependencies of the project"));
}

#[test]
fn any_legal_layout_reads_the_same() {
    for text in ALL {
        let want = lockfile(text);
        let json: serde_json::Value = crate::kinds::node::pnpm::yaml::parse(text)
            .map_err(|e| e.message)
            .unwrap();
        for other in [
            serde_json::to_string(&json).unwrap(),
            text.replace('\n', "\r\n"),
            format!("\u{feff}{text}"),
            format!("# a comment\n{text}"),
            text.lines()
                .map(|l| format!("{}{l}\n", &" ".repeat(l.len() - l.trim_start().len())))
                .collect(),
        ] {
            let got = lockfile(&other);
            assert_eq!(
                got.importer_ids().collect::<Vec<_>>(),
                want.importer_ids().collect::<Vec<_>>()
            );
            assert_eq!(
                got.dep_paths().collect::<Vec<_>>(),
                want.dep_paths().collect::<Vec<_>>()
            );
            for id in want.importer_ids() {
                assert_eq!(got.importer(id).unwrap(), want.importer(id).unwrap());
            }
            for path in want.dep_paths() {
                assert_eq!(got.package(&path).unwrap(), want.package(&path).unwrap());
            }
            assert_eq!(got.patched_dependencies(), want.patched_dependencies());
        }
    }
}

#[test]
fn refuses_what_it_cannot_read_with_place_and_advice() {
    let conflict = PNPM_9.replacen("importers:", "<<<<<<< HEAD\nimporters:\n=======\n>>>>>>> x", 1);
    for (text, want) in [
        (
            "lockfileVersion: 5.4\n",
            "pnpm-lock.yaml:1: pnpm-lock.yaml is of lockfile version 5.4; versions 6.0 and 9.0 are supported: run `pnpm install` with pnpm 8 or later",
        ),
        (
            "lockfileVersion: '12.0'\n",
            "lockfile version 12.0; versions 6.0 (pnpm 8)",
        ),
        ("lockfileVersion: x\n", "a version such as '9.0'"),
        (
            "packages:\n",
            "pnpm-lock.yaml:1: pnpm-lock.yaml has no `lockfileVersion`",
        ),
        ("", "holds no dependencies of the project"),
        ("[]", "is not a pnpm lockfile"),
        ("lockfileVersion: [\n", "is not valid YAML"),
        (
            conflict.as_str(),
            "pnpm-lock.yaml:27: pnpm-lock.yaml holds the merge conflict marker `<<<<<<<`",
        ),
        (
            "lockfileVersion: '9.0'\npackages:\n  a@1: {}\n  a@1: {}\n",
            "pnpm-lock.yaml:4: pnpm-lock.yaml holds `a@1` twice",
        ),
        (
            "lockfileVersion: '9.0'\noverrides:\n  a: [1]\n",
            "pnpm-lock.yaml:3: pnpm-lock.yaml has a value of an unknown kind (column 6): ",
        ),
    ] {
        let message = refusal(text);
        assert!(
            message.contains(want),
            "{:?}: {message}",
            &text[..text.len().min(80)]
        );
    }
}

#[test]
fn a_malformed_entry_is_found_where_it_is() {
    let lock =
        lockfile("lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  a:\n    dependencies:\n      x: [\n");
    let message = lock.importer("a").unwrap_err().to_string();
    assert!(message.starts_with("pnpm-lock.yaml:"), "{message}");
    assert!(lock.importer(".").is_ok());
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "(lockfileVersion: '(6|9).0'\n)?[ -~\n\t'\":{}&*|?-]{0,200}") {
        if let Ok(lock) = Lockfile::parse(&SourceFile::new("pnpm-lock.yaml", text)) {
            for id in lock.importer_ids() {
                let _ = (lock.importer(id), lock.importer_place(id));
            }
            for path in lock.dep_paths() {
                let _ = lock.package(&path);
            }
        }
    }

    #[test]
    fn no_damage_is_too_odd(at in 0usize..10_000, cut in 0usize..40, insert in "[ -~\n]{0,6}") {
        let at = at % PNPM_9.len();
        let end = (at + cut).min(PNPM_9.len());
        let text = format!("{}{insert}{}", &PNPM_9[..at], &PNPM_9[end..]);
        if let Ok(lock) = Lockfile::parse(&SourceFile::new("pnpm-lock.yaml", text)) {
            for path in lock.dep_paths() {
                let _ = lock.package(&path);
            }
        }
    }
}

#[test]
fn what_git_would_take_for_options_or_programs_is_refused() {
    let read = |repository: &str, commit: &str| {
        let key = "x@git+https://git.example/x.git#0123456";
        let text = format!(
            "lockfileVersion: '9.0'\n\npackages:\n\n  {key}:\n    resolution: {{commit: '{commit}', repo: '{repository}', type: git}}\n\nsnapshots:\n\n  {key}: {{}}\n"
        );
        let lock = lockfile(&text);
        lock.package(&DepPath::new(key, lock.version())).map(|_| ())
    };
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for repository in [
        "https://git.example/x.git",
        "ssh://git@git.example:22/x.git",
        "git+ssh://git@git.example/x.git",
        "git@git.example:x/y.git",
        "git://git.example/x",
    ] {
        assert!(read(repository, commit).is_ok(), "{repository}");
    }
    for repository in [
        "ext::sh -c touch% /pnpm/store/x",
        "--upload-pack=touch /x",
        "file:///pnpm/store",
        "/pnpm/store",
        "../x",
        "",
    ] {
        let refused = read(repository, commit).unwrap_err();
        assert!(refused.to_string().contains("pnpm-lock.yaml:5"), "{refused}");
    }
    for commit in ["--upload-pack=touch /x", "main", "", "012345", "HEAD"] {
        assert!(read("https://git.example/x.git", commit).is_err(), "{commit}");
    }
}

#[test]
fn what_a_package_runs_on_is_a_text_or_a_list() {
    let read = |line: &str| {
        let text = format!(
            "lockfileVersion: '9.0'\n\npackages:\n\n  x@1.0.0:\n    resolution: {{integrity: sha512-AA==}}\n    {line}\n\nsnapshots:\n\n  x@1.0.0: {{}}\n"
        );
        let lock = lockfile(&text);
        let found = lock.package(&DepPath::new("x@1.0.0", lock.version()));
        let found = found.map_err(|error| error.to_string())?.unwrap();
        Ok::<_, String>([found.os, found.cpu, found.libc])
    };
    let empty = Vec::<String>::new;
    for (line, os, cpu, libc) in [
        ("libc: glibc", vec![], vec![], vec!["glibc"]),
        ("os: linux", vec!["linux"], vec![], vec![]),
        ("cpu: '!ia32'", vec![], vec!["!ia32"], vec![]),
        ("cpu: [x64, arm64]", vec![], vec!["x64", "arm64"], vec![]),
        (
            "os:\n      - linux\n      - darwin",
            vec!["linux", "darwin"],
            vec![],
            vec![],
        ),
        ("libc: []", vec![], vec![], vec![]),
        ("libc: null", vec![], vec![], vec![]),
        ("libc: \"musl\"", vec![], vec![], vec!["musl"]),
    ] {
        assert_eq!(read(line).unwrap(), [os, cpu, libc], "{line}");
    }
    assert_eq!(read("hasBin: true").unwrap(), [empty(), empty(), empty()]);
    let wrong = read("libc: {musl: true}").unwrap_err();
    assert!(
        wrong.starts_with("pnpm-lock.yaml:") && wrong.contains("has a value of an unknown kind"),
        "{wrong}"
    );
    assert!(
        wrong.contains("expected a text or a list of texts") && !wrong.contains("at line"),
        "{wrong}"
    );
}
