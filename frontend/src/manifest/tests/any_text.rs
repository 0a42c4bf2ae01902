//! No text makes the parser panic, hang or forget.

use proptest::prelude::*;

use super::parse;
use crate::diagnostic::MOST;
use crate::manifest::words::shown;
use crate::manifest::{Manifest, tables};

/// What a text gives: this many keys with a place, or this many mistakes, the last of which says this.
enum Gives {
    Keys(usize),
    Mistakes(usize, &'static str),
}
use Gives::{Keys, Mistakes};

/// What takes time is bounded by counts: of many mistakes a few are told, and a text is shown cut short. One that never
/// ends is seen by whoever runs the tests.
#[test]
fn neither_depth_nor_size_stops_the_parser() {
    let many = 200_000;
    let told = MOST;
    let too_deep = "recursion";
    let lines = |count: usize, value: &str| {
        (0..count).fold(String::from("[run.env]\n"), |text, i| {
            text + &format!("A{i}={value}\n")
        })
    };
    for (text, gives) in [
        (lines(2_000, "1"), Mistakes(2_000, "and 1950 more mistakes")),
        (format!("node = {}", "[".repeat(many)), Mistakes(1, too_deep)),
        (
            format!("node = {}{}", "[".repeat(many), "]".repeat(many)),
            Mistakes(1, too_deep),
        ),
        (format!("node = {}", "{a=".repeat(many)), Mistakes(1, too_deep)),
        (format!("{}a = 1", "a.".repeat(many)), Mistakes(1, too_deep)),
        (format!("[{}a]", "a.".repeat(many)), Mistakes(1, too_deep)),
        ("[[run]]\n".repeat(many / 2), Mistakes(1, "`run` is a list")),
        (
            "node = \"\n".repeat(many / 2),
            Mistakes(told, "invalid basic string"),
        ),
        ("=\n".repeat(many), Mistakes(told, "keys cannot be empty")),
        (
            lines(many / 4, "1"),
            Mistakes(many / 4, "and 49950 more mistakes"),
        ),
        (lines(many / 4, "''"), Keys(many / 4 + 2)),
        (
            format!("{} = 1", "a".repeat(many * 4)),
            Mistakes(1, "the keys here are"),
        ),
        (format!("[run]\ncommand = '{}'", "a ".repeat(many)), Keys(2)),
    ] {
        match (parse(&text), gives) {
            (Ok(manifest), Keys(keys)) => assert_eq!(manifest.places.len(), keys, "{}", shown(&text)),
            (Err(errors), Mistakes(mistakes, words)) => {
                assert_eq!(errors.iter().count(), mistakes, "{errors}");
                assert!(errors.to_string().lines().count() <= told + 1, "{errors}");
                assert!(errors.iter().all(|error| error.message.len() < 200), "{errors}");
                assert!(errors.to_string().contains(words), "{errors}");
            }
            (result, _) => panic!(
                "{}: {:?}",
                shown(&text),
                result.map(|manifest| manifest.places.len())
            ),
        }
    }
}

/// A text made of the pieces of manifests, so that most of them get past the TOML parser.
fn pieces() -> impl Strategy<Value = String> {
    let keys = tables::all()
        .into_iter()
        .flat_map(|(_, keys, _)| keys.iter().copied());
    let keys: Vec<&str> = keys.chain(["target.a", "b", "id"]).collect();
    let values = [
        "1",
        "-1",
        "0",
        "99999999999999999999",
        "1.5",
        "true",
        "false",
        "''",
        "'a'",
        "'30s'",
        "'9.9.9é'",
        "[]",
        "[1, 'a']",
        "{}",
        "{ id = 'a' }",
        "{ path = '/' }",
        "1979-05-27",
        "\"\\u0000\"",
        "'1:1'",
        "'@/'",
        "':'",
    ];
    let line = prop_oneof![
        (
            prop::sample::select(keys.clone()),
            prop::sample::select(values.to_vec())
        )
            .prop_map(|(key, value)| format!("{key} = {value}\n")),
        prop::sample::select(vec![
            "[build]\n",
            "[run]\n",
            "[run.healthcheck]\n",
            "[target.x]\n",
            "[image]\n"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>()) {
        if let Ok(file) = Manifest::decode("a.toml", &bytes) {
            let _ = Manifest::parse(&file);
        }
    }

    #[test]
    fn no_value_makes_it_panic(value in any::<String>(), text in pieces()) {
        let quoted = serde_json::to_string(&value).unwrap();
        for (_, keys, _) in tables::all() {
            for key in keys {
                let _ = parse(&format!("{key} = {quoted}\nrun.{key} = {quoted}\nbuild.{key} = [{quoted}]"));
            }
        }
        if let Ok(manifest) = parse(&text) {
            let merged = manifest.clone().with_defaults(manifest.clone());
            prop_assert_eq!((merged.keys, merged.places), (manifest.keys, manifest.places));
        }
    }
}
