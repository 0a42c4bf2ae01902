//! How the scripts of packages are run.

use super::flags::execs;
use super::*;

/// The steps of a build of the example's service that run programs, by name.
async fn steps(contexts: &[(&str, &str)]) -> BTreeMap<String, pb::ExecOp> {
    let named = contexts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = Options {
        contexts: named.collect(),
        ..request("auth")
    };
    execs(&run(engine(example()), options).await.unwrap().image())
}

/// Returns the text that the shell of a step runs.
fn text(exec: &pb::ExecOp) -> &str {
    &exec.meta.as_ref().unwrap().args[2]
}

#[tokio::test]
async fn pnpm_is_asked_once_and_started_for_no_package() {
    let steps = steps(&[]).await;
    let asked = &steps["ask pnpm how it runs scripts"];
    let program = "node /vextrus/run.cjs ask /app/probe /out/answer.json pnpm run";
    assert_eq!(asked.meta.as_ref().unwrap().args.join(" "), program);
    let builds: Vec<&pb::ExecOp> = steps
        .iter()
        .filter(|(name, _)| name.starts_with("build "))
        .map(|(_, exec)| exec)
        .collect();
    assert!(builds.len() > 4);
    for exec in builds {
        let run = " && node /vextrus/run.cjs run /vextrus/answer.json pnpm run build\n";
        assert!(text(exec).contains(run), "{}", text(exec));
        let answer = exec
            .mounts
            .iter()
            .find(|mount| mount.dest == "/vextrus/answer.json");
        assert!(answer.unwrap().readonly);
    }
}

#[tokio::test]
async fn a_pnpm_that_somebody_gives_runs_scripts_itself() {
    let steps = steps(&[("deps", "docker-image://example/dependencies")]).await;
    assert!(!steps.contains_key("ask pnpm how it runs scripts"));
    let build = &steps["build @erp/auth-service"];
    assert!(text(build).contains(" && pnpm run build\n"), "{}", text(build));
}
