//! A typed, immutable, lazy builder of BuildKit's LLB graphs, with deterministic bytes.
//!
//! An [`Output`] is a file system that some vertex will produce. Builders take outputs and give outputs:
//! sources ([`Image`], [`Local`], [`Git`], [`Http`], [`OciLayout`]) bring files in, [`Exec`] runs a command,
//! [`File`] changes files without one, [`merge()`] and [`diff()`] work on whole layers. Nothing runs here:
//! [`Definition::of`] gives the graph behind an output in the form that BuildKit's API takes. This crate does
//! no I/O and knows no client.
//!
//! ```
//! use std::sync::Arc; use buildkit_llb::{Copy, Definition, Exec, File, Image, Local, Location, Mount,
//! Network, Output, SourceFile}; use buildkit_llb::{dump, merge};
//!
//! // Where the steps come from: BuildKit shows these lines when a step fails.
//! let manifest = Arc::new(SourceFile {
//!     filename: "app.toml".to_owned(),
//!     language: "TOML".to_owned(),
//!     data: b"base = \"alpine\"\nbuild = \"make\"\n".to_vec(),
//! });
//!
//! let base = Image::new("alpine:3.22").location(&Location::new(&manifest, 1..=1)).output();
//! let context = Local::new("context").include(["src", "Makefile"]).shared_key_hint("src").output();
//!
//! // The command sees the sources read-only and a cache that lives on; what it writes to /out is an output.
//! let built = Exec::new(["make", "install", "DESTDIR=/out"])
//!     .root(&base)
//!     .cwd("/src")
//!     .network(Network::None)
//!     .mount(Mount::bind(&context, "/src").read_only())
//!     .mount(Mount::cache("/root/.cache", "make"))
//!     .mount(Mount::bind(&Output::scratch(), "/out"))
//!     .name("make install")
//!     .location(&Location::new(&manifest, 2..=2))
//!     .build();
//! let files = built.mount("/out").expect("/out is mounted with an output");
//!
//! // The copy does not depend on the base: when only the base changes, nothing is copied again.
//! let app = File::on(&Output::scratch())
//!     .copy(Copy::new(&files, "/", "/app").contents_only(true).create_dest_path(true).owner(1000, 1000))
//!     .output();
//! let image = merge([base, app]);
//!
//! let definition = Definition::of(&image)?;
//! assert_eq!(definition.vertices().len(), 5);
//! assert!(definition.capabilities().contains("mergeop"));
//! assert_eq!(definition.to_proto().def.len(), 6, "the five and a terminal op");
//! assert_eq!(
//!     dump(&definition),
//!     r#"v0 source docker-image://docker.io/library/alpine:3.22
//!   at app.toml:1
//! v1 source local://context
//!   local.includepattern = ["src","Makefile"]
//!   local.sharedkeyhint = src
//! v2 exec make install DESTDIR=/out
//!   named make install
//!   at app.toml:2
//!   cwd /src
//!   network none
//!   mount / = v0 -> 0
//!   mount /out = scratch -> 1
//!   mount /root/.cache = cache make shared
//!   mount /src = v1, read-only
//! v3 file
//!   copy v2#1:/ -> /app on scratch, owner 1000:1000, contents-only, create-dest-path
//! v4 merge v0 v3
//! result v4
//! "#
//! );
//! # Ok::<(), buildkit_llb::Error>(())
//! ```
//!
//! # Promises
//! - The same graph has the same bytes, in every run and in whatever order its parts were built.
//! - A vertex has the digest that the daemon computes for it, so that source locations and warnings find it.
//! - A vertex that BuildKit would refuse is an [`Error`] of [`Definition::of`], never a panic; all of them
//!   are named.
//! - A graph may be of any depth: nothing here recurses over it.

mod caps;
mod definition;
mod diff;
mod dump;
mod error;
mod exec;
mod file;
mod location;
mod merge;
mod metadata;
mod output;
mod path;
mod platform;
mod source;
#[cfg(test)]
mod testing;
mod vertex;
mod wire;

pub use definition::{Definition, VertexView};
pub use diff::{Diff, diff};
pub use dump::dump;
pub use error::{Error, Problem};
pub use exec::{
    BindMount, CacheMount, CacheSharing, Exec, ExecOutputs, Mount, Network, ProxyEnv, Rooted, SecretEnv,
    SecretMount, Security, SshMount, TmpfsMount, Unrooted,
};
pub use file::{Copy, File, MkDir, MkFile, Rm, Symlink};
pub use location::{Location, SourceFile};
pub use merge::{Merge, merge};
pub use output::{Output, vertex_digest};
pub use platform::{ARCHITECTURES, ParsePlatformError, Platform};
pub use source::{Differ, Git, Http, Image, Local, OciLayout, ResolveMode};

/// The wire types, for those who speak BuildKit's API.
pub use buildkit_proto::pb;
