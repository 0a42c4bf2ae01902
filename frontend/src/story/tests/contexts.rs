//! Where the files come from, by options that buildx does not send, and by graphs that are passed in.

use super::*;
use crate::source::Origin;
use crate::source::Source;

/// Returns where a request's files come from.
async fn origin(options: Options, inputs: &[&str]) -> Result<Origin, Failure> {
    let graph = buildkit_llb::Image::new("example").output();
    let graph = Definition::of(&graph).unwrap().to_proto();
    let state = State {
        gateway_caps: vec!["frontend.inputs"],
        inputs: inputs
            .iter()
            .map(|name| ((*name).to_owned(), graph.clone()))
            .collect(),
        ..State::default()
    };
    Origin::find(&connect(state).await.0, &options).await
}

/// Returns the names of the client's directories that the context and the build file are; none for a graph.
fn locals(origin: &Origin) -> [Option<&str>; 2] {
    [&origin.context.main, &origin.build_file].map(|source| match source {
        Source::Local { name, .. } => Some(name.as_str()),
        Source::Graph(_) => None,
    })
}

#[tokio::test]
async fn directories_and_graphs_are_told_apart() {
    let plain = origin(request("auth"), &[]).await.unwrap();
    assert_eq!(locals(&plain), [Some("context"), Some("dockerfile")]);

    let passed = origin(request("auth"), &["context", "dockerfile"]).await.unwrap();
    assert_eq!(locals(&passed), [None, None]);
    assert_eq!(passed.directory.as_deref(), Some("services/auth"));

    let mut own_file = request("auth");
    own_file.dockerfile_key = Some("mine".to_owned());
    let own_file = origin(own_file, &["context", "dockerfile"]).await.unwrap();
    assert_eq!(locals(&own_file), [None, Some("mine")]);
    assert_eq!(own_file.directory, None);
}

#[tokio::test]
async fn a_remote_context_may_have_another_key_and_a_directory() {
    let url = "https://example.com/erp.git".to_owned();
    let mut options = request("auth");
    options.context_key = Some("source".to_owned());
    options.unknown.insert("source".to_owned(), url.clone());
    options.context_subdir = Some("services".to_owned());
    let found = origin(options, &[]).await.unwrap();
    assert_eq!(locals(&found), [None, None]);
    // The build file is named from the repository's root, the service from the directory that is taken of it.
    assert_eq!(found.filename, "services/auth/service.toml");
    assert_eq!(found.directory.as_deref(), Some("auth"));

    for wrong in ["ftp://example.com/erp", "https://example.com/erp.git?nosuch=1"] {
        let mut options = request("auth");
        options.context = Some(wrong.to_owned());
        let message = origin(options, &[]).await.unwrap_err().to_string();
        assert!(message.contains(wrong), "{message}");
    }
}
