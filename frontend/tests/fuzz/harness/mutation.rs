//! Changes to a text that leave most of it as it is, so that what reads it gets further than its first line.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::Index;

/// Bytes that an input is made of; shown with what cannot be seen.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    /// Another byte in the place of one.
    Byte(Index, u8),
    /// The end is not there, as of a file that is still being written.
    End(Index),
    /// A part is not there.
    Cut(Index, Index),
    /// A part is there twice, the second time somewhere else.
    Copy(Index, Index, Index),
    /// A line is not there.
    Line(Index),
    /// Two lines have changed places.
    Swap(Index, Index),
    /// Another number in the place of one.
    Number(Index, &'static str),
    /// Something that means something to the one or other format.
    Token(Index, &'static str),
    /// The same in the place of a word.
    Word(Index, &'static str),
    /// Something that opens, many times over.
    Nest(Index, &'static str, u16),
}

/// The deepest nesting, so that a run stays fast.
const DEEPEST: u16 = 400;

const NUMBERS: [&str; 9] = [
    "0",
    "-1",
    "1.5",
    "1e999",
    "00012",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "0x10",
];

const TOKENS: [&str; 60] = [
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    " ",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "\u{1F600}",
    "{}",
    "[]",
    "\"\"",
    "''",
    ":",
    ": ",
    "- ",
    "---\n",
    "...\n",
    "? ",
    "# ",
    "&a ",
    "*a",
    "!!str ",
    "|-\n",
    ">\n",
    "<<: *a\n",
    "null",
    "~",
    "true",
    "NaN",
    "..",
    "../",
    "/",
    "//",
    "\\",
    "*",
    "**",
    "!",
    "@",
    "$",
    "${X}",
    "$(x)",
    "`",
    ",",
    "=",
    "(",
    ")",
    "(a@1)",
    "link:..",
    "link:/etc",
    "file:../..",
    "file:/etc",
    "workspace:*",
    "npm:a@1",
    "catalog:",
    "__proto__",
];

const OPENING: [&str; 9] = ["[", "{", "(", "{\"a\":", "[[", "{a=", "- ", "a.", "${"];

/// Returns texts that are some given ones with a few changes, and now and then none of them.
pub(crate) fn mutated(texts: Vec<Vec<u8>>) -> impl Strategy<Value = Bytes> {
    let changed = (
        prop::sample::select(texts),
        prop::collection::vec(mutation(), 0..6),
    );
    let changed = changed.prop_map(|(text, mutations)| Bytes(apply_all(text, &mutations)));
    prop_oneof![
        12 => changed,
        1 => any::<String>().prop_map(|text| Bytes(text.into_bytes())),
        1 => any::<Vec<u8>>().prop_map(Bytes),
    ]
}

/// Returns changes.
pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    let token = || prop::sample::select(&TOKENS[..]);
    prop_oneof![
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        1 => at().prop_map(Mutation::End),
        1 => (at(), at()).prop_map(|(from, to)| Mutation::Cut(from, to)),
        1 => (at(), at(), at()).prop_map(|(from, to, at)| Mutation::Copy(from, to, at)),
        1 => at().prop_map(Mutation::Line),
        1 => (at(), at()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        1 => (at(), prop::sample::select(&NUMBERS[..])).prop_map(|(at, number)| Mutation::Number(at, number)),
        1 => (at(), token()).prop_map(|(at, token)| Mutation::Token(at, token)),
        2 => (at(), token()).prop_map(|(at, token)| Mutation::Word(at, token)),
        1 => (at(), prop::sample::select(&OPENING[..]), 1..DEEPEST)
            .prop_map(|(at, opening, times)| Mutation::Nest(at, opening, times)),
    ]
}

/// Makes changes one after the other.
pub(crate) fn apply_all(text: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    mutations.iter().fold(text, |text, mutation| mutation.apply(text))
}

impl Mutation {
    fn apply(&self, mut text: Vec<u8>) -> Vec<u8> {
        let within = |at: &Index, text: &[u8]| at.index(text.len() + 1);
        match self {
            Self::Byte(at, byte) => {
                if !text.is_empty() {
                    let at = at.index(text.len());
                    text[at] = *byte;
                }
            }
            Self::End(at) => text.truncate(within(at, &text)),
            Self::Cut(from, to) => {
                drop(text.drain(part(from, to, text.len())));
            }
            Self::Copy(from, to, at) => {
                let copied = text[part(from, to, text.len())].to_vec();
                put(&mut text, at, &copied);
            }
            Self::Line(at) => {
                let mut lines = lines(&text);
                if !lines.is_empty() {
                    lines.remove(at.index(lines.len()));
                }
                return lines.concat();
            }
            Self::Swap(one, other) => {
                let mut lines = lines(&text);
                if !lines.is_empty() {
                    let count = lines.len();
                    lines.swap(one.index(count), other.index(count));
                }
                return lines.concat();
            }
            Self::Number(at, number) => replace(&mut text, at, u8::is_ascii_digit, number),
            Self::Token(at, token) => put(&mut text, at, token.as_bytes()),
            Self::Word(at, token) => replace(&mut text, at, u8::is_ascii_alphanumeric, token),
            Self::Nest(at, opening, times) => {
                put(&mut text, at, opening.repeat(usize::from(*times)).as_bytes());
            }
        }
        text
    }
}

fn part(from: &Index, to: &Index, length: usize) -> std::ops::Range<usize> {
    let (from, to) = (from.index(length + 1), to.index(length + 1));
    from.min(to)..from.max(to)
}

fn put(text: &mut Vec<u8>, at: &Index, what: &[u8]) {
    let at = at.index(text.len() + 1);
    text.splice(at..at, what.iter().copied());
}

fn lines(text: &[u8]) -> Vec<Vec<u8>> {
    text.split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Puts something in the place of one of the runs of such bytes.
fn replace(text: &mut Vec<u8>, at: &Index, is_of: fn(&u8) -> bool, what: &str) {
    let mut runs = Vec::new();
    let mut start = None;
    for (i, byte) in text.iter().chain([&b' ']).enumerate() {
        match (start, is_of(byte)) {
            (None, true) => start = Some(i),
            (Some(from), false) => {
                runs.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    if !runs.is_empty() {
        let run = runs.swap_remove(at.index(runs.len()));
        text.splice(run, what.bytes());
    }
}
