//! An install that fails is shown at the dependency or the patch that it has failed of.

use buildkit_proto::google::protobuf::Any;
use buildkit_proto::google::rpc;
use buildkit_proto::moby::buildkit::v1::frontend as wire;
use tonic::{Code, Status};

use super::*;

/// Fails the first step of a request that tells of a culprit by its status, as an engine passes it on.
fn fails(request: &wire::SolveRequest, culprit: &str) -> Option<Status> {
    let definition = Definition::of(&Output::from_proto(request.definition.as_ref()?).ok()?).ok()?;
    let (vertex, status) = definition.vertices().find_map(|vertex| {
        let Some(Op::Exec(exec)) = &vertex.op.op else {
            return None;
        };
        let command = exec.meta.as_ref()?.args.join(" ");
        let mut words = command.split_whitespace().map(|word| word.trim_matches('\''));
        let status = words.find_map(|word| word.strip_suffix(culprit)?.strip_suffix('='))?;
        Some((vertex.digest.to_owned(), status.to_owned()))
    })?;
    let detail = |name: &str, value: Value| Any {
        type_url: format!("github.com/moby/buildkit/errdefs.{name}+json"),
        value: value.to_string().into_bytes(),
    };
    let message = format!("process \"/bin/sh -c x\" did not complete successfully: exit code: {status}");
    let whole = rpc::Status {
        code: Code::Unknown as i32,
        message: message.clone(),
        details: vec![
            detail("Vertex", json!({ "digest": vertex })),
            detail("Source", json!({ "info": { "filename": "elsewhere" } })),
        ],
    };
    Some(Status::with_details(
        Code::Unknown,
        message,
        whole.encode_to_vec().into(),
    ))
}

async fn failure(files: Files, refused: fn(&wire::SolveRequest) -> Option<Status>) -> Failure {
    let state = State {
        refused: Some(refused),
        ..engine(files)
    };
    run(state, request("auth")).await.unwrap_err()
}

/// Asserts what a failure says behind the step's name, and the one line that it is shown at.
fn assert_told(failure: &Failure, said: &str, file: &str, line: &str) {
    let message = failure.to_string();
    assert!(
        message.starts_with("[auth] install ")
            && message.ends_with(&format!(": it failed at {said}; what it printed stands above")),
        "{message}"
    );
    let [place] = failure.places() else {
        panic!("{failure:?}")
    };
    assert_eq!(place.file.name, file);
    let text = place
        .file
        .text
        .lines()
        .nth(place.first_line as usize - 1)
        .unwrap();
    assert!(text.contains(line), "{text}");
}

#[tokio::test]
async fn a_dependency_at_the_line_that_declares_it() {
    for (refused, name, file) in [
        (
            (|request| fails(request, "bcrypt")) as fn(&wire::SolveRequest) -> Option<Status>,
            "bcrypt",
            "services/auth/package.json",
        ),
        // A tool of the service's, installed for all services that have the same ones.
        (
            |request| fails(request, "@nestjs/cli"),
            "@nestjs/cli",
            "services/auth/package.json",
        ),
        (
            |request| fails(request, "typescript"),
            "typescript",
            "package.json",
        ),
    ] {
        let failure = failure(example(), refused).await;
        let said = format!("`{name}`, or what that brings along");
        assert_told(&failure, &said, file, &format!("\"{name}\""));
    }
}

#[tokio::test]
async fn a_patch_at_the_line_that_names_it() {
    let mut files = example();
    let root = String::from_utf8(files["package.json"].clone()).unwrap();
    let own = "\"pnpm\": {";
    let patched = format!(
        "{own}\n    \"patchedDependencies\": {{\n      \"bcrypt@5.1.1\": \"patches/bcrypt.patch\"\n    }},"
    );
    files.insert(
        "package.json".to_owned(),
        root.replacen(own, &patched, 1).into_bytes(),
    );
    files.insert("patches/bcrypt.patch".to_owned(), Vec::new());
    let failure = failure(files, |request| fails(request, "./patches/bcrypt.patch")).await;
    assert_told(
        &failure,
        "the patch `patches/bcrypt.patch`",
        "package.json",
        "bcrypt@5.1.1",
    );
}

#[tokio::test]
async fn what_an_install_can_fail_of_is_no_other_for_another_service() {
    let installs = |built: Built| -> BTreeSet<String> {
        let image = built.image();
        let execs = image.vertices().filter_map(|vertex| match &vertex.op.op {
            Some(Op::Exec(exec)) => exec.meta.as_ref().map(|meta| meta.args.join(" ")),
            _ => None,
        });
        execs.filter(|command| command.contains("/install.sh ")).collect()
    };
    let [auth, gateway] = ["auth", "api-gateway"].map(|service| built(example(), service));
    let (auth, gateway) = (installs(auth.await), installs(gateway.await));
    assert!(
        auth.intersection(&gateway).count() >= 3,
        "installs of shared packages and of the root"
    );
}
