//! Patterns of ignore files and of transfers, as the engine applies them.
//!
//! A pattern that matches a directory matches all below it; of several the last one that matches counts, and one that
//! begins with `!` takes the file back in. Source: moby/patternmatcher. A pattern is walked character by character, in
//! a time of both lengths multiplied: no pattern is too large for it.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// Returns whether patterns choose a path; one that is not understood chooses nothing.
pub fn chooses<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>, path: &str) -> bool {
    patterns.into_iter().fold(false, |chosen, pattern| {
        let pattern = pattern.as_ref();
        let (is_back, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if matches(pattern, path) { !is_back } else { chosen }
    })
}

/// Returns the pattern that matches a path, with everything below it, and no other. The one place where a path becomes a
/// pattern: what has a meaning in one is escaped, and so are spaces at the ends, which the engine cuts off.
///
/// ```
/// # use vextrus_frontend::pattern::literal;
/// assert_eq!(literal("shared/lib"), "shared/lib");
/// assert_eq!(literal("shared/[id]/(a)"), r"shared/\[id\]/\(a\)");
/// ```
pub fn literal(path: &str) -> String {
    /// What has a meaning in a pattern, and what has one in the regular expression that the engine makes of it.
    const SPECIAL: &str = r"\*?[]^(){}|+";
    let last = path.chars().count().saturating_sub(1);
    let mut pattern = String::with_capacity(path.len());
    for (at, character) in path.chars().enumerate() {
        let is_space = character.is_whitespace();
        if at == last && is_space {
            // Behind a `\` the engine would cut the space off.
            pattern.extend(['[', character, ']']);
            continue;
        }
        if SPECIAL.contains(character) || at == 0 && (is_space || character == '!') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// Splits a pattern into the path before its first wildcard, no longer a pattern, and the glob from there on. The path is
/// empty where the first part has a wildcard already.
///
/// ```
/// # use vextrus_frontend::pattern::split;
/// assert_eq!(split("proto/**"), ("proto".to_owned(), Some("**")));
/// assert_eq!(split(r"shared/\[id\]/x"), ("shared/[id]/x".to_owned(), None));
/// ```
pub fn split(pattern: &str) -> (String, Option<&str>) {
    let mut path: Vec<String> = Vec::new();
    let mut rest = Some(pattern);
    while let Some(left) = rest {
        let (part, next) = match left.split_once('/') {
            Some((part, next)) => (part, Some(next)),
            None => (left, None),
        };
        match fixed(part) {
            Some(part) => path.push(part),
            None => return (path.join("/"), rest),
        }
        rest = next;
    }
    (path.join("/"), None)
}

/// Returns the name that a part of a pattern stands for; none where that may be several.
fn fixed(part: &str) -> Option<String> {
    let mut name = String::new();
    let mut characters = part.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' | '?' | '[' => return None,
            '\\' => name.push(characters.next().unwrap_or('\\')),
            character => name.push(character),
        }
    }
    Some(name)
}

/// Returns a pattern as a transfer of the client's files takes it: in a header, which holds no control character. One of
/// those is any character then.
pub fn for_transfer(pattern: &str) -> String {
    pattern.replace(char::is_control, "?")
}

/// Checks that a text is a pattern.
///
/// # Errors
/// What is wrong with it.
pub fn check(pattern: &str) -> Result<(), &'static str> {
    parse(pattern).map(|_| ())
}

/// Returns whether a pattern matches a path or a directory around it.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_matches('/');
    if !pattern.contains(['*', '?', '[', '\\']) {
        return crate::path::is_within(path, if pattern.is_empty() { "." } else { pattern });
    }
    let Ok(pieces) = parse(pattern) else {
        return false;
    };
    let mut around = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
    around.any(|path| is_match(&pieces, path))
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// This character.
    Exactly(char),
    /// `?`: any one but `/`.
    One,
    /// `[a-z]`, `[^a-z]`: one of these, or any other one.
    Of {
        is_other: bool,
        ranges: Vec<(char, char)>,
    },
    /// `*`: any number but of `/`.
    Any,
    /// `**` at the end: whatever follows.
    Rest,
    /// `**` before something, with or without its `/`: nothing, or directories.
    Directories,
}

fn parse(pattern: &str) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '*' if characters.next_if_eq(&'*').is_some() => {
                characters.next_if_eq(&'/');
                match characters.peek() {
                    Some(_) => Piece::Directories,
                    None => Piece::Rest,
                }
            }
            '*' => Piece::Any,
            '?' => Piece::One,
            '[' => class(&mut characters)?,
            '\\' => Piece::Exactly(characters.next().ok_or("a `\\` at its end")?),
            character => Piece::Exactly(character),
        });
    }
    Ok(pieces)
}

/// Reads what stands between `[` and `]`. Source: Go's `path/filepath`, `Match`.
fn class(characters: &mut Peekable<Chars<'_>>) -> Result<Piece, &'static str> {
    let is_other = characters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && characters.next_if_eq(&']').is_some() {
            return Ok(Piece::Of { is_other, ranges });
        }
        let first = bound(characters)?;
        let last = match characters.next_if_eq(&'-') {
            Some(_) => bound(characters)?,
            None => first,
        };
        ranges.push((first, last));
    }
}

