//! Reading a graph back, such as a build context that another frontend produced.

use std::collections::BTreeMap;
use std::sync::Arc;

use buildkit_proto::pb;
use prost::Message;

use crate::error::Error;
use crate::location::{self, Location, SourceFile};
use crate::metadata::Metadata;
use crate::output::Output;
use crate::platform::Platform;
use crate::vertex::Vertex;
use crate::wire;

impl Output {
    /// Returns the result of a definition from elsewhere as an output, to build on. Its ops keep their bytes,
    /// also where they hold fields that this crate does not know. A definition without ops is scratch.
    ///
    /// # Errors
    /// [`Error::Malformed`] if an op does not decode or uses one that does not come before it.
    pub fn from_proto(definition: &pb::Definition) -> Result<Output, Error> {
        let Some((terminal, ops)) = definition.def.split_last() else {
            return Ok(Output::scratch());
        };
        let files: Vec<_> = definition
            .source
            .iter()
            .flat_map(|source| &source.infos)
            .map(file)
            .collect();
        let mut vertices = BTreeMap::new();
        for bytes in ops {
            let vertex = vertex(bytes, definition, &files, &vertices)?;
            vertices.insert(vertex.digest.clone(), Arc::new(vertex));
        }
        let terminal = decode(terminal)?;
        let head = terminal
            .inputs
            .first()
            .ok_or_else(|| Error::Malformed("the last op has no input".to_owned()))?;
        Ok(Output::new(find(&vertices, head)?, head.index))
    }
}

fn vertex(
    bytes: &[u8],
    definition: &pb::Definition,
    files: &[Arc<SourceFile>],
    known: &BTreeMap<String, Arc<Vertex>>,
) -> Result<Vertex, Error> {
    let op = decode(bytes)?;
    let digest = wire::digest(bytes);
    let inputs = op
        .inputs
        .iter()
        .map(|input| find(known, input))
        .collect::<Result<Vec<_>, _>>()?;
    let own = op.platform.as_ref().map(Platform::from);
    let locations = definition
        .source
        .as_ref()
        .and_then(|source| source.locations.get(&digest));
    Ok(Vertex {
        platform: own.or_else(|| inputs.first().and_then(|input| input.platform.clone())),
        metadata: Metadata {
            op: definition.metadata.get(&digest).cloned().unwrap_or_default(),
            locations: locations
                .iter()
                .flat_map(|at| &at.locations)
                .filter_map(|at| place(at, files))
                .collect(),
        },
        op,
        bytes: bytes.to_vec(),
        digest,
        inputs,
        problems: Vec::new(),
    })
}

fn decode(bytes: &[u8]) -> Result<pb::Op, Error> {
    pb::Op::decode(bytes).map_err(|error| Error::Malformed(format!("an op does not decode: {error}")))
}

fn find(known: &BTreeMap<String, Arc<Vertex>>, input: &pb::Input) -> Result<Arc<Vertex>, Error> {
    let missing = || Error::Malformed(format!("the input {} does not come before its use", input.digest));
    known.get(&input.digest).cloned().ok_or_else(missing)
}

fn file(info: &pb::SourceInfo) -> Arc<SourceFile> {
    Arc::new(SourceFile {
        filename: info.filename.clone(),
        language: info.language.clone(),
        data: info.data.clone(),
    })
}

/// Returns the lines, or nothing if their file is missing: a wrong place is no reason to refuse a graph.
fn place(at: &pb::Location, files: &[Arc<SourceFile>]) -> Option<Location> {
    let file = files.get(usize::try_from(at.source_index).ok()?)?;
    Some(Location {
        file: Arc::clone(file),
        ranges: at.ranges.iter().map(location::from_proto).collect(),
    })
}
