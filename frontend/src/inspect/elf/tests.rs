use std::fs;

use proptest::prelude::*;

use super::*;
use crate::inspect::fixture::{Tree, library};

/// A program of this machine that the C library's loader starts.
fn program() -> Vec<u8> {
    fs::read("/bin/true").unwrap()
}

fn of(tree: &Tree, content: &[u8]) -> Option<Asks> {
    tree.write("program", content);
    asks(&tree.at("program"))
}

#[test]
fn a_program_asks_for_its_loader_and_libraries() {
    let tree = Tree::new("elf");
    let asks = of(&tree, &program()).unwrap();
    let interpreter = asks.interpreter.as_ref().unwrap().to_str().unwrap();
    assert!(
        interpreter.starts_with("/lib") && interpreter.contains("/ld-linux"),
        "{interpreter}"
    );
    assert_eq!(asks.needed, ["libc.so.6"]);
    let machine = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
    assert_eq!(asks.machine, machine);
}

#[test]
fn what_is_no_program_asks_for_nothing() {
    let tree = Tree::new("no-elf");
    let program = program();
    for none in [
        &b""[..],
        b"#!/bin/sh\n",
        b"\x7fELF",
        &program[..40],
        &[0x7f, b'E', b'L', b'F', 2, 9, 1, 0],
    ] {
        assert_eq!(of(&tree, none), None);
    }
    assert_eq!(asks(&tree.at("nowhere")), None);
    // A header without anything behind it.
    let asks = of(&tree, &program[..64]).unwrap();
    assert_eq!((asks.interpreter, asks.needed.len()), (None, 0));
}

/// A little program of 32 bits in the other byte order, made by hand.
fn other() -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x02\x01".to_vec();
    file.resize(16, 0);
    // ET_DYN, EM_PPC, version, entry, segments behind the header, sections, flags, sizes and counts.
    file.extend([3, 20].into_iter().flat_map(u16::to_be_bytes));
    file.extend([1, 0, 52, 0, 0].into_iter().flat_map(u32::to_be_bytes));
    file.extend([52, 32, 2, 40, 0, 0].into_iter().flat_map(u16::to_be_bytes));
    // PT_LOAD of the whole file at 0x1000, PT_DYNAMIC behind the segments, each 32 bytes.
    file.extend(
        [1, 0, 0x1000, 0, 200, 200, 5, 1]
            .into_iter()
            .flat_map(u32::to_be_bytes),
    );
    file.extend(
        [2, 116, 0x1074, 0, 32, 32, 4, 4]
            .into_iter()
            .flat_map(u32::to_be_bytes),
    );
    // DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_NULL.
    file.extend(
        [1, 1, 5, 0x1094, 10, 10, 0, 0]
            .into_iter()
            .flat_map(u32::to_be_bytes),
    );
    file.extend(b"\0libx.so\0\0");
    file.resize(200, 0);
    file
}

#[test]
fn programs_of_other_processors_are_read() {
    let tree = Tree::new("other-elf");
    let asks = of(&tree, &other()).unwrap();
    assert_eq!((asks.machine, asks.interpreter.is_some()), (20, false));
    assert_eq!(asks.needed, ["libx.so"]);
}

#[test]
fn a_library_that_asks_for_too_much_is_not_read() {
    let tree = Tree::new("much");
    let names: Vec<String> = (0..5_000).map(|number| format!("lib{number}.so")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let count = |names: &[&str]| of(&tree, &library(62, names)).unwrap().needed.len();
    assert_eq!((count(&names[..4_000]), count(&names)), (4_000, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_broken_file_is_more_than_not_read(
        changes in prop::collection::vec((0..1_000_usize, any::<u8>()), 1..20),
        end in 0..40_000_usize,
        is_small: bool,
    ) {
        let tree = Tree::new("broken-elf");
        let mut content = if is_small { other() } else { program() };
        content.truncate(end.max(64));
        for (at, byte) in changes {
            if let Some(place) = content.get_mut(at) {
                *place = byte;
            }
        }
        // Whatever it says, the answer is small.
        let asks = of(&tree, &content).unwrap_or_default();
        prop_assert!(asks.needed.len() <= 1 << 13);
    }
}