/// Reads one end of a range.
fn bound(characters: &mut Peekable<Chars<'_>>) -> Result<char, &'static str> {
    const OPEN: &str = "a `[` without its `]`";
    match characters.next().ok_or(OPEN)? {
        '-' | ']' => Err("a `[…]` that holds nothing, or a range without its end"),
        '\\' => characters.next().ok_or(OPEN),
        character => Ok(character),
    }
}

/// Follows all ways in which the pieces may match at once.
fn is_match(pieces: &[Piece], path: &str) -> bool {
    let mut reached = BTreeSet::new();
    reach(pieces, 0, &mut reached);
    for character in path.chars() {
        let mut next = BTreeSet::new();
        for place in reached {
            match pieces.get(place) {
                Some(Piece::Directories) => {
                    next.insert(place);
                    if character == '/' {
                        reach(pieces, place + 1, &mut next);
                    }
                }
                Some(Piece::Rest) => reach(pieces, place, &mut next),
                Some(Piece::Any) if character != '/' => reach(pieces, place, &mut next),
                Some(piece) if takes(piece, character) => reach(pieces, place + 1, &mut next),
                _ => {}
            }
        }
        reached = next;
    }
    reached.contains(&pieces.len())
}

/// Notes that the pieces before a place have matched, and those from there on that match nothing at all too.
fn reach(pieces: &[Piece], place: usize, reached: &mut BTreeSet<usize>) {
    let is_empty = |piece: &Piece| matches!(piece, Piece::Any | Piece::Rest | Piece::Directories);
    let empty = pieces
        .iter()
        .skip(place)
        .take_while(|piece| is_empty(piece))
        .count();
    reached.extend(place..=place + empty);
}

fn takes(piece: &Piece, character: char) -> bool {
    match piece {
        Piece::Exactly(exactly) => *exactly == character,
        Piece::One => character != '/',
        Piece::Of { is_other, ranges } => {
            let is_in = ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&character));
            is_in != *is_other
        }
        Piece::Any | Piece::Rest | Piece::Directories => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_matched_with_all_below_it() {
        assert!(chooses(["services/auth"], "services/auth/src/main.ts"));
        assert!(chooses(["services/*/src"], "services/auth/src/main.ts"));
        assert!(chooses(["**/node_modules"], "a/node_modules/b/index.js"));
        assert!(chooses(["**/node_modules"], "node_modules"));
        assert!(chooses(["**/*.md"], "README.md") && chooses(["tsconfig*.json"], "tsconfig.base.json"));
        assert!(!chooses(["services/auth"], "services/auth-other/x"));
        assert!(!chooses(["*.md"], "docs/a.md") && !chooses(["["], "["));
    }

    #[test]
    fn the_last_pattern_that_matches_counts() {
        let patterns = ["**/dist", "!services/*/dist", "services/b/dist"];
        assert!(chooses(patterns, "shared/dist/x.js"));
        assert!(!chooses(patterns, "services/a/dist/x.js"));
        assert!(chooses(patterns, "services/b/dist/x.js"));
    }

    #[test]
    fn a_pattern_means_what_it_means_to_the_engine() {
        for (pattern, path, matches) in [
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            (r"[\]]x", "]x", true),
            // Exclamation marks and braces have no meaning here.
            ("[!a]x", "!x", true),
            ("[!a]x", "bx", false),
            ("{a,b}*", "a", false),
            ("{a,b}*", "{a,b}c", true),
            (r"\[id\]", "[id]", true),
            (r"\[id\]", "i", false),
            ("a**b", "ab", true),
            ("a**b", "ax/b", true),
            ("a**b", "axb", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "a/xb", false),
            ("a/**", "a/x", true),
            ("a/**", "b", false),
            ("**", "x/y", true),
            ("*", "x", true),
            ("a*", "a", true),
            ("*a*b", "xaxb", true),
        ] {
            assert_eq!(chooses([pattern], path), matches, "{pattern} {path}");
        }
    }

    #[test]
    fn a_path_as_a_pattern_matches_that_path_alone() {
        for path in [
            "a/[id]",
            "a/(group)",
            "a/{a,b}",
            "*",
            "a?b",
            "!x",
            r"a\b",
            "a/b]",
            " a ",
            "a^b*",
            "c++",
            "**/x",
        ] {
            let pattern = literal(path);
            assert!(
                chooses([&pattern], path) && chooses([&pattern], &format!("{path}/c")),
                "{pattern}"
            );
            for other in ["a/i", "a/group", "a/a", "x", "acb", "ab", "a/x", "a", "c", "cc"] {
                assert!(!chooses([&pattern], other), "{pattern} {other}");
            }
        }
    }

    #[test]
    fn a_pattern_is_a_path_and_a_glob() {
        for (pattern, path, glob) in [
            ("a/b", "a/b", None),
            ("/a/*/c", "/a", Some("*/c")),
            ("**", "", Some("**")),
            ("/[ab]", "", Some("[ab]")),
            ("a/b?c/d", "a", Some("b?c/d")),
            ("", "", None),
        ] {
            assert_eq!(split(pattern), (path.to_owned(), glob), "{pattern}");
        }
        for path in ["a/[id]", "a/(group)", "*", "!x", r"a\b", " a", "a/**/b]"] {
            assert_eq!(split(&literal(path)), (path.to_owned(), None));
        }
    }

    #[test]
    fn no_control_character_is_transferred() {
        assert_eq!(for_transfer("a\nb/\u{1b}\u{7f}\u{9b}"), "a?b/???");
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for pattern in ["a[", "[]", "[a-]", "[-a]", "[^]", "a\\", "[a\\"] {
            assert!(check(pattern).is_err(), "{pattern}");
        }
        for pattern in ["", "a", "**/x", "[a-z0-9]", r"\[", "{a", "a]"] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn no_pattern_is_too_large_or_too_deep() {
        let many = "{a,b}[c-d]*?**/".repeat(5_000);
        assert!(!chooses([&many], "a/b/c"));
        let open = "{a,".repeat(100_000);
        assert!(!chooses([format!("{open}*")], "a"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(pattern in r"[a-c/*?\[\]\\!^{},-]{0,12}", path in "[a-c/\\[\\]]{0,12}") {
            chooses([pattern], &path);
        }
    }
}
