use std::os::unix::fs::symlink;

use super::*;
use crate::inspect::fixture::Tree;

fn of(tree: &Tree, pairs: &[(&str, &str)]) -> (u64, Vec<(String, u64)>) {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(directory, place)| (tree.at(directory), PathBuf::from(place)))
        .collect();
    let report = measure(&pairs).unwrap();
    (report.total, report.largest)
}

fn listed(largest: &[(&str, u64)]) -> Vec<(String, u64)> {
    largest
        .iter()
        .map(|(path, size)| ((*path).to_owned(), *size))
        .collect()
}

#[test]
fn a_directory_that_is_nearly_all_one_childs_is_not_listed() {
    let tree = Tree::new("measure");
    tree.write("base/usr/lib/big", &[0; 800]);
    tree.write("base/usr/bin/sh", &[0; 100]);
    tree.write("base/usr/bin/ls", &[0; 100]);
    tree.write("app/node_modules/a/x", &[0; 81]);
    tree.write("app/node_modules/b/x", &[0; 19]);
    let (total, largest) = of(&tree, &[("base", "/"), ("app", "/app")]);
    assert_eq!(total, 1100);
    // Of /usr, /usr/lib is four fifths, which is not more; /app is all /app/node_modules, which is nearly all a.
    let expected = [
        ("/usr", 1000),
        ("/usr/lib", 800),
        ("/usr/bin", 200),
        ("/app/node_modules/a", 81),
        ("/app/node_modules/b", 19),
    ];
    assert_eq!(largest, listed(&expected));
}

#[test]
fn a_file_with_several_names_is_counted_once_and_links_are_not() {
    let tree = Tree::new("hard-links");
    tree.write("a/x", &[0; 10]);
    tree.write("a/sub/own", &[0; 1]);
    fs::hard_link(tree.at("a/x"), tree.at("a/y")).unwrap();
    fs::hard_link(tree.at("a/x"), tree.at("a/sub/z")).unwrap();
    symlink("x", tree.at("a/link")).unwrap();
    symlink("..", tree.at("a/sub/up")).unwrap();
    let (total, largest) = of(&tree, &[("a", "/a")]);
    assert_eq!(total, 11);
    // The first name is in sub, which is read before x.
    assert_eq!(largest, listed(&[("/a/sub", 11)]));
}

#[test]
fn ten_directories_are_listed_the_first_found_of_one_size_first() {
    let tree = Tree::new("ten");
    for name in ["c", "a", "b", "k", "j", "i", "h", "g", "f", "e", "d"] {
        tree.write(&format!("root/{name}/x"), &[0; 7]);
    }
    let (_, largest) = of(&tree, &[("root", "/")]);
    let names: Vec<_> = largest.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        names,
        ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i", "/j"]
    );
}

#[test]
fn a_directory_in_another_is_listed_once() {
    let tree = Tree::new("nested");
    tree.write("a/b/x", &[0; 3]);
    let (total, largest) = of(&tree, &[("a", "/"), ("a/b", "/b")]);
    assert_eq!((total, largest), (6, listed(&[("/b", 3)])));
}

#[test]
fn an_empty_directory_and_a_deep_one_are_measured() {
    let tree = Tree::new("deep");
    let mut path = "a/empty".to_owned();
    for _ in 0..1_500 {
        path.push_str("/d");
    }
    fs::create_dir_all(tree.at(&path)).unwrap();
    let (total, largest) = of(&tree, &[("a", "/")]);
    assert_eq!((total, largest.len()), (0, 10));
}

#[test]
fn pairs_are_taken_apart_at_the_first_sign() {
    let (directory, place) = pair(OsStr::new("/image=/a=b")).unwrap();
    assert_eq!(
        (directory.to_str(), place.to_str()),
        (Some("/image"), Some("/a=b"))
    );
    assert!(pair(OsStr::new("/image")).is_none());
}
