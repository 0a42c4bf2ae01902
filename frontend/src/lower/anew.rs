//! What of a graph is made whatever the cache holds.

use std::collections::BTreeSet;

use buildkit_llb::Definition;

/// What is made once more though the engine says that it has it. Of sources there is nothing to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Anew {
    /// Nothing.
    #[default]
    Nothing,
    /// What some vertices take in, by their digests.
    Below(BTreeSet<String>),
    /// Everything.
    Everything,
}

impl Anew {
    pub(super) fn apply(&self, definition: Definition) -> Definition {
        let below = match self {
            Self::Nothing => return definition,
            Self::Below(digests) => {
                let named = definition
                    .vertices()
                    .filter(|vertex| digests.contains(vertex.digest));
                let inputs = named.flat_map(|vertex| &vertex.op.inputs);
                Some(inputs.map(|input| input.digest.clone()).collect::<BTreeSet<_>>())
            }
            Self::Everything => None,
        };
        definition.ignoring_cache(|vertex| {
            !vertex.is_source() && below.as_ref().is_none_or(|below| below.contains(vertex.digest))
        })
    }
}
