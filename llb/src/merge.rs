//! Merge: file systems laid over each other.

use buildkit_proto::pb;

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::vertex::{Draft, Inputs};

/// File systems to lay over each other, the later over the earlier. Their layers are taken as they are:
/// nothing is copied, and when one of them changes the others are not touched.
#[derive(Clone, Debug)]
pub struct Merge {
    inputs: Vec<Output>,
    options: VertexOptions,
}
vertex_options!(Merge);

impl Merge {
    /// Returns the merge of `inputs`, lowest first. Scratch among them adds nothing and is dropped.
    pub fn new(inputs: impl IntoIterator<Item = Output>) -> Merge {
        let inputs = inputs.into_iter().filter(|input| !input.is_scratch()).collect();
        Merge {
            inputs,
            options: VertexOptions::default(),
        }
    }

    /// Returns the merged file system: scratch for no input and the input itself for one, without any vertex.
    pub fn output(self) -> Output {
        let Merge {
            mut inputs,
            mut options,
        } = self;
        if inputs.len() < 2 {
            return inputs.pop().unwrap_or_else(Output::scratch);
        }
        options.platform = options
            .platform
            .or_else(|| inputs.iter().find_map(|input| input.platform().cloned()));
        let mut wire = Inputs::default();
        let merge = pb::MergeOp {
            inputs: inputs
                .iter()
                .map(|input| pb::MergeInput {
                    input: wire.append(input),
                })
                .collect(),
        };
        Draft {
            kind: pb::op::Op::Merge(merge),
            inputs: wire,
            options,
            platform_specific: false,
            problems: Vec::new(),
        }
        .output()
    }
}

/// Returns `inputs` laid over each other, lowest first; [`Merge`] is the same with a name.
pub fn merge(inputs: impl IntoIterator<Item = Output>) -> Output {
    Merge::new(inputs).output()
}

#[cfg(test)]
mod tests;
