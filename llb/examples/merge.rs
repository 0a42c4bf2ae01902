//! Files laid over a base without depending on it: when only the base changes, the copy is not done again.
//!
//! ```text
//! cargo run -p buildkit-llb --example merge | buildctl build --local context=. --progress=plain
//! cargo run -p buildkit-llb --example merge -- --dump
//! ```

use buildkit_llb::{Copy, Definition, File, Image, Local, MkFile, Output, merge};

mod common;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = Image::new("gcr.io/distroless/static-debian12")
        .name("base")
        .output();
    let context = Local::new("context")
        .exclude(["target", ".git"])
        .name("load the context")
        .output();
    let files = File::on(&Output::scratch())
        .copy(
            Copy::new(&context, "/", "/app/")
                .contents_only(true)
                .create_dest_path(true)
                .owner(1001, 1001),
        )
        .name("copy the files")
        .output();
    // A passwd entry needs no shell.
    let passwd = "root:x:0:0:root:/root:/sbin/nologin\napp:x:1001:1001:app:/app:/sbin/nologin\n";
    let user = File::on(&base)
        .mkfile(MkFile::new("/etc/passwd", passwd))
        .name("add the user")
        .output();
    common::print(&Definition::of(&merge([user, files]))?)
}
