//! The same files give the same image: elsewhere, again, and on another engine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vextrus_e2e::{Built, Engine, Workspace};

#[test]
fn a_clone_in_another_directory_gives_the_same_image() {
    let engine = Engine::take();
    let (here, there) = (Workspace::erp(), Workspace::erp());
    let first = engine.build(&here).service("auth").run();
    let second = engine.build(&there).service("auth").run();
    assert_eq!(second.progress.ran(), Vec::<&str>::new());
    assert_eq!(second.image.digest(), first.image.digest());
}

#[test]
fn a_clone_with_another_umask_gives_the_same_image() {
    let engine = Engine::take();
    let (here, there) = (Workspace::erp(), Workspace::erp());
    let first = engine.build(&here).service("auth").run();
    let_group_write(there.root());
    let second = engine.build(&there).service("auth").run();
    assert_same(&first, &second);
}

/// Honours `--no-cache`: every step that runs a program runs again, and gives the same image.
/// Honours `--build-arg BUILDKIT_CACHE_MOUNT_NS=NAME`: package caches are those of that name, apart from all others, and so are the results of the steps that use them.
#[test]
fn running_every_step_again_gives_the_same_image() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let first = engine.build(&erp).service("auth").run();
    // Package caches of its own: those of other builds stay, and this one begins without any.
    let caches = format!("BUILDKIT_CACHE_MOUNT_NS=vextrus-e2e-{}", std::process::id());
    let second = engine
        .build(&erp)
        .service("auth")
        .args(["--no-cache", "--build-arg", &caches])
        .run();
    let ran = second.progress.ran();
    assert!(
        ran.iter()
            .any(|name| name.starts_with("install ") && name.ends_with(" production packages")),
        "{ran:?}"
    );
    assert_same(&first, &second);
}

/// Of the same store: what names an image is its manifest in one, and its configuration in the other.
#[test]
fn another_engine_gives_the_same_image() {
    let beside = Engine::take_beside();
    let other = beside.sibling(beside.store());
    let (here, there) = (Workspace::erp(), Workspace::erp());
    let second = other.build(&there).service("api-gateway").run();
    let engine = Engine::take();
    let first = engine.build(&here).service("api-gateway").run();
    assert_same(&first, &second);
}

/// Fails with what differs: the files, or else the image's configuration.
fn assert_same(first: &Built, second: &Built) {
    if second.image.diff_ids() != first.image.diff_ids() {
        let (first, second) = (first.image.files(), second.image.files());
        panic!(
            "layers differ, in these files if not in their order: {:#?}",
            first.differences(&second)
        );
    }
    if second.image.digest() != first.image.digest() {
        let (first, second) = (first.image.config(), second.image.config());
        panic!("the configuration differs:\n{first:#}\n{second:#}");
    }
}

/// Gives every file and directory the permissions that a umask of 002 leaves.
fn let_group_write(path: &Path) {
    let metadata = fs::symlink_metadata(path).unwrap();
    fs::set_permissions(
        path,
        Permissions::from_mode(metadata.permissions().mode() | 0o020),
    )
    .unwrap();
    if metadata.is_dir() {
        fs::read_dir(path)
            .unwrap()
            .for_each(|entry| let_group_write(&entry.unwrap().path()));
    }
}
