use std::os::unix::fs::symlink;

use super::*;
use crate::inspect::elf;
use crate::inspect::fixture::{Tree, library};

/// Where the programs of the images are.
const PATH: &str = "/usr/local/bin:/usr/bin";

/// A root as Debian has it: `node` is a program of this machine, its libraries lie where this machine has them.
fn image(name: &str) -> Tree {
    let tree = Tree::new(name);
    let program = Path::new("/bin/true");
    tree.copy(program, "image/usr/bin/node");
    for (link, target) in [("lib", "usr/lib"), ("lib64", "usr/lib64"), ("bin", "usr/bin")] {
        fs::create_dir_all(tree.at(&format!("image/{target}"))).unwrap();
        symlink(target, tree.at(&format!("image/{link}"))).unwrap();
    }
    let asks = elf::asks(program).unwrap();
    let interpreter = asks.interpreter.unwrap();
    tree.copy(
        Path::new(&interpreter),
        &format!("image{}", interpreter.to_str().unwrap()),
    );
    tree.copy(&libc(), "image/usr/lib/triplet/libc.so.6");
    tree.write(
        "image/etc/ld.so.conf",
        b"include /etc/ld.so.conf.d/*.conf # all\ninclude /etc/ld.so.con*\n",
    );
    tree.write(
        "image/etc/ld.so.conf.d/a.conf",
        b"# x\n/nowhere\ninclude /etc/ld.so.conf.d/*.conf\n",
    );
    tree.write("image/etc/ld.so.conf.d/b.conf", b"/usr/lib/triplet\n");
    tree.write("image/etc/passwd", b"root:x:0:0::/root:/bin/sh\n");
    tree.write("image/etc/shadow", b"root\n");
    tree.write("image/usr/share/zoneinfo/Europe/Berlin", b"TZif");
    symlink("Europe/Berlin", tree.at("image/usr/share/zoneinfo/local")).unwrap();
    // A link to a directory that it lies in.
    symlink(".", tree.at("image/usr/share/zoneinfo/posix")).unwrap();
    tree.write(
        "image/var/lib/dpkg/status",
        b"Package: libc6\nStatus: install ok installed\nVersion: 2\n\n\nPackage: bash\nVersion: 5\n\n\
          Package: ../evil\nVersion: 1\n",
    );
    tree.write(
        "image/var/lib/dpkg/info/libc6:any.list",
        b"/.\n/lib/triplet/libc.so.6\n",
    );
    tree.write("image/var/lib/dpkg/info/bash.list", b"/bin/bash\n");
    tree.write("image/var/lib/dpkg/info/../evil.list", b"/etc/passwd\n");
    tree.write("image/usr/share/doc/libc6/copyright", b"GPL\n");
    fs::create_dir(tree.at("out")).unwrap();
    tree
}

/// The C library of this machine, wherever it lies.
fn libc() -> PathBuf {
    let directories = [
        "/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu",
        "/lib64",
        "/usr/lib",
    ];
    let files = directories.map(|directory| Path::new(directory).join("libc.so.6"));
    files.into_iter().find(|file| file.exists()).unwrap()
}

fn take_node(tree: &Tree) -> Result<()> {
    node(tree.at("image"), &tree.at("out"), PATH)
}

fn take_libraries(tree: &Tree) -> Result<()> {
    fs::create_dir_all(tree.at("more")).unwrap();
    libraries(
        tree.at("image"),
        &tree.at("more"),
        PATH,
        tree.at("out"),
        &tree.at("app"),
    )
}

#[test]
fn node_is_taken_with_its_libraries_and_settings_and_nothing_else() {
    let tree = image("node");
    take_node(&tree).unwrap();
    let interpreter = elf::asks(Path::new("/bin/true")).unwrap().interpreter.unwrap();
    let (directory, loader) = interpreter.to_str().unwrap().rsplit_once('/').unwrap();
    let directory = directory.trim_start_matches('/');
    let mut expected = vec![
        format!("{directory} -> usr/{directory}"),
        format!("usr/{directory}/{loader} 755"),
        "lib -> usr/lib".to_owned(),
        "usr/lib 755".to_owned(),
        format!("usr/{directory} 755"),
    ];
    expected.extend(
        [
            "etc 755",
            "etc/passwd 644",
            "tmp 1777",
            "usr 755",
            "usr/bin 755",
            "usr/bin/node 755",
            "usr/lib/triplet 755",
            "usr/lib/triplet/libc.so.6 755",
            "usr/share 755",
            "usr/share/doc 755",
            "usr/share/doc/libc6 755",
            "usr/share/doc/libc6/copyright 644",
            "usr/share/zoneinfo 755",
            "usr/share/zoneinfo/Europe 755",
            "usr/share/zoneinfo/Europe/Berlin 644",
            "usr/share/zoneinfo/local -> Europe/Berlin",
            "usr/share/zoneinfo/posix -> .",
            "var 755",
            "var/lib 755",
            "var/lib/dpkg 755",
            "var/lib/dpkg/status.d 755",
            "var/lib/dpkg/status.d/libc6 644",
        ]
        .map(str::to_owned),
    );
    // The library is found as /usr/lib/triplet/…, so that /lib is taken only where the loader lies there.
    expected.retain(|line| directory == "lib" || line != "lib -> usr/lib");
    expected.sort();
    expected.dedup();
    assert_eq!(tree.listing("out"), expected);
    let entry = fs::read_to_string(tree.at("out/var/lib/dpkg/status.d/libc6")).unwrap();
    assert_eq!(
        entry,
        "Package: libc6\nStatus: install ok installed\nVersion: 2\n"
    );
}

