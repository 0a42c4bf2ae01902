//! A BuildKit frontend that builds production images of services in a pnpm or npm monorepo.
//!
//! One direction, one module a stage:
//! `options + source → manifest → kind reads → plan (steps as data) → lower → solve → result`.

pub mod cli;
pub mod decide;
pub mod diagnostic;
pub mod gateway;
pub mod inspect;
pub mod kinds;
pub mod lint;
pub mod lower;
pub mod manifest;
pub mod options;
pub mod path;
pub mod pattern;
pub mod plan;
pub mod result;
pub mod secret;
pub mod source;
pub mod story;
pub mod subrequest;
pub mod warning;
