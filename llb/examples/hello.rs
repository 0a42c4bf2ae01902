//! One command on an image. The definition goes to stdout:
//!
//! ```text
//! cargo run -p buildkit-llb --example hello | buildctl build --progress=plain
//! cargo run -p buildkit-llb --example hello -- --dump
//! ```

use buildkit_llb::{Definition, Exec, Image, Network};

mod common;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = Image::new("alpine:3.22").output();
    let hello = Exec::new(["sh", "-c", "echo \"Hello, $WHO\" >/hello"])
        .root(&base)
        .env("WHO", "BuildKit")
        .network(Network::None)
        .name("write a greeting")
        .build();
    common::print(&Definition::of(&hello.root())?)
}
