//! Images from an OCI layout that the client shares.

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::source::{Attributes, attribute, output};

/// An image in an OCI layout, by name and digest.
#[derive(Clone, Debug)]
pub struct OciLayout {
    reference: String,
    store: String,
    session: String,
    options: VertexOptions,
}
vertex_options!(OciLayout);

impl OciLayout {
    /// Returns the image of a reference with a digest: `name@sha256:...`.
    pub fn new(reference: impl Into<String>) -> OciLayout {
        OciLayout {
            reference: reference.into(),
            store: String::new(),
            session: String::new(),
            options: VertexOptions::default(),
        }
    }

    /// Sets the client's store and the session that shares it; without them, the reference's name and any
    /// session.
    #[must_use]
    pub fn store(mut self, store_id: impl Into<String>, session_id: impl Into<String>) -> OciLayout {
        self.store = store_id.into();
        self.session = session_id.into();
        self
    }

    /// Returns the image's file system.
    pub fn output(self) -> Output {
        let mut problems = Vec::new();
        if !self.reference.contains('@') {
            problems.push(format!(
                "{:?} has no digest; write name@sha256:...",
                self.reference
            ));
        }
        let mut attributes = Attributes::default();
        attributes.set(attribute::OCI_STORE, self.store);
        attributes.set(attribute::OCI_SESSION, self.session);
        output(
            format!("oci-layout://{}", self.reference),
            attributes,
            self.options,
            true,
            problems,
        )
    }
}
