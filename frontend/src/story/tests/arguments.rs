//! Build arguments: who sees them, and whose step they move.

use super::*;

const DECLARED: &str = "# syntax=vextrus/frontend\n\n[build.args]\nGIT_SHA = \"none\"\nTARGETARCH = \"\"\nBUILDPLATFORM = \"\"\n";

async fn built_with(arguments: &[(&str, &str)], platform: &str) -> Built {
    let mut files = example();
    files.insert("services/auth/service.toml".to_owned(), DECLARED.into());
    let arguments = arguments
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = Options {
        build_args: arguments.collect(),
        platforms: vec![super::platform(platform)],
        ..request("auth")
    };
    run(engine(files), options).await.unwrap()
}

/// Returns the environment of a build by the package's name.
fn env(built: &Built, package: &str) -> Vec<String> {
    let image = built.image();
    let exec = image.vertices().find_map(|vertex| match &vertex.op.op {
        Some(Op::Exec(exec))
            if vertex
                .metadata?
                .description
                .get("llb.customname")?
                .ends_with(&format!("build {package}")) =>
        {
            Some(exec.meta.clone()?.env)
        }
        _ => None,
    });
    exec.unwrap()
}

#[tokio::test]
async fn only_the_services_own_build_sees_them() {
    let built = built_with(&[("GIT_SHA", "abc")], "linux/arm64").await;
    for expected in ["GIT_SHA=abc", "TARGETARCH=arm64", "BUILDPLATFORM=linux/amd64"] {
        let has = |package| env(&built, package).iter().any(|variable| variable == expected);
        assert!(has("@erp/auth-service"), "{expected}");
        assert!(!has("@erp/shared-kernel"), "{expected}");
    }
}

#[tokio::test]
async fn an_argument_that_nothing_declares_moves_no_step_and_is_told() {
    let one = built_with(&[], "linux/amd64").await;
    let other = built_with(&[("GIT_TAG", "abc")], "linux/amd64").await;
    assert_eq!(by_name(&one.image()), by_name(&other.image()));
    assert_eq!(one.fake.state().warnings.len(), 0);
    let state = other.fake.state();
    let [warning] = state.warnings.as_slice() else {
        panic!("{:?}", state.warnings)
    };
    assert!(String::from_utf8_lossy(&warning.short).contains("`GIT_TAG`"));
}

#[tokio::test]
async fn a_passed_value_moves_the_services_own_build_alone() {
    let one = by_name(&built_with(&[], "linux/amd64").await.image());
    let other = by_name(&built_with(&[("GIT_SHA", "abc")], "linux/amd64").await.image());
    let moved = other
        .iter()
        .filter(|(name, digest)| one.get(*name) != Some(*digest));
    let moved: Vec<&str> = moved.map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        moved,
        [
            "build @erp/auth-service",
            "check what the image loads",
            "files of the image",
            "image",
            "layer @erp/auth-service",
            "layer of what the check has found"
        ]
    );
}
