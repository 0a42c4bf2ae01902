//! A readable form of a graph, for snapshots and for people.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use buildkit_proto::pb;
use pb::op::Op;

use crate::definition::{Definition, VertexView};
use crate::metadata::CUSTOM_NAME;
use crate::vertex::EMPTY;

mod exec;
mod file;
#[cfg(test)]
mod tests;

/// Returns the graph as text: a block a vertex, inputs first, each called `v` and its place in the order
/// instead of by its digest, so that a change of one vertex shows as a change of one block.
pub fn dump(definition: &Definition) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    _ = write(&mut text, definition);
    text
}

fn write(text: &mut String, definition: &Definition) -> fmt::Result {
    let names = Names(
        definition
            .vertices()
            .enumerate()
            .map(|(place, vertex)| (vertex.digest, place))
            .collect(),
    );
    for vertex in definition.vertices() {
        write_vertex(text, definition, &names, vertex)?;
    }
    let head = pb::Input {
        digest: definition.digest().to_owned(),
        index: definition.output_index(),
    };
    writeln!(text, "result {}", names.edge(&head))
}

fn write_vertex(
    text: &mut String,
    definition: &Definition,
    names: &Names<'_>,
    vertex: VertexView<'_>,
) -> fmt::Result {
    let inputs: Vec<String> = vertex.op.inputs.iter().map(|input| names.edge(input)).collect();
    let inputs = Inputs(&inputs);
    write!(text, "{} ", names.vertex(vertex.digest))?;
    match &vertex.op.op {
        Some(Op::Source(source)) => write!(text, "source {}", source.identifier)?,
        Some(Op::Exec(exec)) => exec::write_command(text, exec)?,
        Some(Op::File(_)) => text.push_str("file"),
        Some(Op::Merge(merge)) => {
            text.push_str("merge");
            merge
                .inputs
                .iter()
                .try_for_each(|input| write!(text, " {}", inputs.get(input.input)))?;
        }
        Some(Op::Diff(diff)) => {
            let lower = diff.lower.map_or(EMPTY, |lower| lower.input);
            let upper = diff.upper.map_or(EMPTY, |upper| upper.input);
            write!(text, "diff {} -> {}", inputs.get(lower), inputs.get(upper))?;
        }
        Some(Op::Build(_)) => write!(text, "build {}", inputs.0.join(" "))?,
        None => write!(text, "unknown op {}", inputs.0.join(" "))?,
    }
    if let Some(platform) = &vertex.op.platform {
        write!(text, " for {}", crate::Platform::from(platform))?;
    }
    text.push('\n');
    write_metadata(text, definition, vertex)?;
    match &vertex.op.op {
        Some(Op::Source(source)) => source
            .attrs
            .iter()
            .try_for_each(|(name, value)| writeln!(text, "  {name} = {value}")),
        Some(Op::Exec(exec)) => exec::write_details(text, exec, &inputs),
        Some(Op::File(file)) => file::write_actions(text, file, &inputs),
        _ => Ok(()),
    }
}

fn write_metadata(text: &mut String, definition: &Definition, vertex: VertexView<'_>) -> fmt::Result {
    if let Some(metadata) = vertex.metadata {
        if let Some(name) = metadata.description.get(CUSTOM_NAME) {
            writeln!(text, "  named {name}")?;
        }
        for (key, value) in metadata.description.iter().filter(|(key, _)| *key != CUSTOM_NAME) {
            writeln!(text, "  described {key} = {value}")?;
        }
        if let Some(group) = &metadata.progress_group {
            let weak = if group.weak { ", weak" } else { "" };
            writeln!(text, "  group {} ({}){weak}", group.id, group.name)?;
        }
        if metadata.ignore_cache {
            text.push_str("  ignore cache\n");
        }
    }
    for location in vertex.locations {
        let file = usize::try_from(location.source_index)
            .ok()
            .and_then(|index| definition.sources().get(index));
        write!(text, "  at {}", file.map_or("?", |file| &file.filename))?;
        for (place, range) in location.ranges.iter().enumerate() {
            let lines = crate::location::from_proto(range);
            text.push(if place == 0 { ':' } else { ',' });
            write!(text, "{}", lines.start())?;
            if lines.end() > lines.start() {
                write!(text, "-{}", lines.end())?;
            }
        }
        text.push('\n');
    }
    Ok(())
}

/// Short names of the vertices, by digest.
struct Names<'a>(BTreeMap<&'a str, usize>);

impl Names<'_> {
    fn vertex(&self, digest: &str) -> String {
        self.0
            .get(digest)
            .map_or_else(|| "v?".to_owned(), |place| format!("v{place}"))
    }

    /// Names an output; the first one by its vertex alone.
    fn edge(&self, input: &pb::Input) -> String {
        match input.index {
            0 => self.vertex(&input.digest),
            index => format!("{}#{index}", self.vertex(&input.digest)),
        }
    }
}

/// The names of an op's inputs, by index.
struct Inputs<'a>(&'a [String]);

impl Inputs<'_> {
    fn get(&self, index: i64) -> &str {
        match usize::try_from(index) {
            Err(_) => "scratch",
            Ok(index) => self.0.get(index).map_or("?", String::as_str),
        }
    }
}

/// Returns a word as it is, or quoted if it would not read as one.
fn word(word: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"'\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("{word:?}")
    }
}
