//! The one handle that users of the graph hold.

use std::fmt;
use std::sync::Arc;

use buildkit_proto::pb;

use crate::platform::Platform;
use crate::vertex::Vertex;

/// A file system that some vertex will produce, or scratch, the empty one.
///
/// It is an immutable value: a clone costs a reference count, and a vertex that takes it as input leaves it
/// as it is. Nothing runs until a [`Definition`](crate::Definition) of it is solved.
#[derive(Clone)]
pub struct Output {
    edge: Option<Edge>,
}

/// An output of a vertex: the vertex and which of its outputs.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) vertex: Arc<Vertex>,
    pub(crate) index: i64,
}

impl Edge {
    /// Returns the input that an op built on this edge has.
    pub(crate) fn to_proto(&self) -> pb::Input {
        pb::Input {
            digest: self.vertex.digest.clone(),
            index: self.index,
        }
    }
}

impl Output {
    /// Returns the empty file system.
    pub fn scratch() -> Output {
        Output { edge: None }
    }

    /// Returns whether this is the empty file system that no vertex produces.
    pub fn is_scratch(&self) -> bool {
        self.edge.is_none()
    }

    /// Returns the platform it was built for, where one was given to its vertex or to one that it is based
    /// on.
    pub fn platform(&self) -> Option<&Platform> {
        self.edge.as_ref().and_then(|edge| edge.vertex.platform.as_ref())
    }

    pub(crate) fn new(vertex: Arc<Vertex>, index: i64) -> Output {
        Output {
            edge: Some(Edge { vertex, index }),
        }
    }

    pub(crate) fn edge(&self) -> Option<&Edge> {
        self.edge.as_ref()
    }
}

impl fmt::Debug for Output {
    /// Writes the edge only: the graph behind it may be of any depth.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.edge {
            None => f.write_str("Output(scratch)"),
            Some(edge) => write!(f, "Output({}#{})", edge.vertex.digest, edge.index),
        }
    }
}

/// Returns the digest (`sha256:...`) of the vertex that produces `output`, which BuildKit's progress and the
/// gateway's `Warn` name it by; `None` for scratch.
pub fn vertex_digest(output: &Output) -> Option<&str> {
    output.edge().map(|edge| edge.vertex.digest.as_str())
}
