use super::*;
use crate::diagnostic::SourceFile;

fn config(manifest: &str, argument: Option<&str>) -> Result<Config, Diagnostic> {
    Config::read(&SourceFile::new("service.toml", manifest), argument)
}

/// Returns what becomes of one warning of each kind.
fn applied(config: &Config) -> Vec<String> {
    let found = vec![
        rules::ROOT_USER.warn("root"),
        rules::UNPINNED_NODE.warn("no node"),
        rules::REDUNDANT_KEY.warn("default"),
    ];
    config.applied(found).iter().map(ToString::to_string).collect()
}

#[test]
fn directives_choose_rules() {
    for (text, names) in [
        ("# syntax=x\n", &["RootUser: root", "UnpinnedNode: no node"][..]),
        ("# syntax=x\n# check=skip=RootUser\n", &["UnpinnedNode: no node"]),
        (
            "# syntax=x\n#check = skip=RootUser, UnpinnedNode;error=true\n",
            &[],
        ),
        ("# check=skip=all\n# syntax=x\n", &[]),
        (
            "# syntax=x\n# check=skip=all;experimental=RedundantKey\n",
            &["RedundantKey: default"],
        ),
        (
            "# syntax=x\n# check=experimental=all\n",
            &["RedundantKey: default", "RootUser: root", "UnpinnedNode: no node"],
        ),
        // Not at the head.
        (
            "# syntax=x\nnode = \"22\"\n# check=skip=all\n",
            &["RootUser: root", "UnpinnedNode: no node"],
        ),
    ] {
        assert_eq!(applied(&config(text, None).unwrap()), names, "{text}");
    }
}

#[test]
fn a_build_argument_stands_in_the_place_of_the_directive() {
    let read = config("# check=skip=all\n", Some("skip=UnpinnedNode;error=1")).unwrap();
    assert_eq!(applied(&read), ["RootUser: root"]);
    assert!(read.is_error);
    assert!(!config("# check=error=true\n", Some("")).unwrap().is_error);
}

#[test]
fn a_rule_that_there_is_not_is_told() {
    let read = config("# syntax=x\n# check=skip=RootUsers,JSONArgsRecommended\n", None).unwrap();
    assert_eq!(
        applied(&read),
        [
            "RootUser: root",
            "UnpinnedNode: no node",
            "UnknownRule: `# check` names the rule `JSONArgsRecommended`, which there is not; docs/rules lists the rules (service.toml:2)",
            "UnknownRule: `# check` names the rule `RootUsers`, which there is not; did you mean `RootUser`? (service.toml:2)",
        ]
    );
    // The argument may be meant for the Dockerfiles of the same bake.
    let read = config("", Some("skip=JSONArgsRecommended,RootUsers,UnpinnedNode")).unwrap();
    assert_eq!(
        applied(&read),
        [
            "RootUser: root",
            "UnknownRule: `--build-arg BUILDKIT_DOCKERFILE_CHECK` names the rule `RootUsers`, which there is not; did you mean `RootUser`?",
        ]
    );
}

#[test]
fn what_is_no_option_is_a_mistake() {
    for (text, message) in [
        (
            "# check=skip=A;skp=B\n",
            "service.toml:1: `# check` has `skp=B`, which is no option; write `skip=RULE,RULE`, `skip=all`, `error=true` or `experimental=RULE`, with `;` between them",
        ),
        (
            "# syntax=x\n# check=error=yes\n",
            "service.toml:2: `# check` has `error=yes`; write `error=true` or `error=false`",
        ),
        (
            "# check=skip=all\n# check=error=true\n",
            "service.toml:2: a second `# check`, after that of line 1; put both into one, with `;` between",
        ),
    ] {
        assert_eq!(config(text, None).unwrap_err().to_string(), message);
    }
}
