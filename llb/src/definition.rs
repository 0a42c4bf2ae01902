//! A whole graph, in the form that BuildKit takes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use buildkit_proto::pb;
use prost::Message;

use crate::caps;
use crate::error::{Error, Problem};
use crate::location;
use crate::metadata;
use crate::output::{Edge, Output};
use crate::vertex::Vertex;
use crate::wire;

mod read;
#[cfg(test)]
mod tests;

/// The graph behind an output: its vertices in topological order, each digest once, and what is said about
/// them.
///
/// It is a function of the output alone: the same graph gives the same bytes.
#[derive(Clone)]
pub struct Definition {
    vertices: Vec<Arc<Vertex>>,
    metadata: BTreeMap<String, pb::OpMetadata>,
    source: pb::Source,
    head: pb::Input,
}

/// A vertex of a [`Definition`].
#[derive(Clone, Copy, Debug)]
pub struct VertexView<'a> {
    /// The digest, `sha256:...`.
    pub digest: &'a str,
    /// The op.
    pub op: &'a pb::Op,
    /// What is said about it; empty if nothing is.
    pub metadata: Option<&'a pb::OpMetadata>,
    /// The lines it comes from; empty if unknown.
    pub locations: &'a [pb::Location],
}

impl VertexView<'_> {
    /// Returns whether it is a source, which is fetched and not made.
    pub fn is_source(&self) -> bool {
        matches!(self.op.op, Some(pb::op::Op::Source(_)))
    }
}

impl Definition {
    /// Returns the graph behind `output`.
    ///
    /// # Errors
    /// [`Error::Scratch`] for scratch, and [`Error::Invalid`] with every vertex that cannot be as it was
    /// built.
    pub fn of(output: &Output) -> Result<Definition, Error> {
        let edge = output.edge().ok_or(Error::Scratch)?;
        let reachable = post_order(&edge.vertex);
        // Equal vertices have equal problems.
        let mut told = BTreeSet::new();
        let all = reachable.iter().flat_map(|vertex| &vertex.problems);
        let problems: Vec<Problem> = all.filter(|problem| told.insert(*problem)).cloned().collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        Ok(Definition::new(edge, &reachable))
    }

    fn new(edge: &Edge, reachable: &[&Arc<Vertex>]) -> Definition {
        let mut vertices = Vec::new();
        let mut metadata = BTreeMap::<String, pb::OpMetadata>::new();
        let mut sources = Sources::default();
        let mut known = HashSet::new();
        for vertex in reachable {
            metadata::merge(
                metadata.entry(vertex.digest.clone()).or_default(),
                &vertex.metadata.op,
            );
            sources.add(vertex);
            if known.insert(vertex.digest.as_str()) {
                vertices.push(Arc::clone(vertex));
            }
        }
        Definition {
            vertices,
            metadata: metadata::without_empty(metadata),
            source: sources.source,
            head: edge.to_proto(),
        }
    }

    /// Returns the definition as BuildKit's API takes it: the ops' bytes, then a terminal op that names the
    /// result.
    pub fn to_proto(&self) -> pb::Definition {
        let terminal = pb::Op {
            inputs: vec![self.head.clone()],
            ..pb::Op::default()
        };
        let ops = self.vertices.iter().map(|vertex| vertex.bytes.clone());
        pb::Definition {
            def: ops.chain([wire::encode(&terminal)]).collect(),
            metadata: self.metadata.clone(),
            source: (self.source != pb::Source::default()).then(|| self.source.clone()),
        }
    }

    /// Returns the bytes of [`Definition::to_proto`], as `buildctl build` reads them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
    }

    /// Returns the same graph with vertices that run whatever the cache holds. The engine also empties the cache mounts
    /// of those.
    #[must_use]
    pub fn ignoring_cache(mut self, is_meant: impl Fn(&VertexView<'_>) -> bool) -> Definition {
        let meant = self.vertices().filter(|vertex| is_meant(vertex));
        let meant: Vec<String> = meant.map(|vertex| vertex.digest.to_owned()).collect();
        for digest in meant {
            self.metadata.entry(digest).or_default().ignore_cache = true;
        }
        self
    }

    /// Returns the digest of the vertex that produces the result.
    pub fn digest(&self) -> &str {
        &self.head.digest
    }

    /// Returns which of that vertex's outputs is the result.
    pub fn output_index(&self) -> i64 {
        self.head.index
    }

    /// Returns the vertices, inputs before those that use them. The terminal op is none of them.
    pub fn vertices(&self) -> impl ExactSizeIterator<Item = VertexView<'_>> {
        self.vertices.iter().map(|vertex| VertexView {
            digest: &vertex.digest,
            op: &vertex.op,
            metadata: self.metadata.get(&vertex.digest),
            locations: self
                .source
                .locations
                .get(&vertex.digest)
                .map_or(&[], |at| at.locations.as_slice()),
        })
    }

    /// Returns the files that the vertices come from; a [`VertexView`]'s locations count in it.
    pub fn sources(&self) -> &[pb::SourceInfo] {
        &self.source.infos
    }

    /// Returns the ids of the LLB capabilities that a daemon needs for this graph, to be compared with those
    /// that `Ping` returns.
    pub fn capabilities(&self) -> BTreeSet<&'static str> {
        let mut needed = BTreeSet::new();
        self.vertices
            .iter()
            .for_each(|vertex| caps::of_op(&vertex.op, &mut needed));
        self.metadata
            .values()
            .for_each(|metadata| caps::of_metadata(metadata, &mut needed));
        needed
    }
}

impl From<Definition> for pb::Definition {
    fn from(definition: Definition) -> pb::Definition {
        definition.to_proto()
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Definition) -> bool {
        self.to_proto() == other.to_proto()
    }
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::dump(self))
    }
}

/// Returns every vertex that `head` needs, itself last, each after its inputs. Handles that share a digest
/// are all there: they may differ in metadata. It keeps its own stack: a graph may be deeper than the
/// thread's.
fn post_order(head: &Arc<Vertex>) -> Vec<&Arc<Vertex>> {
    let mut order = Vec::new();
    let mut entered = HashSet::from([Arc::as_ptr(head)]);
    let mut stack = vec![(head, head.inputs.iter())];
    while let Some((vertex, inputs)) = stack.last_mut() {
        match inputs.next() {
            Some(input) if entered.insert(Arc::as_ptr(input)) => stack.push((input, input.inputs.iter())),
            Some(_) => {}
            None => {
                order.push(*vertex);
                stack.pop();
            }
        }
    }
    order
}

/// The source map under construction: each file once.
#[derive(Default)]
struct Sources {
    source: pb::Source,
}

impl Sources {
    fn add(&mut self, vertex: &Vertex) {
        for location in &vertex.metadata.locations {
            let file = &location.file;
            let known = self.source.infos.iter().position(|info| {
                info.filename == file.filename && info.language == file.language && info.data == file.data
            });
            let position = known.unwrap_or_else(|| {
                self.source.infos.push(pb::SourceInfo {
                    filename: file.filename.clone(),
                    data: file.data.clone(),
                    definition: None,
                    language: file.language.clone(),
                });
                self.source.infos.len() - 1
            });
            let location = pb::Location {
                source_index: i32::try_from(position).unwrap_or(i32::MAX),
                ranges: location.ranges.iter().map(location::to_proto).collect(),
            };
            let locations = &mut self
                .source
                .locations
                .entry(vertex.digest.clone())
                .or_default()
                .locations;
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
    }
}
