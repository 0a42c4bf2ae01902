//! The result of a build as the exporter wants it: a reference and an image configuration.
