//! What holds for every graph, checked on random ones.

use std::collections::BTreeSet;

use buildkit_llb::pb::Definition as Wire;
use buildkit_llb::{
    Copy, Definition, Exec, File, Image, Local, MkFile, Mount, Output, Platform, Rm, diff, dump, merge,
};
use proptest::prelude::*;
use prost::Message;
use sha2::{Digest, Sha256};

/// A step of building a graph. Numbers choose among the outputs that there are by then.
#[derive(Clone, Debug)]
enum Step {
    Image(u8),
    Local(u8),
    Exec {
        root: usize,
        mounts: Vec<(u8, usize, u8)>,
        read_only: bool,
    },
    File {
        base: usize,
        copies: Vec<usize>,
    },
    Merge(Vec<usize>),
    Diff(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let choice = || any::<usize>();
    prop_oneof![
        (0..3u8).prop_map(Step::Image),
        (0..3u8).prop_map(Step::Local),
        (
            choice(),
            prop::collection::vec((0..4u8, choice(), 0..5u8), 0..4),
            any::<bool>()
        )
            .prop_map(|(root, mounts, read_only)| Step::Exec {
                root,
                mounts,
                read_only
            }),
        (choice(), prop::collection::vec(choice(), 0..4))
            .prop_map(|(base, copies)| Step::File { base, copies }),
        prop::collection::vec(choice(), 0..5).prop_map(Step::Merge),
        (choice(), choice()).prop_map(|(lower, upper)| Step::Diff(lower, upper)),
    ]
}

/// Runs the steps and returns the merge of all that they made. With `backwards`, what has no order to
/// BuildKit is added in the opposite order.
fn build(steps: &[Step], backwards: bool) -> Output {
    let mut outputs = vec![Output::scratch()];
    for step in steps {
        let pick = |choice: usize| &outputs[choice % outputs.len()];
        let made = match step {
            Step::Image(name) => {
                vec![
                    Image::new(format!("image{name}"))
                        .platform(&Platform::new("linux", "amd64"))
                        .output(),
                ]
            }
            Step::Local(name) => vec![Local::new(format!("local{name}")).output()],
            Step::Exec {
                root,
                mounts,
                read_only,
            } => exec(pick(*root), mounts, *read_only, &outputs, backwards),
            Step::File { base, copies } => {
                let mut file = File::on(pick(*base)).mkfile(MkFile::new("/a", "a"));
                for copy in copies {
                    file = file.copy(Copy::new(pick(*copy), "/", "/b"));
                }
                vec![file.rm(Rm::new("/a")).output()]
            }
            Step::Merge(inputs) => vec![merge(inputs.iter().map(|input| pick(*input).clone()))],
            Step::Diff(lower, upper) => vec![diff(pick(*lower), pick(*upper))],
        };
        outputs.extend(made);
    }
    merge(outputs)
}

fn exec(
    root: &Output,
    mounts: &[(u8, usize, u8)],
    read_only: bool,
    outputs: &[Output],
    backwards: bool,
) -> Vec<Output> {
    let mut taken = BTreeSet::new();
    let mut mounts: Vec<(Mount, String)> = mounts
        .iter()
        .filter(|(place, ..)| taken.insert(*place))
        .map(|(place, from, kind)| {
            let (dest, from) = (format!("/m{place}"), &outputs[from % outputs.len()]);
            let mount = match kind {
                0 => Mount::bind(from, &dest).into(),
                1 => Mount::bind(from, &dest).read_only().into(),
                2 => Mount::bind(from, &dest).discarded().into(),
                3 => Mount::cache(&dest, "cache").from(from).into(),
                _ => Mount::secret(&dest, "secret").into(),
            };
            (mount, dest)
        })
        .collect();
    let mut env = vec![("A", "1"), ("B", "2"), ("C", "3")];
    if backwards {
        mounts.reverse();
        env.reverse();
    }
    let exec = Exec::new(["run"]);
    let mut exec = if read_only && !root.is_scratch() {
        exec.root_read_only(root)
    } else {
        exec.root(root)
    };
    for (name, value) in env {
        exec = exec.env(name, value);
    }
    for (mount, _) in &mounts {
        exec = exec.mount(mount.clone());
    }
    let built = exec.build();
    taken
        .iter()
        .filter_map(|place| built.mount(&format!("/m{place}")))
        .chain([built.root()])
        .collect()
}

proptest! {
    #[test]
    fn a_definition_is_a_graph_in_order(steps in prop::collection::vec(step(), 1..24)) {
        let output = build(&steps, false);
        prop_assume!(!output.is_scratch());
        let definition = Definition::of(&output).unwrap();
        let wire = definition.to_proto();
        let mut known = BTreeSet::new();
        let (terminal, ops) = wire.def.split_last().unwrap();
        prop_assert_eq!(ops.len(), definition.vertices().len());
        for (bytes, vertex) in ops.iter().zip(definition.vertices()) {
            let op = buildkit_llb::pb::Op::decode(bytes.as_slice()).unwrap();
            prop_assert_eq!(&op, vertex.op);
            for input in &op.inputs {
                prop_assert!(known.contains(&input.digest), "an input comes first");
                prop_assert!(input.index >= 0);
            }
            let digest = format!("sha256:{:x}", Sha256::digest(bytes));
            prop_assert_eq!(&digest, vertex.digest);
            prop_assert!(known.insert(digest), "a vertex is there once");
        }
        let terminal = buildkit_llb::pb::Op::decode(terminal.as_slice()).unwrap();
        prop_assert_eq!(terminal.op, None);
        prop_assert_eq!(terminal.inputs.len(), 1);
        prop_assert_eq!(&terminal.inputs[0].digest, definition.digest());
        let last = definition.vertices().last().unwrap();
        prop_assert_eq!(last.digest, definition.digest(), "nothing is there that the result does not need");
    }

    #[test]
    fn the_order_of_building_is_not_in_the_bytes(steps in prop::collection::vec(step(), 1..24)) {
        let (forwards, backwards) = (build(&steps, false), build(&steps, true));
        prop_assume!(!forwards.is_scratch());
        let bytes = Definition::of(&forwards).unwrap().to_bytes();
        prop_assert_eq!(&bytes, &Definition::of(&backwards).unwrap().to_bytes());
        // And reading back changes nothing.
        let read = Output::from_proto(&Wire::decode(bytes.as_slice()).unwrap()).unwrap();
        let again = Definition::of(&read).unwrap();
        prop_assert_eq!(&bytes, &again.to_bytes());
        prop_assert_eq!(dump(&again), dump(&Definition::of(&forwards).unwrap()));
    }

    #[test]
    fn no_text_makes_a_platform_panic(text in "\\PC{0,24}") {
        if let Ok(platform) = Platform::parse(&text) {
            prop_assert_eq!(Platform::parse(&platform.to_string()).unwrap(), platform);
        }
    }

    #[test]
    fn no_bytes_make_reading_panic(def in prop::collection::vec(any::<Vec<u8>>(), 0..4)) {
        let wire = Wire { def, ..Wire::default() };
        if let Ok(output) = Output::from_proto(&wire) {
            _ = Definition::of(&output).map(|definition| dump(&definition));
        }
    }
}
