//! The operations of graphs.

use buildkit_llb::pb;
use prost::Message as _;

use super::engine::Run;

/// Returns each operation of the graphs that were solved.
pub(crate) fn ops(run: &Run) -> impl Iterator<Item = pb::op::Op> {
    let encoded = run.solves.iter().flat_map(|definition| &definition.def);
    encoded.filter_map(|bytes| pb::Op::decode(bytes.as_slice()).unwrap().op)
}

/// Returns the files that graphs write: path and content.
pub(crate) fn written(run: &Run) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for op in ops(run) {
        let pb::op::Op::File(op) = op else { continue };
        for action in op.actions {
            if let Some(pb::file_action::Action::Mkfile(file)) = action.action {
                files.push((file.path, file.data));
            }
        }
    }
    files
}
