//! A command with everything mounted: sources read-only, a cache that lives on, a secret, and an output of
//! its own.
//!
//! ```text
//! cargo run -p buildkit-llb --example cache_mount \
//!     | buildctl build --local context=. --secret id=token,src=token.txt --output type=local,dest=out
//! cargo run -p buildkit-llb --example cache_mount -- --dump
//! ```

use buildkit_llb::{CacheSharing, Definition, Exec, Image, Local, Mount, Output};

mod common;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = Image::new("alpine:3.22").output();
    let context = Local::new("context").include(["README.md"]).output();
    let built = Exec::new(["sh", "-c", "wc -c README.md | tee -a /cache/sizes >/out/size"])
        .root_read_only(&base)
        .cwd("/src")
        .mount(Mount::bind(&context, "/src").read_only())
        .mount(Mount::cache("/cache", "sizes").sharing(CacheSharing::Locked))
        .mount(Mount::secret("/run/secrets/token", "token").optional(true))
        .mount(Mount::tmpfs("/tmp"))
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .name("count")
        .build();
    let out = built.mount("/out").ok_or("/out is mounted with an output")?;
    common::print(&Definition::of(&out)?)
}
