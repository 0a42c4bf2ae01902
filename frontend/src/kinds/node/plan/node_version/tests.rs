//! Which version of Node a repository names.

use super::*;

#[test]
fn version_files_name_majors() {
    for (written, major) in [
        ("v20.11.1", Some("20")),
        ("22", Some("22")),
        ("lts/iron", Some("20")),
        ("lts/Jod", Some("22")),
        ("lts-hydrogen", Some("18")),
        ("lts/*", None),
        ("lts/-1", None),
        ("stable", None),
        ("latest", None),
        (">=18 <20", Some("18")),
        ("node", None),
        ("", None),
    ] {
        assert_eq!(major_of(written, None, None).as_deref(), major, "{written}");
    }
}

#[test]
fn files_of_tools_name_a_version_in_a_line() {
    for (file, text, expected) in [
        (".nvmrc", "v20.11.1\n", Some((1, "v20.11.1"))),
        ("a/.nvmrc", "# ours\n\nlts/jod # for now\n", Some((3, "lts/jod"))),
        (
            ".tool-versions",
            "pnpm 10.1.0\nnodejs 22.12.0 20.1.0\n",
            Some((2, "22.12.0")),
        ),
        (
            "a/.tool-versions",
            "# node 18\nnode lts/iron # x\n",
            Some((2, "lts/iron")),
        ),
        (".tool-versions", "python 3.12\n", None),
        ("mise.toml", "[tools]\nnode = '24'\n", Some((2, "24"))),
        (".mise.toml", "[tools]\nnode = ['22', '20']\n", Some((2, "22"))),
        (
            "mise.toml",
            "[tools]\nnode = { version = '20.1' }\n",
            Some((2, "20.1")),
        ),
        ("mise.toml", "no toml", None),
        (".nvmrc", "", None),
    ] {
        let found = written_in(file, text);
        let found = found.as_ref().map(|(line, version)| (*line, version.as_str()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_package_json_names_versions() {
    for (text, expected) in [
        (
            r#"{"volta": {"node": "22.1.0"}, "engines": {"node": ">=18"}}"#,
            "volta.node 22.1.0",
        ),
        (
            r#"{"devEngines": {"runtime": {"name": "node", "version": "^24"}}}"#,
            "devEngines.runtime ^24",
        ),
        (
            r#"{"devEngines": {"runtime": [{"name": "bun", "version": "1"}, {"name": "node", "version": "20"}]}}"#,
            "devEngines.runtime 20",
        ),
        (r#"{"engines": {"node": ">=18"}}"#, "engines.node >=18"),
    ] {
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        let (field, version) = versions_of(&manifest)[0];
        assert_eq!(format!("{} {version}", field.join(".")), expected);
    }
}

#[test]
fn ranges_take_the_preferred_major_that_they_let_in() {
    for (range, major) in [
        (">=18", Some("22")),
        ("^20.9.0", Some("20")),
        (">=24", Some("24")),
        ("18.x || 20.x", Some("20")),
        (">=22.12.0 <22.15", Some("22")),
        ("not a range at all", None),
    ] {
        assert_eq!(best_of(range, None, |_| true), major, "{range}");
    }
}

#[test]
fn some_versions_of_pnpm_do_not_run_on_every_node() {
    for (pnpm, node) in [
        ("8.0.0", Some("<20")),
        ("8.3.0", Some("<20")),
        ("8.3.1", None),
        ("10.0.0", None),
        ("11.0.0", Some(">=22.13")),
        ("12.0.0-rc.7", None),
    ] {
        assert_eq!(needed_by_pnpm(pnpm), node, "{pnpm}");
    }
}

#[test]
fn the_package_manager_has_a_say_where_there_is_a_choice() {
    for (range, runs, major) in [
        (">=16", "<20", Some("18")),
        (">=18 <21", ">=22.13", Some("20")),
        ("18 || 20 || 24", ">=22.13", Some("24")),
    ] {
        assert_eq!(best_of(range, Some(runs), |_| true), major, "{range} {runs}");
    }
    assert_eq!(preferred(Some("<20"), |_| true), Some("18"));
    assert_eq!(major_of("20.1.0", Some("<20"), None).as_deref(), Some("20"));
}

#[test]
fn the_range_of_a_service_wins() {
    for (written, range, major) in [
        ("18.19.0", ">=20", None),
        ("v22", ">=20", Some("22")),
        ("lts/iron", "^22 || ^24", None),
        (">=18", "^20.9 || >=24", Some("24")),
        (">=18 <21", ">=20.5", Some("20")),
        ("20.0.0", ">=20.9", Some("20")),
    ] {
        let range = Range::parse(range).unwrap();
        assert_eq!(
            major_of(written, None, Some(&range)).as_deref(),
            major,
            "{written} {range}"
        );
    }
}
