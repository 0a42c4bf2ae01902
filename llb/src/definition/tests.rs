use std::sync::Arc;

use buildkit_proto::pb;
use prost::Message;

use crate::testing::{digest, input};
use crate::{
    Copy, Definition, Error, Exec, File, Image, Local, Location, MkDir, Mount, Output, Platform, Rm,
    SourceFile, merge, vertex_digest,
};

/// A graph with a diamond: the base is used by both branches.
fn graph() -> Output {
    let base = Image::new("alpine")
        .platform(&Platform::new("linux", "amd64"))
        .name("base")
        .output();
    let left = Exec::new(["left"]).root(&base).name("left").build().root();
    let right = File::on(&base)
        .copy(Copy::new(&Local::new("context").output(), "/", "/src"))
        .output();
    merge([left, right])
}

#[test]
fn the_same_graph_has_the_same_bytes() {
    let bytes = Definition::of(&graph()).unwrap().to_bytes();
    assert_eq!(Definition::of(&graph()).unwrap().to_bytes(), bytes);
    assert_eq!(
        pb::Definition::decode(bytes.as_slice()).unwrap(),
        Definition::of(&graph()).unwrap().to_proto()
    );
    assert_eq!(
        Definition::of(&graph()).unwrap(),
        Definition::of(&graph()).unwrap()
    );
    assert_ne!(
        Definition::of(&graph()).unwrap(),
        Definition::of(&Image::new("alpine").output()).unwrap()
    );
}

#[test]
fn a_digest_is_there_once_and_after_its_inputs() {
    let definition = Definition::of(&graph()).unwrap();
    let kinds: Vec<_> = definition
        .vertices()
        .map(|vertex| crate::vertex::label(vertex.op.op.as_ref().unwrap()))
        .collect();
    let base = "source docker-image://docker.io/library/alpine:latest";
    assert_eq!(
        kinds,
        [base, "exec left", "source local://context", "file", "merge"]
    );
    for (place, bytes) in definition.to_proto().def.iter().enumerate() {
        let vertex = definition.vertices().nth(place);
        assert!(vertex.is_none_or(|vertex| vertex.digest == crate::wire::digest(bytes)));
    }

    // Equal vertices that were built apart are one.
    let twice = merge([graph(), File::on(&graph()).rm(Rm::new("/a")).output()]);
    assert_eq!(Definition::of(&twice).unwrap().vertices().len(), kinds.len() + 2);
}

#[test]
fn the_last_op_names_the_result() {
    let built = Exec::new(["a"])
        .root(&Image::new("alpine").output())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .build();
    let out = built.mount("/out").unwrap();
    let definition = Definition::of(&out).unwrap();
    let last = definition.to_proto().def.pop().unwrap();
    let terminal = pb::Op {
        inputs: vec![input(&out)],
        ..pb::Op::default()
    };
    assert_eq!(pb::Op::decode(last.as_slice()).unwrap(), terminal);
    assert_eq!(definition.digest(), digest(&out));
    assert_eq!(definition.output_index(), 1);
    assert_eq!(vertex_digest(&out), Some(digest(&out).as_str()));
    assert_eq!(definition.to_proto().def.len(), 3);
}

#[test]
fn scratch_has_no_definition() {
    assert_eq!(Definition::of(&Output::scratch()).unwrap_err(), Error::Scratch);
    assert_eq!(vertex_digest(&Output::scratch()), None);
}

#[test]
fn every_problem_is_told_once() {
    let bad = || Image::new("").output();
    let exec = Exec::new([""; 0])
        .root(&bad())
        .cwd("x")
        .name("the step")
        .build()
        .root();
    let error = Definition::of(&merge([exec, bad()])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "source docker-image://: \"\" is not an image reference; \
         the step: a command needs at least one argument, the program; \
         the step: the working directory \"x\" is not an absolute path"
    );
}

