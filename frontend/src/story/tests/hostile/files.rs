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
    "libs/lib/package.json",
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

/// Files that a build looks at and can do without.
const OPTIONAL: [&str; 5] = [
    ".node-version",
    ".nvmrc",
    "services/app/nest-cli.json",
    "services/app/tsconfig.json",
    "turbo.json",
];

#[tokio::test]
async fn a_directory_where_a_file_is_needed_is_told() {
    for path in NEEDED {
        let told = refusal_with(path, |state| {
            _ = state.files.insert(format!("{path}/x"), Vec::new())
        })
        .await;
        assert!(
            told.contains(&format!("{path} is a directory; a file is read here")),
            "{told}"
        );
        let told = refusal_with(path, |state| {
            _ = state.links.insert(path.to_owned(), "/libs/lib/src".to_owned())
        });
        let told = told.await;
        assert!(
            told.contains("is a link to `/libs/lib/src`, which is a directory"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_link_that_leads_out_is_told() {
    for path in NEEDED {
        for target in [
            "/etc/shadow",
            "../../../../../x",
            "nothing",
            path.rsplit('/').next().unwrap(),
        ] {
            let told = refusal_with(path, |state| {
                _ = state.links.insert(path.to_owned(), target.to_owned())
            })
            .await;
            let said = format!("{path} is a link to `{target}`, which leads out of the build context");
            assert!(told.contains(&said), "{told}");
        }
    }
}

#[tokio::test]
async fn a_link_that_leads_to_a_file_is_followed() {
    for path in NEEDED {
        let mut state = engine(small());
        let text = state.files.remove(path).unwrap_or_default();
        state.files.insert("deep/real".to_owned(), text);
        state.links.insert(path.to_owned(), "/deep/real".to_owned());
        decided_on(state).await.unwrap();
    }
}

#[tokio::test]
async fn a_directory_that_is_a_link_is_followed_or_missing() {
    let mut files = small();
    for file in ["package.json", "src/index.ts"] {
        let text = files.remove(&format!("libs/lib/{file}")).unwrap();
        files.insert(format!("elsewhere/{file}"), text);
    }
    let linked = |target: &str| State {
        links: [("libs/lib".to_owned(), target.to_owned())].into(),
        ..engine(files.clone())
    };
    decided_on(linked("../elsewhere")).await.unwrap();
    let told = decided_on(linked("/etc"))
        .await
        .map(|(plan, _)| plan)
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("libs/lib/package.json is not in the build context"),
        "{told}"
    );
}

#[tokio::test]
async fn what_a_build_can_do_without_does_not_stop_it() {
    let (plan, _) = decided_of(small()).await.unwrap();
    for path in OPTIONAL {
        let mut state = engine(small());
        state.files.insert(format!("{path}/x"), Vec::new());
        let (found, warnings) = decided_on(state).await.unwrap();
        assert_eq!((found == plan, warnings), (true, Vec::new()), "{path}");
        for target in ["/etc/shadow", "../../../x", "nothing"] {
            let mut state = engine(small());
            state.links.insert(path.to_owned(), target.to_owned());
            let (_, warnings) = decided_on(state).await.unwrap();
            let said = format!(
                "UnreadableFile: {path} is a link to `{target}`, which leads out of the build context"
            );
            assert!(
                warnings.len() == 1 && warnings[0].starts_with(&said),
                "{warnings:?}"
            );
        }
        let mut state = engine(small());
        state
            .files
            .insert(path.to_owned(), b"\xff\xfe2\x002\x00".to_vec());
        let (_, warnings) = decided_on(state).await.unwrap();
        assert!(
            warnings[0].starts_with(&format!("UnreadableFile: {path} is not UTF-8")),
            "{warnings:?}"
        );
    }
}

#[tokio::test]
async fn a_configuration_that_is_named_as_a_directory_is_found_in_it() {
    let files = with([
        ("services/app/tsconfig.json", r#"{"extends": "../../config"}"#),
        ("config/tsconfig.json", "{}"),
    ]);
    let (plan, warnings) = decided_of(files).await.unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let taken = plan
        .parts
        .iter()
        .any(|part| part.include.contains(&"config/tsconfig.json".to_owned()));
    assert!(taken, "{:?}", plan.parts);
}
