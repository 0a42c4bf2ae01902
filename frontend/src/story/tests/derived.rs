//! What is told of a plan is what the graph holds: steps, caches and images.

use super::*;
use crate::options::NoCache;
use crate::plan::{Mount, Verb};

/// The programs, caches and images of graphs.
#[derive(Debug, Default, PartialEq)]
struct Held {
    programs: BTreeSet<String>,
    caches: BTreeSet<String>,
    images: BTreeSet<String>,
}

/// Returns what the graphs of a build hold that make something of the context or of images: the image itself, its
/// measure, its bill of materials.
fn held(built: &Built) -> Held {
    let mut held = Held::default();
    for solve in &built.solves {
        let definition = Definition::of(&Output::from_proto(solve).unwrap()).unwrap();
        for vertex in definition.vertices() {
            match &vertex.op.op {
                Some(Op::Exec(exec)) => {
                    let name = &vertex.metadata.unwrap().description["llb.customname"];
                    held.programs.insert(name.clone());
                    let mounts = exec.mounts.iter().filter_map(|mount| mount.cache_opt.as_ref());
                    held.caches.extend(mounts.map(|cache| cache.id.clone()));
                }
                Some(Op::Source(source)) => {
                    let image = source.identifier.strip_prefix("docker-image://");
                    // The frontend's own image is nobody's choice.
                    let image = image.filter(|image| !image.contains("vextrus/frontend"));
                    held.images
                        .extend(image.map(|image| image.split('@').next().unwrap().to_owned()));
                }
                _ => {}
            }
        }
    }
    held
}

fn told(plan: &Plan) -> Held {
    Held {
        programs: plan.runs().map(|(step, _)| step.name.clone()).collect(),
        caches: plan.caches().into_iter().map(str::to_owned).collect(),
        images: plan.images.iter().map(|image| image.reference.clone()).collect(),
    }
}

/// Every service of the example, with the scripts that targets run.
pub(super) fn files() -> Files {
    let mut files = example();
    for service in all_services() {
        files.insert(format!("app/services/{service}/dist/main.js"), Vec::new());
        let path = format!("services/{service}/package.json");
        let mut manifest: Value = serde_json::from_slice(&files[&path]).unwrap();
        for script in ["lint", "test", "dev"] {
            manifest["scripts"][script] = "node .".into();
        }
        files.insert(path, manifest.to_string().into_bytes());
    }
    files.insert("hooks".to_owned(), Vec::new());
    files
}

#[tokio::test]
async fn steps_caches_and_images_of_a_plan_are_those_of_the_graph() {
    let state = |files: Files| State {
        gateway_caps: vec!["gateway.warnings", "reference.attestations"],
        ..engine(files)
    };
    let files = files();
    for service in all_services() {
        for (target, platform, sbom) in [
            (None, "linux/amd64", false),
            (None, "linux/arm64", true),
            (Some("deps"), "linux/amd64", true),
            (Some("build"), "linux/amd64", false),
            (Some("test"), "linux/arm64", false),
            (Some("dev"), "linux/amd64", false),
        ] {
            let mut options = Options {
                target: target.map(str::to_owned),
                platforms: vec![super::platform(platform)],
                ..request(&service)
            };
            if sbom {
                options.attestations.insert("sbom".to_owned(), BTreeMap::new());
            }
            let built = run(state(files.clone()), options.clone()).await.unwrap();
            let (.., planned) = planned_for(state(files.clone()), &options).await.unwrap();
            assert_eq!(
                held(&built),
                told(&planned.plan),
                "{service} {target:?} {platform}"
            );
        }
    }
}

#[tokio::test]
async fn every_step_is_of_use_and_after_those_that_it_takes_files_of() {
    for service in all_services() {
        for target in ["runtime", "build", "deps", "dev"] {
            let options = Options {
                target: Some(target.to_owned()),
                ..request(&service)
            };
            let (.., planned) = planned_for(engine(files()), &options).await.unwrap();
            let plan = planned.plan;
            let useful = plan.behind(plan.outcome.wanted());
            for (id, step) in plan.steps() {
                assert!(useful.contains(&id), "{service} {target}: {}", step.name);
                let makers = step.takes().into_iter().filter_map(|files| files.step());
                assert!(makers.into_iter().all(|maker| maker < id), "{}", step.name);
            }
        }
    }
}

#[tokio::test]
async fn a_program_that_keeps_a_cache_says_so_in_its_mounts() {
    let (.., planned) = planned_for(engine(files()), &request("auth")).await.unwrap();
    let mut ids = BTreeSet::new();
    for step in &planned.plan.steps {
        if let Verb::Run(run) = &step.does {
            ids.extend(run.mounts.iter().filter_map(|mount| match mount {
                Mount::Cache { id, .. } => Some(id.as_str()),
                _ => None,
            }));
        }
    }
    assert_eq!(ids, planned.plan.caches());
    assert!(ids.contains("vextrus/pnpm-packages"), "{ids:?}");
}

#[tokio::test]
async fn all_programs_of_a_plan_run_again_without_a_cache() {
    let options = Options {
        no_cache: NoCache::All,
        ..request("auth")
    };
    let (read, _, planned) = planned_for(engine(files()), &options).await.unwrap();
    let again = decide::no_cache::steps(&options, read.manifest(), &planned.plan);
    assert_eq!(again.len(), planned.plan.runs().count());
}

#[tokio::test]
async fn a_change_reaches_what_reads_the_file_and_what_comes_after() {
    let (read, _, planned) = planned_for(engine(files()), &request("auth")).await.unwrap();
    let plan = &planned.plan;
    let reached = |path: &str| -> Vec<String> {
        let reach = plan.reach(path, &read.context.ignored);
        let runs = plan.steps().filter(|(_, step)| matches!(step.does, Verb::Run(_)));
        let reached: BTreeMap<_, _> = reach.steps().collect();
        let told = runs.filter_map(|(id, step)| {
            let name = step.name.split_once("] ")?.1;
            Some(format!("{name}: {}", reached.get(&id)?))
        });
        told.collect()
    };
    assert_eq!(
        reached("services/auth/src/main.ts"),
        [
            "build @erp/auth-service: it reads the file",
            "check what the image loads: it uses what \"[auth] build @erp/auth-service\" makes, if that comes out otherwise",
        ]
    );
    assert_eq!(
        reached("shared/utils/src/index.ts"),
        [
            "build @erp/utils: it reads the file",
            "build @erp/auth-service: it uses what \"[auth] build @erp/utils\" makes, if that comes out otherwise",
            "check what the image loads: it uses what \"[auth] build @erp/auth-service\" makes, if that comes out otherwise",
        ]
    );
    // Another service's, what no step sees, and what nobody reads.
    for path in [
        "services/audit/src/main.ts",
        "shared/utils/dist/index.js",
        "README.md",
    ] {
        assert_eq!(reached(path), Vec::<String>::new(), "{path}");
    }
    let lockfile = reached("pnpm-lock.yaml");
    assert!(
        lockfile.iter().all(|line| !line.contains("reads the file")),
        "{lockfile:?}"
    );
    assert!(
        lockfile
            .iter()
            .any(|line| line.starts_with("install 872 packages: what it reads is made from")),
        "{lockfile:?}"
    );
}