#[test]
fn metadata_is_kept_apart_from_the_op() {
    let plain = Exec::new(["a"]).root(&Output::scratch());
    let told = plain
        .clone()
        .name("a step")
        .description("k", "v")
        .progress_group("g", "group", true)
        .ignore_cache();
    let (plain, told) = (plain.build().root(), told.build().root());
    assert_eq!(digest(&plain), digest(&told));
    let expected = pb::OpMetadata {
        ignore_cache: true,
        description: [("llb.customname", "a step"), ("k", "v")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        progress_group: Some(pb::ProgressGroup {
            id: "g".to_owned(),
            name: "group".to_owned(),
            weak: true,
        }),
        ..pb::OpMetadata::default()
    };
    let proto = Definition::of(&told).unwrap().to_proto();
    assert_eq!(proto.metadata, [(digest(&told), expected)].into());
    let proto = Definition::of(&plain).unwrap().to_proto();
    assert_eq!(
        (proto.metadata.len(), proto.source),
        (0, None),
        "nothing said is nothing written"
    );
}

#[test]
fn equal_vertices_share_what_is_said_about_either() {
    let image = || Image::new("alpine");
    let left = Exec::new(["l"])
        .root(&image().name("first").description("a", "1").output())
        .build()
        .root();
    let right = Exec::new(["r"])
        .root(&image().name("second").ignore_cache().output())
        .build()
        .root();
    let definition = Definition::of(&merge([left, right])).unwrap();
    let metadata = definition.vertices().next().unwrap().metadata.unwrap();
    assert_eq!(
        metadata.description["llb.customname"], "second",
        "the later one wins"
    );
    assert_eq!(metadata.description["a"], "1");
    assert!(metadata.ignore_cache);

    // Also where one op uses both.
    let both = Exec::new(["a"])
        .root(&image().name("first").output())
        .mount(Mount::bind(&image().description("b", "2").output(), "/b").read_only());
    let definition = Definition::of(&both.build().root()).unwrap();
    let base = definition.vertices().next().unwrap();
    assert_eq!(definition.vertices().len(), 2);
    assert_eq!(base.metadata.unwrap().description.len(), 2);
}

#[test]
fn locations_share_their_files() {
    let file = |name: &str| {
        Arc::new(SourceFile {
            filename: name.to_owned(),
            language: "TOML".to_owned(),
            data: b"a\nb\n".to_vec(),
        })
    };
    let at = Location::new(&file("a.toml"), 1..=2).and(4..=4);
    let base = Image::new("alpine").location(&at).output();
    let same_file = Location::new(&file("a.toml"), 3..=3);
    let other_file = Location::new(&file("b.toml"), 1..=1);
    let head = File::on(&base)
        .mkdir(MkDir::new("/a"))
        .location(&other_file)
        .location(&same_file)
        .output();
    // The same vertex from the same place says nothing new.
    let again = Image::new("alpine").location(&at).output();
    let definition = Definition::of(&merge([head.clone(), again])).unwrap();
    let source = definition.to_proto().source.unwrap();
    let info = |name: &str| pb::SourceInfo {
        filename: name.to_owned(),
        data: b"a\nb\n".to_vec(),
        definition: None,
        language: "TOML".to_owned(),
    };
    assert_eq!(source.infos, [info("a.toml"), info("b.toml")]);
    let range = |start, end| pb::Range {
        start: Some(pb::Position {
            line: start,
            character: 0,
        }),
        end: Some(pb::Position {
            line: end,
            character: 0,
        }),
    };
    let place = |source_index, ranges| pb::Location { source_index, ranges };
    let expected = [
        (
            digest(&base),
            pb::Locations {
                locations: vec![place(0, vec![range(1, 2), range(4, 4)])],
            },
        ),
        (
            digest(&head),
            pb::Locations {
                locations: vec![place(1, vec![range(1, 1)]), place(0, vec![range(3, 3)])],
            },
        ),
    ];
    assert_eq!(source.locations, expected.into());
}

/// Neither building nor encoding nor dropping recurses over the graph. The thread has a small stack to prove
/// it.
#[test]
fn a_graph_may_be_deep() {
    const DEPTH: usize = 50_000;
    let build = || {
        let mut output = Image::new("alpine").output();
        for step in 0..DEPTH {
            output = Exec::new([step.to_string()]).root(&output).build().root();
        }
        let definition = Definition::of(&output).unwrap();
        assert_eq!(definition.vertices().len(), DEPTH + 1);
        let read = Output::from_proto(&definition.to_proto()).unwrap();
        assert_eq!(digest(&read), digest(&output));
        assert!(!format!("{output:?}").is_empty());
        drop(definition);
        drop(output);
        drop(read);
    };
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(build)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_definition_is_read_back() {
    let file = Arc::new(SourceFile {
        filename: "a".to_owned(),
        language: String::new(),
        data: Vec::new(),
    });
    let output = File::on(&graph())
        .rm(Rm::new("/a"))
        .location(&Location::new(&file, 2..=3))
        .output();
    let proto = Definition::of(&output).unwrap().to_proto();
    let read = Output::from_proto(&proto).unwrap();
    assert_eq!(Definition::of(&read).unwrap().to_proto(), proto);
    assert_eq!(read.platform(), Some(&Platform::new("linux", "amd64")));
    assert!(
        Output::from_proto(&pb::Definition::default())
            .unwrap()
            .is_scratch()
    );
}

#[test]
fn an_op_from_elsewhere_keeps_its_bytes() {
    // A field that this crate does not know, in an op of a kind that it does not know.
    let foreign = [0x42, 0x01, 0x41];
    let digest = crate::wire::digest(&foreign);
    let terminal = pb::Op {
        inputs: vec![pb::Input {
            digest: digest.clone(),
            index: 0,
        }],
        ..pb::Op::default()
    };
    let proto = pb::Definition {
        def: vec![foreign.to_vec(), terminal.encode_to_vec()],
        ..pb::Definition::default()
    };
    let read = Output::from_proto(&proto).unwrap();
    let definition = Definition::of(&File::on(&read).rm(Rm::new("/a")).output()).unwrap();
    assert_eq!(definition.to_proto().def[0], foreign);
    assert_eq!(definition.vertices().next().unwrap().digest, digest);
}

#[test]
fn a_malformed_definition_is_refused() {
    let reading = |def: Vec<Vec<u8>>| {
        let definition = pb::Definition {
            def,
            ..pb::Definition::default()
        };
        Output::from_proto(&definition).unwrap_err().to_string()
    };
    let terminal = |digest: &str| {
        pb::Op {
            inputs: vec![pb::Input {
                digest: digest.to_owned(),
                index: 0,
            }],
            ..pb::Op::default()
        }
        .encode_to_vec()
    };
    assert!(
        reading(vec![vec![0xff], terminal("")]).starts_with("malformed definition: an op does not decode: ")
    );
    assert_eq!(
        reading(vec![Vec::new()]),
        "malformed definition: the last op has no input"
    );
    let missing = "malformed definition: the input sha256:00 does not come before its use";
    assert_eq!(reading(vec![terminal("sha256:00")]), missing);
    assert_eq!(reading(vec![terminal("sha256:00"), terminal("")]), missing);
}

#[test]
fn vertices_run_whatever_the_cache_holds() {
    let definition = Definition::of(&graph()).unwrap();
    let anew = definition
        .clone()
        .ignoring_cache(|vertex| !vertex.op.inputs.is_empty());
    let ignored = anew.vertices().filter(|vertex| {
        let metadata = vertex.metadata;
        metadata.is_some_and(|metadata| metadata.ignore_cache)
    });
    assert_eq!(ignored.count(), 3, "exec, file and merge, but no source");
    assert_eq!(anew.digest(), definition.digest());
    assert!(anew.capabilities().contains("meta.ignorecache"));
}
