//! Diff: what one file system has over another.

use buildkit_proto::pb;

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::vertex::{Draft, Inputs};

/// The changes that lead from one file system to another.
#[derive(Clone, Debug)]
pub struct Diff {
    lower: Output,
    upper: Output,
    options: VertexOptions,
}
vertex_options!(Diff);

impl Diff {
    /// Returns the changes from `lower` to `upper`.
    pub fn new(lower: &Output, upper: &Output) -> Diff {
        Diff {
            lower: lower.clone(),
            upper: upper.clone(),
            options: VertexOptions::default(),
        }
    }

    /// Returns a file system that holds the changes; with scratch below that is the upper one, without any
    /// vertex.
    pub fn output(self) -> Output {
        let Diff {
            lower,
            upper,
            mut options,
        } = self;
        if lower.is_scratch() {
            return upper;
        }
        options.platform = options
            .platform
            .or_else(|| lower.platform().or(upper.platform()).cloned());
        let mut inputs = Inputs::default();
        let diff = pb::DiffOp {
            lower: Some(pb::LowerDiffInput {
                input: inputs.append(&lower),
            }),
            upper: Some(pb::UpperDiffInput {
                input: inputs.append(&upper),
            }),
        };
        Draft {
            kind: pb::op::Op::Diff(diff),
            inputs,
            options,
            platform_specific: false,
            problems: Vec::new(),
        }
        .output()
    }
}

/// Returns the changes from `lower` to `upper`; [`Diff`] is the same with a name.
pub fn diff(lower: &Output, upper: &Output) -> Output {
    Diff::new(lower, upper).output()
}
