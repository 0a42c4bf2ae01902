//! Sources: vertices without inputs, which bring files into the graph.

use std::collections::BTreeMap;

use buildkit_proto::pb;

use crate::metadata::VertexOptions;
use crate::output::Output;
use crate::vertex::{Draft, Inputs};

pub(crate) mod attribute;
pub(crate) mod git;
mod http;
mod image;
mod local;
mod oci_layout;
#[cfg(test)]
mod tests;

pub use git::Git;
pub use http::Http;
pub use image::{Image, ResolveMode};
pub use local::{Differ, Local};
pub use oci_layout::OciLayout;

/// The attributes of a source op.
#[derive(Default)]
struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// Sets an attribute unless its value is empty, which means the same as absent to BuildKit (see
    /// [`crate::wire`]).
    fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.insert(name.to_owned(), value);
        }
    }

    fn set_if(&mut self, name: &str, condition: bool) {
        self.set(name, if condition { "true" } else { "" });
    }

    /// Sets a list, as the JSON array of strings that BuildKit reads; an empty list is absent.
    fn set_list(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            self.set(name, serde_json::Value::from(values.to_vec()).to_string());
        }
    }
}

/// Returns the output of a source vertex.
fn output(
    identifier: String,
    attributes: Attributes,
    options: VertexOptions,
    platform_specific: bool,
    problems: Vec<String>,
) -> Output {
    Draft {
        kind: pb::op::Op::Source(pb::SourceOp {
            identifier,
            attrs: attributes.0,
        }),
        inputs: Inputs::default(),
        options,
        platform_specific,
        problems,
    }
    .output()
}
