//! What the frontend says of an image beside the image.

use super::*;
use crate::options;
use crate::plan::Verb;

/// Asks for a bill of materials, as `--sbom=true` does, or with other parameters.
fn asking(service: &str, sbom: &str) -> Options {
    let asked = options::parse::attestation("sbom", sbom).unwrap();
    Options {
        attestations: BTreeMap::from([("sbom".to_owned(), asked.unwrap())]),
        ..request(service)
    }
}

/// An engine that takes attestations.
fn attesting() -> State {
    State {
        gateway_caps: vec!["gateway.warnings", "reference.attestations"],
        ..engine(example())
    }
}

#[tokio::test]
async fn the_plan_lists_the_production_closure_where_asked() {
    let model = model_of(attesting(), &asking("auth", "type=sbom")).await;
    let sbom = model.sbom.unwrap();
    let component = |key: &str| &sbom.components[key];
    assert_eq!(sbom.service, "workspace:services/auth");
    let service = component(&sbom.service);
    assert_eq!(
        (
            service.name.as_str(),
            service.version.as_deref(),
            service.workspace
        ),
        ("@erp/auth-service", Some("1.3.0"), true)
    );
    assert!(service.dependencies.contains("workspace:shared/kernel"));
    // A peer of a workspace package leads to the service's own instance.
    let common = sbom
        .components
        .keys()
        .find(|key| key.starts_with("@nestjs/common@"));
    let common = common.unwrap();
    assert!(
        component("workspace:shared/infrastructure")
            .dependencies
            .contains(common)
    );
    assert!(
        component(common)
            .integrity
            .as_ref()
            .unwrap()
            .starts_with("sha512-")
    );
    // What only builds need is no part of it, nor another service.
    let names: BTreeSet<&str> = sbom.components.values().map(|each| each.name.as_str()).collect();
    assert!(names.contains("bcrypt"));
    for absent in ["typescript", "@nestjs/cli", "@erp/api-gateway", "sharp"] {
        assert!(!names.contains(absent), "{absent}");
    }
    // Every edge leads to a component.
    for component in sbom.components.values() {
        let unknown = component
            .dependencies
            .iter()
            .find(|key| !sbom.components.contains_key(*key));
        assert_eq!(unknown, None);
    }
}

#[tokio::test]
async fn the_result_carries_the_document_of_each_platform() {
    let one = run(attesting(), asking("auth", "type=sbom")).await.unwrap();
    let mut options = asking("auth", "type=sbom");
    options.platforms = ["linux/amd64", "linux/arm64"]
        .map(|platform| Platform::parse(platform).unwrap())
        .into();
    let two = run(attesting(), options).await.unwrap();
    for (built, platforms) in [
        (one, &["linux/amd64"][..]),
        (two, &["linux/amd64", "linux/arm64"]),
    ] {
        let attested: Vec<&String> = built.result.attestations.keys().collect();
        assert_eq!(attested, platforms);
        for attestation in built.result.attestations.values().flatten() {
            assert_eq!(attestation.predicate_type, "https://spdx.dev/Document");
            assert_eq!(attestation.path, "/sbom.spdx.json");
            let number: usize = attestation
                .reference
                .id
                .strip_prefix("ref-")
                .unwrap()
                .parse()
                .unwrap();
            let graph = Definition::of(&Output::from_proto(&built.solves[number - 1]).unwrap()).unwrap();
            let names = by_name(&graph);
            assert!(names.contains_key("list the packages of the image"), "{names:?}");
            // The document needs no build: a code change leaves it in the cache.
            assert!(!names.keys().any(|name| name.starts_with("build ")), "{names:?}");
        }
    }
}

#[tokio::test]
async fn a_generator_of_the_user_s_is_left_to_the_daemon() {
    let options = asking("auth", "type=sbom,generator=example/scanner:1");
    let built = run(attesting(), options).await.unwrap();
    assert_eq!(built.result.attestations, BTreeMap::new());
    let plain = run(attesting(), request("auth")).await.unwrap();
    assert_eq!(plain.result.attestations, BTreeMap::new());
}

/// Returns the directories that are listed, in the words of the step that lists them.
fn listed(graph: &Plan) -> Vec<String> {
    let step = graph
        .steps
        .iter()
        .find(|step| step.name.ends_with("list the packages of the image"));
    let Verb::Run(run) = &step.unwrap().does else {
        panic!("it runs a program")
    };
    run.command
        .iter()
        .filter(|word| word.starts_with("/packages/"))
        .cloned()
        .collect()
}

#[tokio::test]
async fn what_a_build_packs_into_its_output_is_listed_there() {
    let text = String::from_utf8(example()["services/auth/package.json"].clone()).unwrap();
    let nitro = text.replace("node dist/main.js", "node .output/server/index.mjs");
    for (text, directories) in [(text, 1), (nitro, 2)] {
        let is_packed = directories == 2;
        let mut files = example();
        files.insert("services/auth/package.json".to_owned(), text.into_bytes());
        let state = State { files, ..attesting() };
        let (.., planned) = planned_for(state, &asking("auth", "type=sbom")).await.unwrap();
        assert_eq!(listed(&planned.plan).len(), directories);
        let kinds::Model::Node(model) = planned.model;
        let sbom = model.sbom.unwrap();
        let has = |name: &str| sbom.components.values().any(|component| component.name == name);
        // Nobody knows which of its tools a build packs, but what it packs is code of other workspace packages.
        assert!(has("bcrypt") && has("@erp/auth-service"));
        let has_kernel = sbom.components.contains_key("workspace:shared/kernel");
        assert_eq!((has("typescript"), has_kernel), (is_packed, !is_packed));
    }
}
