use buildkit_proto::pb;
use pb::file_action::Action;

use crate::testing::{digest, input, op};
use crate::{Copy, File, Image, Local, MkDir, MkFile, Output, Platform, Rm, Symlink};

fn actions(output: &Output) -> Vec<pb::FileAction> {
    match op(output).op {
        Some(pb::op::Op::File(file)) => file.actions,
        other => panic!("not a file op: {other:?}"),
    }
}

/// Returns the only action of `file`.
fn action(file: File) -> Action {
    let mut actions = actions(&file.output());
    assert_eq!(actions.len(), 1);
    actions.remove(0).action.unwrap()
}

fn ids(uid: u32, gid: u32) -> Option<pb::ChownOpt> {
    let id = |id| {
        Some(pb::UserOpt {
            user: Some(pb::user_opt::User::ById(id)),
        })
    };
    Some(pb::ChownOpt {
        user: id(uid),
        group: id(gid),
    })
}

#[test]
fn copy() {
    let scratch = Output::scratch();
    let least = File::on(&scratch).copy(Copy::new(&scratch, "a", "b/"));
    let expected = pb::FileActionCopy {
        src: "/a".to_owned(),
        dest: "/b/".to_owned(),
        mode: -1,
        timestamp: -1,
        ..pb::FileActionCopy::default()
    };
    assert_eq!(action(least), Action::Copy(expected.clone()));
    let full = File::on(&scratch).copy(
        Copy::new(&scratch, "/a/*", "/b")
            .include(["i1", "i2"])
            .exclude(["e1"])
            .exclude(["e2"])
            .owner(1, 2)
            .mode(0o1755)
            .timestamp(2)
            .contents_only(true)
            .create_dest_path(true)
            .allow_wildcard(true)
            .allow_empty_wildcard(true)
            .follow_symlinks(true)
            .unpack(true)
            .always_replace(true),
    );
    let expected = pb::FileActionCopy {
        src: "/a/*".to_owned(),
        dest: "/b".to_owned(),
        owner: ids(1, 2),
        mode: 0o1755,
        follow_symlink: true,
        dir_copy_contents: true,
        attempt_unpack_docker_compatibility: true,
        create_dest_path: true,
        allow_wildcard: true,
        allow_empty_wildcard: true,
        timestamp: 2_000_000_000,
        include_patterns: vec!["i1".to_owned(), "i2".to_owned()],
        exclude_patterns: vec!["e1".to_owned(), "e2".to_owned()],
        always_replace_existing_dest_paths: true,
        mode_str: String::new(),
        required_paths: Vec::new(),
    };
    assert_eq!(action(full), Action::Copy(expected));
}

#[test]
fn mkdir() {
    let on = || File::on(&Output::scratch());
    let least = pb::FileActionMkDir {
        path: "/a".to_owned(),
        mode: 0o755,
        timestamp: -1,
        ..pb::FileActionMkDir::default()
    };
    assert_eq!(action(on().mkdir(MkDir::new("a/"))), Action::Mkdir(least));
    let full = pb::FileActionMkDir {
        path: "/a/b".to_owned(),
        mode: 0o700,
        make_parents: true,
        owner: ids(0, 5),
        timestamp: 0,
    };
    let directory = MkDir::new("/a/b")
        .mode(0o40700)
        .parents(true)
        .owner(0, 5)
        .timestamp(0);
    assert_eq!(action(on().mkdir(directory)), Action::Mkdir(full));
}

#[test]
fn mkfile() {
    let on = || File::on(&Output::scratch());
    let least = pb::FileActionMkFile {
        path: "/a".to_owned(),
        mode: 0o644,
        data: b"text".to_vec(),
        owner: None,
        timestamp: -1,
    };
    assert_eq!(
        action(on().mkfile(MkFile::new("/a", "text"))),
        Action::Mkfile(least)
    );
    let full = pb::FileActionMkFile {
        path: "/a".to_owned(),
        mode: 0o600,
        data: vec![0, 255],
        owner: ids(7, 8),
        timestamp: -1_000_000_000,
    };
    let file = MkFile::new("/a", [0, 255]).mode(0o600).owner(7, 8).timestamp(-1);
    assert_eq!(action(on().mkfile(file)), Action::Mkfile(full));
}

