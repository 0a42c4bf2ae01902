//! A BuildKit frontend that builds production images of services in a pnpm monorepo.
//!
//! One direction, one module a stage:
//! `options + context → manifest → workspace → plan → lower → solve → result`.

pub mod build;
pub mod context;
pub mod diagnostic;
pub mod gateway;
pub mod lint;
pub mod lower;
pub mod manifest;
pub mod options;
pub mod plan;
pub mod result;
pub mod subrequest;
pub mod workspace;
