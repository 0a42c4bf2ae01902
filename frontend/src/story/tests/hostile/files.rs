//! What lies where a file is expected.

use super::*;
use crate::gateway::fake::PIPE;

/// Files that a build cannot do without, or that would say something else if they were not there.
const NEEDED: [&str; 8] = [
    ".dockerignore",
    ".npmrc",
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "services/app/package.json",
    "services/app/service.toml",
    "shared/lib/package.json",
];

/// Returns what is said where something else than a file lies at a path.
async fn refusal_with(path: &str, place: impl Fn(&mut State)) -> String {
    let mut state = engine(small());
    state.files.remove(path);
    place(&mut state);
    let failure = decided_on(state).await.map(|(plan, _)| plan).unwrap_err();
    assert!(failure.diagnostics().is_some(), "{path}: {failure}");
    let told = failure.to_string();
    assert!(told.contains(path) && !told.contains("/state/of"), "{told}");
    told
}

#[tokio::test]
async fn a_named_pipe_is_refused_and_not_opened() {
    for path in NEEDED
        .into_iter()
        .chain(["services/app/tsconfig.json", "turbo.json", ".nvmrc"])
    {
        let told = refusal_with(path, |state| _ = state.special.insert(path.to_owned(), PIPE)).await;
        assert!(told.contains("is a named pipe"), "{told}");
        let told = refusal_with(path, |state| {
            state.special.insert("deep/pipe".to_owned(), PIPE);
            state.links.insert(path.to_owned(), "/deep/pipe".to_owned());
        });
        let told = told.await;
        assert!(
            told.contains("is a link to `/deep/pipe`, which is a named pipe"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_image_whose_accounts_are_a_pipe_is_refused() {
    let mut state = engine(small());
    state.files.remove("etc/passwd");
    state.special.insert("etc/passwd".to_owned(), PIPE);
    let failure = run(state, request("app")).await.err().unwrap();
    assert!(
        failure.to_string().contains("etc/passwd is a named pipe"),
        "{failure}"
    );
}
