//! How the scripts of packages are run.

use super::flags::execs;
use super::*;

const ASK: &str = "ask pnpm how it runs scripts";

/// Builds the example's service.
async fn image(contexts: &[(&str, &str)]) -> Definition {
    let named = contexts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = Options {
        contexts: named.collect(),
        ..request("auth")
    };
    run(engine(example()), options).await.unwrap().image()
}

/// Returns the text that the shell of a step runs.
fn text(exec: &pb::ExecOp) -> &str {
    &exec.meta.as_ref().unwrap().args[2]
}

#[tokio::test]
async fn pnpm_is_asked_once_and_started_for_no_package() {
    let image = image(&[]).await;
    let names = image
        .vertices()
        .filter_map(|vertex| vertex.metadata?.description.get("llb.customname"));
    assert_eq!(names.filter(|name| name.ends_with(ASK)).count(), 1);
    let steps = execs(&image);
    let asked = &steps[ASK];
    let program = "node /vextrus/run.cjs ask /app/probe /out/answer.json pnpm run";
    assert_eq!(asked.meta.as_ref().unwrap().args.join(" "), program);
    let builds: Vec<&pb::ExecOp> = steps
        .iter()
        .filter(|(name, _)| name.starts_with("build "))
        .map(|(_, exec)| exec)
        .collect();
    assert!(builds.len() > 4);
    for exec in builds {
        let run = " /out -- try /vextrus/answer.json pnpm run build";
        assert!(text(exec).ends_with(run), "{}", text(exec));
        // The same process collects what the script leaves.
        let collects = " && exec node /vextrus/run.cjs then /vextrus/collect.cjs /app/";
        assert!(text(exec).contains(collects), "{}", text(exec));
        let answer = exec
            .mounts
            .iter()
            .find(|mount| mount.dest == "/vextrus/answer.json");
        assert!(answer.unwrap().readonly);
    }
}

#[tokio::test]
async fn a_pnpm_that_somebody_gives_runs_scripts_itself() {
    let image = image(&[("deps", "docker-image://example/dependencies")]).await;
    let steps = execs(&image);
    assert!(!steps.contains_key(ASK));
    let build = &steps["build @erp/auth-service"];
    assert!(text(build).contains(" && pnpm run build\n"), "{}", text(build));
}

/// `patch-package` is a script of the repository, and installs run none: they apply its patches.
#[tokio::test]
async fn patches_that_a_script_applies_are_applied_by_installs() {
    let with = |path: &str, script: &str| {
        let mut files = example();
        let text = String::from_utf8(files[path].clone()).unwrap();
        let text = text.replacen("\"scripts\": {", &format!("\"scripts\": {{ {script},"), 1);
        files.insert(path.to_owned(), text.into_bytes());
        files
    };
    let patching = async |files: Files| {
        let (.., planned) = planned_for(engine(files), &request("auth")).await.unwrap();
        let asked = planned.plan.parts.iter().flat_map(|part| &part.include);
        let asked = asked.filter(|pattern| pattern.ends_with(".patch")).cloned();
        let steps = planned.plan.steps.iter().filter_map(|step| match &step.does {
            crate::plan::Verb::Run(run) => run.command.last().map(|text| (step.name.clone(), text.clone())),
            _ => None,
        });
        let steps = steps
            .filter(|(_, text)| text.contains("patched.cjs"))
            .map(|(name, _)| name);
        (asked.collect::<BTreeSet<_>>(), steps.collect::<Vec<_>>())
    };
    let own = with(
        "services/auth/package.json",
        r#""postinstall": "patch-package --patch-dir fixes""#,
    );
    let (asked, steps) = patching(own).await;
    assert_eq!(
        asked.iter().collect::<Vec<_>>(),
        ["services/auth/fixes/**/*.patch"]
    );
    // Where the service is built its own script patches.
    assert!(
        matches!(steps.as_slice(), [one] if one.ends_with(" production packages")),
        "{steps:?}"
    );

    let root = with("package.json", r#""postinstall": "npx patch-package""#);
    let (asked, steps) = patching(root).await;
    assert_eq!(asked.iter().collect::<Vec<_>>(), ["patches/**/*.patch"]);
    assert!(steps.len() > 2, "{steps:?}");
    assert_eq!(patching(example()).await.1, [""; 0]);
}
