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
