use super::*;
use crate::diagnostic::SourceFile;
use crate::manifest::Manifest;
use crate::manifest::targets::Target;

/// Decides for a manifest's `[run]` and a package's dependencies, as a line for people.
fn decided(run: &str, dependencies: &[&str]) -> String {
    let manifest = Manifest::parse(&SourceFile::new("service.toml", run)).unwrap();
    let run = manifest.role(&Target::default());
    let dependencies: std::collections::BTreeMap<_, _> =
        dependencies.iter().map(|name| (*name, "1")).collect();
    let text = serde_json::json!({ "dependencies": dependencies }).to_string();
    let package = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
    let port = run.port.iter().flat_map(|ports| ports.all()).next().copied();
    match decide(&run, &package, "node", port) {
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
            "none: nothing says that the service answers HTTP".to_owned(),
        ),
        (
            "",
            &["bullmq"],
            "none: nothing says that the service answers HTTP".to_owned(),
        ),
        (
            "",
            &["@nestjs/platform-express"],
            format!("node ~/healthcheck.cjs 0 {usual} every 30 s"),
        ),
        (
            "[run]\nport = 80\n",
            &[],
            format!("node ~/healthcheck.cjs 80 {usual} every 30 s"),
        ),
        (
            "[run]\nport = [80, 9090]\n",
            &["express"],
            format!("node ~/healthcheck.cjs 80 {usual} every 30 s"),
        ),
        (
            "[run]\nport = 80\nhealthcheck = false\n",
            &["express"],
            "none: the manifest turns it off".to_owned(),
        ),
        (
            "[run]\nport = 80\n[run.healthcheck]\npath = \"/ok\"\ninterval = \"5s\"\n",
            &[],
            "node ~/healthcheck.cjs 80 /ok every 5 s".to_owned(),
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
