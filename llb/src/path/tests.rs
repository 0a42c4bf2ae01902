use super::{absolute, destination};

#[test]
fn cleans_paths_by_their_text() {
    let table = [
        ("", "/"),
        (".", "/"),
        ("/", "/"),
        ("a", "/a"),
        ("./a/../b/", "/b"),
        ("//a///b/./c", "/a/b/c"),
        ("../../a", "/a"),
        ("/a/..", "/"),
        ("/a/...", "/a/..."),
    ];
    for (given, expected) in table {
        assert_eq!(absolute(given), expected, "{given:?}");
    }
}

#[test]
fn keeps_the_ending_of_a_destination() {
    let table = [
        ("", "/"),
        ("/", "/"),
        ("/.", "/."),
        ("/a", "/a"),
        ("/a/", "/a/"),
        ("a//", "/a/"),
        ("/a/.", "/a/."),
        ("/a/..", "/"),
        ("/a/../", "/"),
    ];
    for (given, expected) in table {
        assert_eq!(destination(given), expected, "{given:?}");
    }
}
