//! The nodes of the graph.

use std::collections::BTreeSet;
use std::sync::Arc;

use buildkit_proto::pb;

use crate::error::Problem;
use crate::metadata::{Metadata, VertexOptions};
use crate::output::Output;
use crate::platform::Platform;
use crate::wire;

/// The index that stands for "no input" in a mount or a file action: an empty file system.
pub(crate) const EMPTY: i64 = -1;
/// The index that stands for "no output" of a mount or a file action.
pub(crate) const SKIP_OUTPUT: i64 = -1;

/// One immutable op with the vertices it depends on.
///
/// It is encoded when it is built: its inputs are complete by then, so its bytes and its digest are too.
pub(crate) struct Vertex {
    pub(crate) op: pb::Op,
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: String,
    pub(crate) inputs: Vec<Arc<Vertex>>,
    pub(crate) metadata: Metadata,
    /// What its outputs were built for. File, merge and diff ops hand it on without putting it on the wire.
    pub(crate) platform: Option<Platform>,
    pub(crate) problems: Vec<Problem>,
}

impl Drop for Vertex {
    /// Takes the graph apart with a stack of its own: the compiler's recursion overflows on a long chain.
    fn drop(&mut self) {
        let mut orphans = std::mem::take(&mut self.inputs);
        while let Some(vertex) = orphans.pop() {
            if let Some(mut vertex) = Arc::into_inner(vertex) {
                orphans.append(&mut vertex.inputs);
            }
        }
    }
}

/// The inputs of an op under construction.
#[derive(Default)]
pub(crate) struct Inputs {
    edges: Vec<pb::Input>,
    vertices: Vec<Arc<Vertex>>,
}

impl Inputs {
    /// Returns the index of `output` among the inputs, adding it if it is new; [`EMPTY`] for scratch.
    pub(crate) fn add(&mut self, output: &Output) -> i64 {
        let Some(edge) = output.edge() else { return EMPTY };
        let wanted = edge.to_proto();
        match self.edges.iter().position(|known| *known == wanted) {
            Some(position) => {
                // An equal vertex that was built apart may have other things said about it.
                self.vertices.push(Arc::clone(&edge.vertex));
                index(position)
            }
            None => self.append(output),
        }
    }

    /// Adds `output` even if it is there already; [`EMPTY`] for scratch.
    pub(crate) fn append(&mut self, output: &Output) -> i64 {
        let Some(edge) = output.edge() else { return EMPTY };
        self.edges.push(edge.to_proto());
        self.vertices.push(Arc::clone(&edge.vertex));
        index(self.edges.len() - 1)
    }

    /// Returns how many inputs there are.
    pub(crate) fn len(&self) -> i64 {
        index(self.edges.len())
    }
}

/// Converts a position, which never comes near the limit, to the wire's type.
pub(crate) fn index(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

/// A vertex under construction: everything but what follows from it.
pub(crate) struct Draft {
    pub(crate) kind: pb::op::Op,
    pub(crate) inputs: Inputs,
    pub(crate) options: VertexOptions,
    /// Whether BuildKit's own client writes the platform of this kind of op.
    pub(crate) platform_specific: bool,
    pub(crate) problems: Vec<String>,
}

impl Draft {
    /// Encodes the vertex.
    pub(crate) fn finish(self) -> Arc<Vertex> {
        let Draft {
            kind,
            inputs,
            options: VertexOptions { metadata, platform },
            platform_specific,
            problems,
        } = self;
        let label = metadata.name().map_or_else(|| label(&kind), str::to_owned);
        let op = pb::Op {
            inputs: inputs.edges,
            platform: platform
                .as_ref()
                .filter(|_| platform_specific)
                .map(pb::Platform::from),
            // Empty but present, as BuildKit's own client writes it: the same op then has the same digest in
            // both.
            constraints: Some(pb::WorkerConstraints::default()),
            op: Some(kind),
        };
        let bytes = wire::encode(&op);
        Arc::new(Vertex {
            digest: wire::digest(&bytes),
            bytes,
            op,
            inputs: unique(inputs.vertices),
            metadata,
            platform,
            problems: problems
                .into_iter()
                .map(|message| Problem {
                    vertex: label.clone(),
                    message,
                })
                .collect(),
        })
    }

    /// Encodes the vertex and returns its first output, for ops that have just one.
    pub(crate) fn output(self) -> Output {
        Output::new(self.finish(), 0)
    }
}

/// Drops repeated handles on one vertex; the order of the first ones is kept.
fn unique(vertices: Vec<Arc<Vertex>>) -> Vec<Arc<Vertex>> {
    let mut seen = BTreeSet::new();
    vertices
        .into_iter()
        .filter(|vertex| seen.insert(Arc::as_ptr(vertex)))
        .collect()
}

/// Says what an op does, for a message about a vertex without a name.
pub(crate) fn label(kind: &pb::op::Op) -> String {
    match kind {
        pb::op::Op::Source(source) => format!("source {}", source.identifier),
        pb::op::Op::Exec(exec) => {
            format!(
                "exec {}",
                exec.meta
                    .as_ref()
                    .map(|meta| meta.args.join(" "))
                    .unwrap_or_default()
            )
        }
        pb::op::Op::File(_) => "file".to_owned(),
        pb::op::Op::Build(_) => "build".to_owned(),
        pb::op::Op::Merge(_) => "merge".to_owned(),
        pb::op::Op::Diff(_) => "diff".to_owned(),
    }
}
