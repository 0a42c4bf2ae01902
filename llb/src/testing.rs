//! What the unit tests share.

use buildkit_proto::pb;

use crate::definition::Definition;
use crate::error::Error;
use crate::output::Output;

/// Returns the op that produces `output`.
pub(crate) fn op(output: &Output) -> pb::Op {
    output.edge().expect("not scratch").vertex.op.clone()
}

/// Returns the digest of the vertex that produces `output`.
pub(crate) fn digest(output: &Output) -> String {
    output.edge().expect("not scratch").vertex.digest.clone()
}

/// Returns the input edge that an op built on `output` has.
pub(crate) fn input(output: &Output) -> pb::Input {
    output.edge().expect("not scratch").to_proto()
}

/// Returns the messages of everything that is wrong in the graph behind `output`.
pub(crate) fn problems(output: &Output) -> Vec<String> {
    match Definition::of(output) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| problem.message).collect(),
        Err(error) => panic!("unexpected error: {error}"),
    }
}

/// Returns the capabilities that the graph behind `output` needs.
pub(crate) fn capabilities(output: &Output) -> Vec<&'static str> {
    Definition::of(output)
        .expect("a valid graph")
        .capabilities()
        .into_iter()
        .collect()
}
