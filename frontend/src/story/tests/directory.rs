//! The plan of a directory of this machine is the one that the engine's files give.

use super::*;

/// Returns the plans of a service: of the example's directory, and of the same files by the gateway.
async fn plans(service: &str, options: &Options) -> [Plan; 2] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/erp");
    let reader = Reader::Directory(crate::source::Tree::directory(&root));
    let target = options.targets().unwrap().remove(0);
    let read = decide::read(&reader, options).await.unwrap();
    let facts = decide::facts(&reader, options, read.target.stage, &target)
        .await
        .unwrap();
    let ours = read.plan(options, &facts).unwrap();
    let (theirs_read, _, theirs) = planned_for(engine(example()), options).await.unwrap();
    assert_eq!(ours.warnings, theirs.warnings, "{service}");
    assert_eq!(read.context.ignored, theirs_read.context.ignored, "{service}");
    [ours.plan, theirs.plan]
}

#[tokio::test]
async fn a_directory_is_planned_as_the_engines_files_are() {
    for service in all_services() {
        for target in [None, Some("test"), Some("build"), Some("deps")] {
            let options = Options {
                target: target.map(str::to_owned),
                ..request(&service)
            };
            if target == Some("test") && planned_for(engine(example()), &options).await.is_err() {
                continue;
            }
            let [ours, theirs] = plans(&service, &options).await;
            assert_eq!(ours, theirs, "{service} {target:?}");
        }
    }
}

#[tokio::test]
async fn a_link_out_of_the_directory_leads_nowhere() {
    let root = std::env::temp_dir().join(format!("vextrus-directory-{}", std::process::id()));
    std::fs::create_dir_all(root.join("inside/node_modules")).unwrap();
    std::fs::write(root.join("secret"), "outside").unwrap();
    std::fs::write(root.join("inside/file"), "inside").unwrap();
    std::os::unix::fs::symlink("../secret", root.join("inside/out")).unwrap();
    std::os::unix::fs::symlink("file", root.join("inside/in")).unwrap();
    let tree = crate::source::Tree::directory(&root.join("inside"));
    assert_eq!(tree.list("").await.unwrap(), ["file", "in", "out"]);
    assert_eq!(tree.read("in").await.unwrap().unwrap().text, "inside");
    for path in ["../secret", "/../secret", "none"] {
        assert!(tree.read(path).await.unwrap().is_none(), "{path}");
    }
    for path in ["out", "../secret", "/../secret", "none"] {
        assert!(!tree.exists(path).await.unwrap(), "{path}");
    }
    let told = tree.read("out").await.unwrap_err().to_string();
    assert!(
        told.starts_with("out is a link to `../secret`, which leads out"),
        "{told}"
    );
    assert_eq!(tree.bytes("file", 6).await.unwrap().unwrap(), b"inside");
    assert!(tree.bytes("file", 5).await.is_err());
    std::fs::remove_dir_all(root).unwrap();
}

#[tokio::test]
async fn what_is_no_file_is_told_and_not_opened() {
    let root = std::env::temp_dir().join(format!("vextrus-special-{}", std::process::id()));
    std::fs::create_dir_all(root.join("directory.json")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(root.join("pipe.json"))
        .status()
        .unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.json")).unwrap();
    std::os::unix::fs::symlink("pipe.json", root.join("link.json")).unwrap();
    std::os::unix::fs::symlink("/dev/null", root.join("device.json")).unwrap();
    let tree = crate::source::Tree::directory(&root);
    for (name, told) in [
        ("pipe.json", "pipe.json is a named pipe;"),
        ("socket.json", "socket.json is a socket;"),
        ("directory.json", "directory.json is a directory;"),
        (
            "link.json",
            "link.json is a link to `pipe.json`, which is a named pipe;",
        ),
        (
            "device.json",
            "device.json is a link to `/dev/null`, which leads out",
        ),
    ] {
        for said in [
            tree.read(name).await.unwrap_err().to_string(),
            tree.bytes(name, 10).await.unwrap_err().to_string(),
        ] {
            assert!(said.starts_with(told), "{said}");
        }
    }
    std::fs::remove_dir_all(root).unwrap();
}
