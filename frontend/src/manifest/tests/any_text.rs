//! No text makes the parser panic, hang or forget.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::parse;
use crate::manifest::words::shown;
use crate::manifest::{Manifest, tables};

#[test]
fn neither_depth_nor_size_stops_the_parser() {
    let many = 200_000;
    for text in [
        format!("node = {}", "[".repeat(many)),
        format!("node = {}{}", "[".repeat(many), "]".repeat(many)),
        format!("node = {}", "{a=".repeat(many)),
        format!("{}a = 1", "a.".repeat(many)),
        format!("[{}a]", "a.".repeat(many)),
        "[[run]]\n".repeat(many / 2),
        "node = \"\n".repeat(many / 2),
        "=\n".repeat(many),
        (0..many / 4).fold(String::from("[run.env]\n"), |text, i| text + &format!("A{i}=1\n")),
        format!("{} = 1", "a".repeat(many * 4)),
        format!("[run]\ncommand = '{}'", "a ".repeat(many)),
    ] {
        let start = Instant::now();
        let result = parse(&text);
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} took {:?}",
            shown(&text),
            start.elapsed()
        );
        if let Err(errors) = result {
            assert!(errors.to_string().len() < 20_000, "{}", shown(&text));
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