#[test]
fn a_library_that_node_lacks_is_an_error() {
    let tree = image("lacking");
    fs::remove_file(tree.at("image/usr/lib/triplet/libc.so.6")).unwrap();
    let expected = "node asks for libc.so.6, which the image does not have";
    assert_eq!(take_node(&tree), Err(Failure(expected.to_owned())));
    fs::remove_file(tree.at("image/usr/bin/node")).unwrap();
    let expected = format!("the image has no program node in {PATH}");
    assert_eq!(take_node(&tree), Err(Failure(expected)));
}

/// A native module for this machine that asks for a library.
fn module(asks: &str) -> Vec<u8> {
    library(machine(), &[asks])
}

fn machine() -> u16 {
    elf::asks(Path::new("/bin/true")).unwrap().machine
}

#[test]
fn native_modules_bring_the_libraries_that_they_ask_for() {
    let tree = image("modules");
    take_node(&tree).unwrap();
    tree.write(
        "app/node_modules/.pnpm/a@1/node_modules/@s/a/a.node",
        &module("libx.so.6"),
    );
    tree.write("app/node_modules/plain/index.js", b"");
    tree.write("image/usr/lib/triplet/libx.so.6.1", &module("liby.so.6"));
    symlink("libx.so.6.1", tree.at("image/usr/lib/triplet/libx.so.6")).unwrap();
    // What the libraries ask for is taken too, and what is in the base is not taken again.
    tree.write("image/usr/lib/triplet/liby.so.6", &module("libc.so.6"));
    take_libraries(&tree).unwrap();
    let files: Vec<_> = tree
        .listing("more")
        .into_iter()
        .filter(|line| line.contains("triplet/"))
        .collect();
    let expected = [
        "usr/lib/triplet/libx.so.6 -> libx.so.6.1",
        "usr/lib/triplet/libx.so.6.1 644",
        "usr/lib/triplet/liby.so.6 644",
    ];
    assert_eq!(files, expected);
}

#[test]
fn a_package_none_of_whose_modules_finds_its_libraries_is_an_error() {
    let tree = image("missing");
    take_node(&tree).unwrap();
    tree.write("app/node_modules/b/x.node", &module("libz.so.9"));
    tree.write("app/node_modules/b/y.node", &module("libx.so.9"));
    tree.write("app/node_modules/@s/a/x.node", &module("libz.so.9"));
    let expected = "@s/a asks for libz.so.9; b asks for libx.so.9, libz.so.9, which the image of Node does not have; \
                    write base = \"debian\" and the packages that have it in [run] packages";
    assert_eq!(take_libraries(&tree), Err(Failure(expected.to_owned())));
    // One module of each finds what it asks for: the C library, and a library beside it.
    tree.write("app/node_modules/b/z.node", &module("libc.so.6"));
    tree.write("app/node_modules/@s/a/lib/libz.so.9", b"");
    take_libraries(&tree).unwrap();
    assert!(tree.listing("more").is_empty());
}

#[test]
fn modules_for_another_machine_or_c_library_are_passed_over() {
    let tree = image("others");
    take_node(&tree).unwrap();
    let other = library(machine() + 1, &["libz.so.9"]);
    tree.write("app/node_modules/a/x.node", &other);
    let musl = library(machine(), &["libz.so.9", "libc.musl-x86_64.so.1"]);
    tree.write("app/node_modules/b/x.node", &musl);
    tree.write("app/node_modules/c/x.node", b"no program");
    // What is no file of a module's name, and what is no regular file.
    tree.write("app/node_modules/d/x.js", &module("libz.so.9"));
    symlink("x.js", tree.at("app/node_modules/d/x.node")).unwrap();
    take_libraries(&tree).unwrap();
    assert!(tree.listing("more").is_empty());
}

#[test]
fn a_program_that_is_no_elf_file_cannot_be_compared_with() {
    let tree = image("script");
    take_node(&tree).unwrap();
    tree.write("image/usr/bin/node", b"#!/bin/sh\n");
    fs::create_dir(tree.at("app")).unwrap();
    let failure = take_libraries(&tree).unwrap_err();
    assert!(
        failure.0.starts_with("the image's node is no program of Linux: "),
        "{failure}"
    );
}
