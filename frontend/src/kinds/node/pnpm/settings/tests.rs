use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::pnpm::fixtures::manifest;

fn read(major: u64, root: &str, workspace: &str, npmrc: &str) -> Settings {
    let root = manifest(root);
    let workspace = PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", workspace)).unwrap();
    let npmrc = Npmrc::parse(&SourceFile::new(".npmrc", npmrc));
    Settings::read(
        major,
        Sources {
            root: Some(&root),
            workspace: Some(&workspace),
            npmrc: Some(&npmrc),
        },
    )
}

#[test]
fn each_major_reads_its_own_places() {
    let root = r#"{"devDependencies": {"b": "^2"}, "resolutions": {"r": "1", "a": "0"}, "pnpm": {"overrides": {"a": "1"}, "patchedDependencies": {"p@1.0.0": "./patches/p.patch"}}}"#;
    let yaml = "overrides:\n  a: '2'\n  b: $b\nnodeLinker: hoisted\n";
    let npmrc = "node-linker=pnp\nshared-workspace-lockfile=false\npublic-hoist-pattern[]=*types*\n";
    let pairs = |settings: &Settings| {
        settings
            .overrides
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    for major in [8, 9] {
        let settings = read(major, root, yaml, npmrc);
        assert_eq!(pairs(&settings), "a=1 r=1");
        assert_eq!(settings.node_linker, NodeLinker::Pnp);
        assert_eq!(settings.patched_dependencies["p@1.0.0"], "patches/p.patch");
        assert_eq!(settings.public_hoist_pattern, Some(vec!["*types*".to_owned()]));
        assert!(!settings.shared_workspace_lockfile);
    }
    let ten = read(10, root, yaml, npmrc);
    assert_eq!(pairs(&ten), "a=2 b=^2");
    assert_eq!(ten.node_linker, NodeLinker::Hoisted);
    assert_eq!(ten.patched_dependencies.len(), 1);
    assert!(!ten.shared_workspace_lockfile);
    for major in [11, 12] {
        let settings = read(major, root, yaml, npmrc);
        assert_eq!(pairs(&settings), "a=2 b=^2");
        assert!(settings.patched_dependencies.is_empty());
        assert!(settings.shared_workspace_lockfile);
        assert_eq!(settings.public_hoist_pattern, None);
    }
}

#[test]
fn decides_whose_install_scripts_run() {
    // (major, package.json#pnpm, pnpm-workspace.yaml, .npmrc, packages that run of a, b, c@1, c@2)
    for (major, pnpm, yaml, npmrc, want) in [
        (8, "{}", "", "", "a b c1 c2"),
        (9, "{}", "onlyBuiltDependencies: [a]\n", "", "a b c1 c2"),
        (9, r#"{"onlyBuiltDependencies": ["a"]}"#, "", "", "a"),
        (9, r#"{"onlyBuiltDependencies": []}"#, "", "", ""),
        (9, r#"{"neverBuiltDependencies": ["a"]}"#, "", "", "b c1 c2"),
        (9, "{}", "", "ignore-scripts=true\n", ""),
        (10, "{}", "", "", ""),
        (10, r#"{"onlyBuiltDependencies": ["a"]}"#, "", "", "a"),
        (
            10,
            r#"{"onlyBuiltDependencies": ["a"]}"#,
            "onlyBuiltDependencies: [b]\n",
            "",
            "b",
        ),
        (
            10,
            "{}",
            "onlyBuiltDependencies: [a]\nallowBuilds:\n  b: true\n  c: false\n",
            "",
            "a b",
        ),
        (10, "{}", "allowBuilds:\n  c@1.0.0 || 3.0.0: true\n", "", "c1"),
        (10, r#"{"neverBuiltDependencies": ["a"]}"#, "", "", "b c1 c2"),
        (10, "{}", "dangerouslyAllowAllBuilds: true\n", "", "a b c1 c2"),
        (
            11,
            r#"{"onlyBuiltDependencies": ["a"]}"#,
            "onlyBuiltDependencies: [a]\n",
            "",
            "",
        ),
        (
            11,
            "{}",
            "allowBuilds:\n  a: true\n  b: set this to true or false\n",
            "",
            "a",
        ),
        (12, "{}", "dangerouslyAllowAllBuilds: true\n", "", "a b c1 c2"),
    ] {
        let settings = read(major, &format!("{{\"pnpm\": {pnpm}}}"), yaml, npmrc);
        let packages = [
            ("a", "1.0.0", "a"),
            ("b", "1.0.0", "b"),
            ("c", "1.0.0", "c1"),
            ("c", "2.0.0", "c2"),
        ];
        let run = packages
            .iter()
            .filter(|(name, version, _)| settings.build_scripts_run(name, version));
        assert_eq!(
            run.map(|p| p.2).collect::<Vec<_>>().join(" "),
            want,
            "{major} {pnpm} {yaml}"
        );
        assert_eq!(settings.strict_dep_builds, major >= 11);
    }
}

#[test]
fn names_the_files_with_hooks() {
    assert_eq!(read(9, "{}", "", "").pnpmfiles, [".pnpmfile.cjs"]);
    assert_eq!(
        read(9, "{}", "", "pnpmfile=./tools/hooks.cjs\n").pnpmfiles,
        ["tools/hooks.cjs"]
    );
    assert_eq!(
        read(10, "{}", "pnpmfile: [a.cjs, b.cjs]\n", "").pnpmfiles,
        ["a.cjs", "b.cjs"]
    );
    assert!(read(10, "{}", "ignorePnpmfile: true\n", "").pnpmfiles.is_empty());
    assert_eq!(
        read(12, "{}", "", "").pnpmfiles,
        [".pnpmfile.cjs", ".pnpmfile.mjs"]
    );
    assert!(read(10, "{}", "configDependencies:\n  x: 1.0.0+sha512-y\n", "").config_dependencies == ["x"]);
}

#[test]
fn knows_the_platforms() {
    let settings = read(
        10,
        "{}",
        "supportedArchitectures:\n  os: [current]\n  cpu: [x64, arm64]\n",
        "",
    );
    assert_eq!(
        settings.supported_architectures,
        SupportedArchitectures {
            cpu: vec!["x64".into(), "arm64".into()],
            ..SupportedArchitectures::default()
        }
    );
}

#[test]
fn a_name_approves_what_comes_from_a_registry() {
    let archive = "file:vendor/a-1.0.0.tgz";
    let by_name = r#"{"pnpm": {"onlyBuiltDependencies": ["a"]}}"#;
    let by_path = r#"{"pnpm": {"onlyBuiltDependencies": ["a@file:vendor/a-1.0.0.tgz"]}}"#;
    for (major, root, registry, path) in [
        (9, by_name, true, true),
        (10, by_name, true, false),
        (10, by_path, false, true),
    ] {
        let settings = read(major, root, "", "");
        assert_eq!(
            settings.build_scripts_run("a", "1.0.0"),
            registry,
            "{major} {root}"
        );
        assert_eq!(settings.build_scripts_run("a", archive), path, "{major} {root}");
        assert!(settings.restricts_builds());
    }
    assert!(!read(9, "{}", "", "").restricts_builds());
}

#[test]
fn public_hoisting_is_told_from_that_of_linters() {
    let hoists = |npmrc: &str| {
        let npmrc = Npmrc::parse(&SourceFile::new(".npmrc", npmrc));
        let sources = Sources {
            npmrc: Some(&npmrc),
            ..Sources::default()
        };
        Settings::read(9, sources).hoists()
    };
    assert!(hoists("shamefully-hoist=true\n") && hoists("node-linker=hoisted\n"));
    assert!(hoists("public-hoist-pattern[]=*types*\n") && !hoists(""));
    assert!(!hoists(
        "public-hoist-pattern[]=*eslint*\npublic-hoist-pattern[]=!*types*\n"
    ));
}
