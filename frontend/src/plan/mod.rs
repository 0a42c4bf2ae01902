//! Decides everything about a build, as plain data that can be printed and compared.
//!
//! `manifest + workspace → Plan`. Nothing here knows of LLB; [`crate::lower`] turns a plan into vertices
//! and decides nothing. Every container path below is absolute, every context path relative to the context.

mod arguments;
mod base;
pub mod caches;
mod checks;
mod command;
mod contents;
mod environment;
mod equipment;
mod foreign;
mod generator;
mod healthcheck;
mod install;
mod model;
mod native;
mod node_version;
mod origin;
mod outside;
mod packages;
mod planner;
mod runtime;
mod sbom;
mod system;
mod toolchain;
mod workbench;

pub use base::{BaseImage, Libc};
pub use contents::OutputRule;
pub use foreign::{Foreign, ForeignPlatform};
pub use model::*;
pub use origin::Origin;
pub use outside::{CHECK_CONFIGURATION, ROOT_CONFIGURATION};
pub use planner::{BuildClosure, PlanInput, Planned, closure, plan};
pub use sbom::{Component, Sbom};
pub use system::SystemPackages;
