//! Decides everything about the build of a Node service, in the kind's own terms; [`super::steps`] writes the steps that
//! follow from it. Pure: `manifest + workspace + facts → Model`.

mod arguments;
mod base;
pub mod build_order;
mod checks;
mod command;
mod complete;
mod contents;
mod dependencies;
mod environment;
mod equipment;
mod extent;
mod foreign;
mod generator;
mod healthcheck;
mod injection;
mod input;
mod install;
mod layout;
mod local;
mod look;
mod model;
mod names;
mod native;
mod node_version;
mod of_root;
mod outside;
mod packages;
mod place;
mod planner;
mod runtime;
mod sbom;
mod start;
mod system;
mod toolchain;
mod unbuilt;
mod workbench;

pub use base::{BaseImage, Libc};
pub use contents::OutputRule;
pub use input::{BuildClosure, PlanInput};
pub use local::{LocalFile, files as local_files};
pub use model::*;
pub use node_version::NODE_VERSION_FILES;
pub use outside::{CHECK_CONFIGURATION, ROOT_CONFIGURATION};
pub use planner::{closure, decide};
pub use system::SystemPackages;
