//! Which steps run on which platform.

use super::*;

/// Asks for the image of another machine.
fn foreign(service: &str) -> Options {
    Options {
        platforms: vec![Platform::parse("linux/arm64").unwrap()],
        ..request(service)
    }
}

/// Returns the steps that run a program on another platform than the engine's, by the names that users see.
fn emulated(definition: &Definition) -> BTreeSet<String> {
    let steps = definition.vertices().filter_map(|vertex| {
        let is_foreign = vertex.op.platform.as_ref()?.architecture == "arm64";
        let runs = matches!(vertex.op.op, Some(Op::Exec(_)));
        let name = vertex.metadata?.description.get("llb.customname")?;
        (is_foreign && runs).then(|| name.clone())
    });
    steps.collect()
}

fn install_of(definition: &Definition) -> String {
    let names = by_name(definition);
    let install = names
        .iter()
        .find(|(name, _)| name.starts_with("install ") && name.ends_with(" production packages"));
    install.unwrap().1.clone()
}

#[tokio::test]
async fn an_install_that_chooses_and_runs_nothing_is_the_same_step_for_every_platform() {
    let arm64 = run(engine(example()), foreign("api-gateway"))
        .await
        .unwrap()
        .image();
    assert_eq!(emulated(&arm64), BTreeSet::new());
    let own = built(example(), "api-gateway").await.image();
    assert_eq!(install_of(&arm64), install_of(&own));
}

#[tokio::test]
async fn an_install_that_compiles_runs_on_the_image_s_platform() {
    let arm64 = run(engine(example()), foreign("auth")).await.unwrap().image();
    let steps = emulated(&arm64);
    assert!(
        steps.iter().any(|name| name.ends_with(" production packages")),
        "{steps:?}"
    );
    assert!(!steps.iter().any(|name| name.contains("] build ")), "{steps:?}");
}

#[tokio::test]
async fn an_install_that_may_run_a_script_is_searched_for_one_first() {
    // sharp may run one, and the lockfile does not say whether it has one.
    for (found, expected) in [("", false), ("sharp\n", true)] {
        let mut files = example();
        files.insert("hooks".to_owned(), found.as_bytes().to_vec());
        let built = run(engine(files), foreign("file-storage")).await.unwrap();
        let arm64 = built.image();
        let steps = emulated(&arm64);
        assert_eq!(!steps.is_empty(), expected, "{steps:?}");
    }
    let plan = model_of(engine(example()), &foreign("file-storage")).await;
    let elsewhere = image_of(&plan).foreign.as_ref().unwrap();
    let install = elsewhere.install.as_ref().unwrap();
    assert!(install.files["/app/package.json"].contains("supportedArchitectures"));
    assert!(
        install.command[2].contains("--ignore-scripts"),
        "{:?}",
        install.command
    );
    assert!(plan.reasons["install.linux/arm64"].why.contains("install script"));
}

#[tokio::test]
async fn several_platforms_make_an_index() {
    let options = Options {
        platforms: ["linux/amd64", "linux/arm64"].map(platform).into(),
        ..request("auth")
    };
    let built = run(engine(example()), options).await.unwrap();
    let Refs::ByPlatform(references) = &built.result.refs else {
        panic!("{:?}", built.result.refs)
    };
    assert_eq!(
        references.keys().collect::<Vec<_>>(),
        ["linux/amd64", "linux/arm64"]
    );
    for architecture in ["amd64", "arm64"] {
        let config = &built.result.metadata[&format!("containerimage.config/linux/{architecture}")];
        let config: Value = serde_json::from_slice(config).unwrap();
        assert_eq!(config["architecture"], architecture);
    }
    // Programs of the build run on the engine's own platform; only what runs is made for the other.
    let graph = built.image();
    let exec_on = |architecture: &str| {
        let on = |v: &buildkit_llb::VertexView<'_>| {
            v.op.platform
                .as_ref()
                .is_some_and(|p| p.architecture == architecture)
        };
        let names = graph
            .vertices()
            .filter(|v| matches!(v.op.op, Some(Op::Exec(_))) && on(v));
        names
            .map(|v| v.metadata.unwrap().description["llb.customname"].clone())
            .collect::<Vec<_>>()
    };
    assert!(
        exec_on("arm64").iter().all(|name| !name.contains("build @erp")),
        "{:?}",
        exec_on("arm64")
    );
    assert!(
        exec_on("amd64")
            .iter()
            .any(|name| name.contains("build @erp/auth-service"))
    );
    assert!(
        exec_on("arm64")
            .iter()
            .any(|name| name.contains("production packages"))
    );
}
