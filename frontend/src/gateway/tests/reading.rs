//! Files, directories and what is not there.

use super::*;

#[tokio::test]
async fn large_files_are_read_in_parts() {
    for (size, calls) in [
        (0, 1),
        (1, 1),
        (8 * MIB - 1, 1),
        (8 * MIB, 2),
        (8 * MIB + 1, 2),
        (17 * MIB, 3),
    ] {
        let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let (gateway, fake) = connect(State {
            files: files(&[("f", &content)]),
            ..State::default()
        })
        .await;
        assert!(
            gateway.read_file(&reference(), "f", 32 * MIB).await.unwrap() == content,
            "{size}"
        );
        assert_eq!(fake.state().calls.len(), calls, "{size}");
    }
}

#[tokio::test]
async fn a_file_over_the_callers_bound_is_refused() {
    let (gateway, fake) = connect(State {
        files: files(&[("f", &[1; 11])]),
        ..State::default()
    })
    .await;
    for (max, fits) in [
        (0, false),
        (10, false),
        (11, true),
        (12, true),
        (usize::MAX, true),
    ] {
        assert_eq!(
            gateway.read_file(&reference(), "f", max).await.is_ok(),
            fits,
            "{max}"
        );
    }
    fake.state().calls.clear();
    let failure = gateway
        .read_file_if_exists(&reference(), "f", 10)
        .await
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "f is larger than the 10 bytes that are read of such a file"
    );
    assert_eq!(fake.state().calls, ["StatFile", "ReadFile"]);
}

#[tokio::test]
async fn a_missing_file_is_told_from_a_file_that_cannot_be_read() {
    let present = files(&[("a/b/c.json", b"x"), ("d[1].json", b"y")]);
    let (gateway, fake) = connect(State {
        files: present,
        ..State::default()
    })
    .await;
    type Case = (&'static str, Option<&'static [u8]>, &'static [&'static str]);
    let cases: [Case; 9] = [
        ("a/b/c.json", Some(b"x"), &["StatFile", "ReadFile"]),
        ("/a/b/c.json", Some(b"x"), &["StatFile", "ReadFile"]),
        ("d[1].json", Some(b"y"), &["StatFile", "ReadFile"]),
        ("none", None, &["StatFile", "ReadDir"]),
        ("d[2].json", None, &["StatFile", "ReadDir"]),
        ("./a//b/none", None, &["StatFile", "ReadDir"]),
        ("a/none/c.json", None, &["StatFile", "ReadDir", "ReadDir"]),
        ("a/b/c.json/d", None, &["StatFile", "ReadDir", "ReadDir"]),
        (
            "none/none/none",
            None,
            &["StatFile", "ReadDir", "ReadDir", "ReadDir"],
        ),
    ];
    for (path, content, calls) in cases {
        fake.state().calls.clear();
        let read = gateway
            .read_file_if_exists(&reference(), path, MIB)
            .await
            .unwrap();
        assert_eq!(read.as_deref(), content, "{path}");
        assert_eq!(fake.state().calls, calls, "{path}");
    }
    // Present, but no regular file.
    gateway
        .read_file_if_exists(&reference(), "a/b", MIB)
        .await
        .unwrap_err();
    gateway
        .read_file_if_exists(&reference(), "../a", MIB)
        .await
        .unwrap_err();
    gateway
        .read_file_if_exists(&reference(), "", MIB)
        .await
        .unwrap_err();
}

#[tokio::test]
async fn a_failing_graph_is_no_missing_file() {
    let (status, whole) = failed_step();
    let (gateway, _fake) = connect(State {
        broken: Some(status),
        ..State::default()
    })
    .await;
    let failure = gateway
        .read_file_if_exists(&reference(), "a/b", MIB)
        .await
        .unwrap_err();
    assert_eq!(failure.to_status(), whole);
    assert_eq!(
        gateway.stat(&reference(), "a").await.unwrap_err().to_status(),
        whole
    );
}

#[tokio::test]
async fn stat_and_listing_tell_files_from_directories() {
    let present = files(&[("a/b", b"xyz"), ("c", b"")]);
    let (gateway, _fake) = connect(State {
        files: present,
        ..State::default()
    })
    .await;
    let file = gateway.stat(&reference(), "a/b").await.unwrap().unwrap();
    assert_eq!((file.path.as_str(), file.is_dir, file.size), ("b", false, 3));
    let directory = gateway.stat(&reference(), "a/").await.unwrap().unwrap();
    assert_eq!((directory.path.as_str(), directory.is_dir), ("a", true));
    assert_eq!(gateway.stat(&reference(), "/").await.unwrap().unwrap().path, "/");
    assert_eq!(gateway.stat(&reference(), "x").await.unwrap(), None);

    let names = |entries: Vec<Stat>| {
        entries
            .into_iter()
            .map(|e| (e.path, e.is_dir))
            .collect::<Vec<_>>()
    };
    let all = gateway.read_dir(&reference(), "/", None).await.unwrap();
    assert_eq!(names(all), [("a".to_owned(), true), ("c".to_owned(), false)]);
    let one = gateway.read_dir(&reference(), "/", Some("c")).await.unwrap();
    assert_eq!(names(one), [("c".to_owned(), false)]);
    gateway.read_dir(&reference(), "x", None).await.unwrap_err();
}

#[tokio::test]
async fn what_is_no_file_is_told_and_not_opened() {
    let modes = [
        ("pipe", 1 << 25 | 0o644, "a named pipe"),
        ("socket", 1 << 24 | 0o755, "a socket"),
        ("disk", 1 << 26 | 0o600, "a device"),
        ("terminal", 1 << 26 | 1 << 21 | 0o600, "a device"),
        ("odd", 1 << 19, "no regular file"),
    ];
    let (gateway, fake) = connect(State {
        files: files(&[("a/b", b"xyz")]),
        special: modes.map(|(name, mode, _)| (name.to_owned(), mode)).into(),
        links: [
            ("to-pipe", "pipe"),
            ("to-b", "a/b"),
            ("out", "../../x"),
            ("a/top", "/pipe"),
        ]
        .map(|(path, target)| (path.to_owned(), target.to_owned()))
        .into(),
        ..State::default()
    })
    .await;
    let read = async |path: &str| gateway.read_file_if_exists(&reference(), path, 10).await;
    for (path, _, what) in modes
        .into_iter()
        .chain([("to-pipe", 0, "a named pipe"), ("a", 0, "a directory")])
    {
        let told = read(path).await.unwrap_err().to_string();
        assert_eq!(told, format!("{path} is {what}, and a file is read there"));
    }
    assert!(read("a/top").await.unwrap_err().diagnostics().is_some());
    assert!(!fake.state().calls.contains(&"ReadFile"));
    assert_eq!(read("to-b").await.unwrap().unwrap(), b"xyz");
    assert_eq!(read("out").await.unwrap(), None);
    assert_eq!(read("out/x").await.unwrap(), None);
    let entries = gateway.read_dir(&reference(), "/", None).await.unwrap();
    let kinds: Vec<Kind> = entries.iter().map(Stat::kind).collect();
    assert_eq!(entries.len(), 9);
    assert_eq!(kinds[0], Kind::Directory);
    assert_eq!(kinds.iter().filter(|kind| **kind == Kind::Link).count(), 3);
}
