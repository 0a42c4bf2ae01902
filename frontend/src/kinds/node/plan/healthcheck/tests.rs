use super::*;
use crate::diagnostic::SourceFile;
use crate::manifest::Manifest;
use crate::manifest::targets::Target;

/// Decides for a manifest's `[run]` and a package's dependencies, as a line for people.
fn decided(run: &str, dependencies: &[&str]) -> String {
    decided_for(run, dependencies, false)
}

fn decided_for(run: &str, dependencies: &[&str], is_other_program: bool) -> String {
    let manifest = Manifest::parse(&SourceFile::new("service.toml", run)).unwrap();
    let run = manifest.role(&Target::default());
    let dependencies: std::collections::BTreeMap<_, _> =
        dependencies.iter().map(|name| (*name, "1")).collect();
    let text = serde_json::json!({ "dependencies": dependencies }).to_string();
    let package = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
    let port = run.port.iter().flat_map(|ports| ports.all()).next().copied();
    let known = Known {
        node: "node",
        port,
        server: server([&package]).map(|(server, _)| server),
        listener: None,
        is_other_program,
    };
    match decide(&run, known) {
        (None, why) => format!("none: {why}"),
        (Some(check), _) => {
            format!(
                "{} every {} s",
                check.command.join(" ").replace(RUNTIME_SCRIPTS, "~"),
                check.interval
            )
        }
    }
}

#[test]
fn what_answers_http_is_asked() {
    let usual = USUAL_PATHS.join(" ");
    for (run, dependencies, expected) in [
        (
            "",
            &[][..],
            "none: nothing says that the service listens".to_owned(),
        ),
        (
            "",
            &["bullmq"],
            "none: nothing says that the service listens".to_owned(),
        ),
        (
            "",
            &["@nestjs/platform-express"],
            format!("node ~/healthcheck.cjs 0 http {usual} every 30 s"),
        ),
        (
            "[run]\nport = 80\n",
            &[],
            format!("node ~/healthcheck.cjs 80 any {usual} every 30 s"),
        ),
        (
            "[run]\nport = [80, 9090]\n",
            &["express"],
            format!("node ~/healthcheck.cjs 80 http {usual} every 30 s"),
        ),
        (
            "[run]\nport = 80\nhealthcheck = false\n",
            &["express"],
            "none: the manifest turns it off".to_owned(),
        ),
        (
            "[run]\nport = 80\n[run.healthcheck]\npath = \"/ok\"\ninterval = \"5s\"\n",
            &[],
            "node ~/healthcheck.cjs 80 http /ok every 5 s".to_owned(),
        ),
        (
            "[run.healthcheck]\ncommand = [\"node\", \"check.js\"]\n",
            &["express"],
            "node check.js every 30 s".to_owned(),
        ),
    ] {
        assert_eq!(decided(run, dependencies), expected, "{run} {dependencies:?}");
    }
}

#[test]
fn another_program_than_the_service_is_asked_where_the_manifest_says_so() {
    let none = "none: it runs another command than the service, and has neither a `port` nor a `healthcheck`";
    assert_eq!(decided_for("[run]\nport = 80\n", &["express"], true), none);
    assert_eq!(
        decided_for("[run.healthcheck]\npath = \"/ok\"\n", &[], true),
        "node ~/healthcheck.cjs 0 http /ok every 30 s"
    );
}

#[test]
fn a_server_is_a_dependency_a_tool_that_writes_one_or_what_others_bring() {
    let of = |text: &str| {
        let package = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        server([&package]).map(|(server, _)| server)
    };
    assert_eq!(
        of(r#"{"dependencies": {"moleculer-web": "1"}}"#),
        Some("moleculer-web")
    );
    assert_eq!(
        of(r#"{"devDependencies": {"@sveltejs/adapter-node": "1"}}"#),
        Some("@sveltejs/adapter-node")
    );
    assert_eq!(of(r#"{"devDependencies": {"express": "1"}}"#), None);
    assert_eq!(listener(["ms", "find-my-way"]), Some("find-my-way"));
    assert_eq!(listener(["ms", "bullmq"]), None);

    let manifest = Manifest::parse(&SourceFile::new("service.toml", "")).unwrap();
    let run = manifest.role(&Target::default());
    let known = Known {
        node: "node",
        port: None,
        server: None,
        listener: Some("h3"),
        is_other_program: false,
    };
    let (check, _) = decide(&run, known);
    assert_eq!(check.unwrap().command[3], "any");
}

#[test]
fn a_server_that_is_bundled_is_declared_for_development() {
    for (text, expected) in [
        (r#"{ "devDependencies": { "fastify": "5" } }"#, Some("fastify")),
        (
            r#"{ "devDependencies": { "find-my-way": "9" } }"#,
            Some("find-my-way"),
        ),
        (r#"{ "dependencies": { "ws": "8" } }"#, Some("ws")),
        (
            r#"{ "dependencies": { "bullmq": "5" }, "devDependencies": { "vitest": "4" } }"#,
            None,
        ),
    ] {
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        assert_eq!(may_listen(&manifest), expected, "{text}");
    }
}
