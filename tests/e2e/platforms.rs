//! One build for several platforms: what can runs on the machine's own, and only what must on the other.

use std::collections::BTreeSet;

use serde_json::Value;
use vextrus_e2e::{Engine, Fixture, Invocation, Pushed, Registry, Releases, Workspace, repository};

/// The platforms, of which a machine is one.
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

/// Honours `--platform P,P`: an index with the image of each; what is built of the workspace is built once, on the
/// machine's own platform, and what installs no program for a platform is installed there too.
#[test]
fn a_service_of_javascript_is_built_once_for_every_platform() {
    let engine = emulating();
    let (registry, workspace) = (Registry::start(), Workspace::service_and_library());
    let pushed = push(&engine, &registry, &workspace, "service/service.toml");
    let index = pushed.inspect(".Manifest");
    let platforms: BTreeSet<String> = index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|manifest| manifest["platform"]["architecture"].as_str().unwrap().to_owned())
        .filter(|architecture| architecture != "unknown")
        .collect();
    assert_eq!(platforms, ["amd64", "arm64"].map(str::to_owned).into());
    for platform in PLATFORMS {
        let config = &pushed.inspect(".Image")[platform];
        assert_eq!(
            format!(
                "{}/{}",
                config["os"].as_str().unwrap(),
                config["architecture"].as_str().unwrap()
            ),
            platform
        );
        assert_eq!(config["config"]["User"], "1001:1001");
        assert_eq!(pushed.printed(platform), "library", "{platform}");
        assert_eq!(emulated(&pushed, platform), Vec::<String>::new(), "{platform}");
    }
    for step in ["set up pnpm 10.34.9", "build library", "production packages"] {
        assert_eq!(count(&pushed, step), 1, "{step}");
    }
}

#[test]
fn node_is_taken_from_the_image_of_another_platform_without_running_it() {
    let engine = emulating();
    let (registry, workspace) = (Registry::start(), Workspace::service_and_library());
    workspace.append("service/service.toml", "base = \"scratch\"\n");
    let pushed = push(&engine, &registry, &workspace, "service/service.toml");
    for platform in PLATFORMS {
        assert_eq!(pushed.printed(platform), "library", "{platform}");
        assert_eq!(emulated(&pushed, platform), Vec::<String>::new(), "{platform}");
    }
}

#[test]
fn packages_for_another_platform_are_chosen_without_it() {
    let engine = emulating();
    let registry = Registry::start();
    let (fixture, pnpm) = (Fixture::named("platform-dependencies"), Releases::of_pnpm());
    // One that reads the choice in package.json, and one that reads it in pnpm-workspace.yaml.
    for major in [9, 11] {
        let workspace = fixture.workspace(major, &pnpm);
        let pushed = push(&engine, &registry, &workspace, "app/service.toml");
        for platform in PLATFORMS {
            assert_eq!(
                pushed.printed(platform),
                "crc32 3610a686",
                "pnpm {major}, {platform}"
            );
            assert_eq!(
                emulated(&pushed, platform),
                Vec::<String>::new(),
                "pnpm {major}, {platform}"
            );
        }
    }
}

#[test]
fn an_install_script_runs_on_its_platform() {
    let engine = emulating();
    let registry = Registry::start();
    let (fixture, pnpm) = (Fixture::named("build-scripts-default"), Releases::of_pnpm());
    // This major runs scripts unless it is told otherwise, and its lockfile does not say who has one.
    let workspace = fixture.workspace(9, &pnpm);
    let pushed = push(&engine, &registry, &workspace, "app/service.toml");
    for platform in PLATFORMS {
        assert_eq!(
            pushed.printed(platform),
            "the postinstall script ran",
            "{platform}"
        );
    }
    let own = if cfg!(target_arch = "aarch64") { 1 } else { 0 };
    assert_eq!(emulated(&pushed, PLATFORMS[own]), Vec::<String>::new());
    let run = emulated(&pushed, PLATFORMS[1 - own]).join("\n");
    assert!(run.contains("pnpm install") && !run.contains("pnpm run"), "{run}");
    // The workspace's own build is the same step for both.
    assert_eq!(count(&pushed, "build app"), 1);
}

/// Returns the engine with programs of the other platform able to run.
fn emulating() -> Engine {
    let _ = Invocation::new(repository().join("tests/engine/emulation.sh"))
        .finish()
        .succeeded();
    Engine::take_exporting()
}

fn push(engine: &Engine, registry: &Registry, workspace: &Workspace, file: &str) -> Pushed {
    let platforms = format!("--platform={}", PLATFORMS.join(","));
    let build = engine.build(workspace).file(file);
    build
        .args([platforms.as_str(), "--provenance=mode=max"])
        .push(registry)
}

/// Returns how many different steps have names that end so.
fn count(pushed: &Pushed, name: &str) -> usize {
    let steps = pushed.progress.steps().iter();
    steps.filter(|step| step.name.ends_with(name)).count()
}

/// Returns the programs that a platform's image was made with on another platform than the machine's, by the
/// provenance.
fn emulated(pushed: &Pushed, platform: &str) -> Vec<String> {
    let machine = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "amd64"
    };
    let provenance = &pushed.inspect(".Provenance")[platform]["SLSA"];
    let steps = provenance["buildConfig"]["llbDefinition"].as_array();
    let steps = steps.unwrap_or_else(|| panic!("no steps in {provenance}")).iter();
    let programs = steps.filter_map(|step| {
        let args = step["op"]["Op"]["exec"]["meta"]["args"].as_array()?;
        let architecture = step["op"]["platform"]["Architecture"].as_str()?;
        let words: Vec<&str> = args.iter().filter_map(Value::as_str).collect();
        (architecture != machine).then(|| words.join(" "))
    });
    programs.collect()
}
