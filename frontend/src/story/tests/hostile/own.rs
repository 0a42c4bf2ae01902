//! What a manifest says of places and variables that the build's own steps have.

use super::*;
use crate::plan::Mount;

fn secret(key: &str, value: &str) -> String {
    format!(
        "# syntax=vextrus/frontend\n[build]\nsecrets = [{{ id = \"s\", {key} = \"{value}\" }}]\nssh = true\n"
    )
}

#[tokio::test]
async fn no_secret_takes_the_place_of_what_a_step_has() {
    let own = with([("services/app/service.toml", secret("env", "TOKEN"))]);
    let (plan, _) = decided_of(own).await.unwrap();
    let build = plan
        .runs()
        .find(|(step, _)| step.name == "[app] build @t/app")
        .unwrap()
        .1;
    let places = build.mounts.iter().map(|mount| match mount {
        Mount::Cache { at, .. }
        | Mount::Read { at, .. }
        | Mount::Work { at, .. }
        | Mount::Agent { at, .. } => at,
        Mount::Secret { at, .. } => panic!("{at}"),
    });
    let files = places.map(|at| ("target", at.clone()));
    let variables = build.env.iter().map(|(name, _)| ("env", name.clone()));
    let mut count = 0;
    for (key, value) in files.chain(variables) {
        let told = refusal(with([("services/app/service.toml", secret(key, &value))])).await;
        assert!(
            told.starts_with("services/app/service.toml:3: "),
            "{key} {value}: {told}"
        );
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[tokio::test]
async fn other_places_are_the_manifests() {
    for (key, value) in [
        ("target", "/root/.npmrc"),
        ("target", "/run/secrets/other"),
        ("env", "npm_config_registry"),
    ] {
        decided_of(with([("services/app/service.toml", secret(key, value))]))
            .await
            .unwrap();
    }
    let text = "[build.env]\nNODE_OPTIONS = \"--max-old-space-size=4096\"\n[run]\nwritable = [\"uploads\", \"/tmp\", \".\"]\nenv = { PATH = \"/x\" }\n";
    decided_of(with([("services/app/service.toml", text)]))
        .await
        .unwrap();
}