#[test]
fn rm() {
    let on = || File::on(&Output::scratch());
    let least = pb::FileActionRm {
        path: "/a".to_owned(),
        allow_not_found: false,
        allow_wildcard: false,
    };
    assert_eq!(action(on().rm(Rm::new("a"))), Action::Rm(least));
    let full = pb::FileActionRm {
        path: "/a*".to_owned(),
        allow_not_found: true,
        allow_wildcard: true,
    };
    assert_eq!(
        action(on().rm(Rm::new("/a*").allow_not_found(true).wildcard(true))),
        Action::Rm(full)
    );
}

#[test]
fn symlink() {
    let link = Symlink::new("../a", "b").owner(1, 1).timestamp(i64::MAX);
    let expected = pb::FileActionSymlink {
        oldpath: "../a".to_owned(),
        newpath: "/b".to_owned(),
        owner: ids(1, 1),
        timestamp: i64::MAX,
    };
    assert_eq!(
        action(File::on(&Output::scratch()).symlink(link)),
        Action::Symlink(expected)
    );
}

#[test]
fn named_owners_are_looked_up_in_the_base() {
    let base = Image::new("alpine").output();
    let on = |base: &Output| File::on(base).mkdir(MkDir::new("/a").owner_by_name("node", "www"));
    let owner = |input| {
        let name = |name: &str| {
            let named = pb::NamedUserOpt {
                name: name.to_owned(),
                input,
            };
            Some(pb::UserOpt {
                user: Some(pb::user_opt::User::ByName(named)),
            })
        };
        Some(pb::ChownOpt {
            user: name("node"),
            group: name("www"),
        })
    };
    let of = |file| match action(file) {
        Action::Mkdir(directory) => directory.owner,
        other => panic!("not a mkdir: {other:?}"),
    };
    assert_eq!(of(on(&base)), owner(0));
    assert_eq!(of(on(&Output::scratch())), owner(-1));
}

/// Indices up to the number of inputs are inputs, those from there on are the results of earlier actions.
#[test]
fn a_chain_has_the_indices_of_buildkits_own_client() {
    let (base, one, two) = (
        Image::new("alpine").output(),
        Local::new("one").output(),
        Local::new("two").output(),
    );
    let output = File::on(&base)
        .mkdir(MkDir::new("/a"))
        .copy(Copy::new(&one, "/", "/a"))
        .copy(Copy::new(&two, "/", "/b"))
        .copy(Copy::new(&one, "/x", "/c"))
        .copy(Copy::new(&Output::scratch(), "/", "/d"))
        .copy(Copy::new(&base, "/etc", "/e"))
        .rm(Rm::new("/a"))
        .output();
    assert_eq!(op(&output).inputs, [input(&base), input(&one), input(&two)]);
    let indices: Vec<_> = actions(&output)
        .iter()
        .map(|action| (action.input, action.secondary_input, action.output))
        .collect();
    let expected = [
        (0, -1, -1),
        (3, 1, -1),
        (4, 2, -1),
        (5, 1, -1),
        (6, -1, -1),
        (7, 0, -1),
        (8, -1, 0),
    ];
    assert_eq!(indices, expected);
}

#[test]
fn scratch_is_no_input() {
    let context = Local::new("context").output();
    let output = File::on(&Output::scratch())
        .copy(Copy::new(&context, "/", "/"))
        .rm(Rm::new("/a"))
        .output();
    assert_eq!(op(&output).inputs, [input(&context)]);
    let indices: Vec<_> = actions(&output)
        .iter()
        .map(|action| (action.input, action.secondary_input, action.output))
        .collect();
    assert_eq!(indices, [(-1, 0, -1), (1, -1, 0)]);
}

#[test]
fn no_action_is_no_vertex() {
    let base = Image::new("alpine").output();
    assert_eq!(digest(&File::on(&base).output()), digest(&base));
    assert!(File::on(&Output::scratch()).output().is_scratch());
}

#[test]
fn the_platform_is_known_but_not_written() {
    let platform = Platform::new("linux", "arm64");
    let base = Image::new("alpine").platform(&platform).output();
    let output = File::on(&base).rm(Rm::new("/a")).output();
    assert_eq!(op(&output).platform, None);
    assert_eq!(output.platform(), Some(&platform));
}
