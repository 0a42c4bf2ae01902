//! The result of a build as the exporter wants it: a reference and an image configuration.

mod config;
mod metadata;
mod timestamp;

#[cfg(test)]
mod tests;

pub use config::{Healthcheck, History, ImageConfig, RootFs, RunConfig};
pub use metadata::{multi_platform, single_platform};
pub use timestamp::rfc3339;
