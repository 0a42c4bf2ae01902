//! An engine that has lost files of its cache makes them once more, and no more than those.

use buildkit_proto::google::protobuf::Any;
use buildkit_proto::google::rpc;
use buildkit_proto::moby::buildkit::v1::frontend as wire;
use tonic::{Code, Status};

use super::*;

const LOST: &str = "failed to finalize upper parent during diff: failed to commit a to b during finalize: failed to stat \
                    active key during commit: snapshot a1 does not exist: not found";

/// Returns the failure of a vertex, as an engine passes it on.
pub(super) fn failed(vertex: &str, message: &str) -> Status {
    let named = Any {
        type_url: "github.com/moby/buildkit/errdefs.Vertex+json".to_owned(),
        value: json!({ "digest": vertex }).to_string().into_bytes(),
    };
    let whole = rpc::Status {
        code: Code::Unknown as i32,
        message: message.to_owned(),
        details: vec![named],
    };
    Status::with_details(Code::Unknown, message, whole.encode_to_vec().into())
}

pub(super) fn defined(request: &wire::SolveRequest) -> Option<Definition> {
    let definition = request.definition.as_ref()?;
    Definition::of(&Output::from_proto(definition).ok()?).ok()
}

fn made_anew(definition: &Definition) -> BTreeSet<&str> {
    let vertices = definition.vertices();
    let anew = vertices.filter(|vertex| vertex.metadata.is_some_and(|metadata| metadata.ignore_cache));
    anew.map(|vertex| vertex.digest).collect()
}

/// Fails for the first layer until what it is made of is made anew.
fn loses_files_below_layers(request: &wire::SolveRequest) -> Option<Status> {
    let definition = defined(request)?;
    let anew = made_anew(&definition);
    let mut layers = definition
        .vertices()
        .filter(|vertex| matches!(vertex.op.op, Some(Op::Diff(_))));
    let broken = layers.find(|layer| {
        !layer
            .op
            .inputs
            .iter()
            .all(|input| anew.contains(input.digest.as_str()))
    })?;
    Some(failed(broken.digest, LOST))
}

fn loses_files_for_ever(request: &wire::SolveRequest) -> Option<Status> {
    let definition = defined(request)?;
    let layer = definition
        .vertices()
        .find(|vertex| matches!(vertex.op.op, Some(Op::Diff(_))))?;
    Some(failed(layer.digest, LOST))
}

fn engine_that(refused: fn(&wire::SolveRequest) -> Option<Status>) -> State {
    State {
        refused: Some(refused),
        ..engine(example())
    }
}

#[tokio::test]
async fn what_the_engine_has_lost_is_made_once_more_and_nothing_else() {
    let (gateway, fake) = connect(engine_that(loses_files_below_layers)).await;
    build(gateway, request("auth")).await.unwrap();
    let solves = fake.state().solves.clone();
    let definitions: Vec<Definition> = solves.iter().filter_map(defined).collect();
    let image = definitions
        .iter()
        .max_by_key(|definition| definition.vertices().len())
        .unwrap();
    let layers = image
        .vertices()
        .filter(|vertex| matches!(vertex.op.op, Some(Op::Diff(_))));
    let below: BTreeSet<&str> = layers
        .flat_map(|layer| &layer.op.inputs)
        .map(|input| input.digest.as_str())
        .collect();
    let sources = image
        .vertices()
        .filter(|vertex| matches!(vertex.op.op, Some(Op::Source(_))));
    let sources: BTreeSet<&str> = sources.map(|vertex| vertex.digest).collect();
    assert!(!below.is_empty());
    assert_eq!(made_anew(image), &below - &sources);
}

#[tokio::test]
async fn where_that_does_not_help_everything_is_made_and_then_the_user_is_told_what_to_do() {
    let (gateway, fake) = connect(engine_that(loses_files_for_ever)).await;
    let failure = build(gateway, request("auth")).await.unwrap_err().to_string();
    assert!(
        failure.starts_with("the engine has lost files that its cache says it has"),
        "{failure}"
    );
    assert!(failure.contains("docker buildx prune"), "{failure}");
    assert!(fake.state().solves.len() < 60);
}

#[test]
fn other_failures_are_not_tried_again() {
    let told = crate::story::failed::tells_of_lost_files;
    assert!(told(LOST));
    assert!(told("failed to mount x: snapshot x does not exist: not found"));
    for message in [
        "failed to resolve: image x does not exist: not found",
        "snapshot of a page does not exist: not found",
        "process \"x\" did not complete successfully: exit code: 1",
    ] {
        assert!(!told(message), "{message}");
    }
}

#[tokio::test]
async fn a_step_is_known_by_its_command_where_no_vertex_is_named() {
    fn fails(request: &wire::SolveRequest) -> Option<Status> {
        let definition = defined(request)?;
        let mut execs = definition.vertices().filter_map(|vertex| match &vertex.op.op {
            Some(Op::Exec(exec)) => exec.meta.as_ref().map(|meta| meta.args.join(" ")),
            _ => None,
        });
        let command = execs.find(|command| command.contains("/app/shared/kernel"))?;
        let quoted = command
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        Some(Status::unknown(format!(
            "process \"{quoted}\" did not complete successfully: exit code: 3"
        )))
    }
    let (gateway, _) = connect(engine_that(fails)).await;
    let failure = build(gateway, request("auth")).await.unwrap_err().to_string();
    assert_eq!(
        failure,
        "[auth] build @erp/shared-kernel: it failed with exit code 3; what it printed stands above"
    );
}
