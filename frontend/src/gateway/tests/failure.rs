use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::*;
use crate::diagnostic::Diagnostics;

fn mistakes(list: Vec<Diagnostic>) -> Failure {
    Diagnostics::check(list).unwrap_err().into()
}

/// The sources of a failure as buildx prints them, the last first: file, text, first and last line.
fn sources(failure: &Failure) -> Vec<(String, String, u64, u64)> {
    let source = |any: &Any| {
        assert_eq!(any.type_url, "github.com/moby/buildkit/errdefs.Source+json");
        let value: Value = serde_json::from_slice(&any.value).unwrap();
        let text = BASE64.decode(value["info"]["data"].as_str().unwrap()).unwrap();
        assert_eq!(value["ranges"].as_array().unwrap().len(), 1);
        let line = |end: &str| value["ranges"][0][end]["line"].as_u64().unwrap();
        (
            value["info"]["filename"].as_str().unwrap().to_owned(),
            String::from_utf8(text).unwrap(),
            line("start"),
            line("end"),
        )
    };
    failure.to_status().details.iter().rev().map(source).collect()
}

#[test]
fn a_mistake_is_its_message_and_its_excerpt() {
    let file = SourceFile::new("service.toml", "kind = \"nodejs\"\n");
    let failure = mistakes(vec![
        Diagnostic::new("write \"node\"").at(Place::of_line(&file, 1)),
    ]);
    let status = failure.to_status();
    assert_eq!(status.message, "service.toml:1: write \"node\"");
    // Any other code is printed in front of the message.
    assert_eq!(status.code, Code::Unknown as i32);
    assert_eq!(
        sources(&failure),
        [("service.toml".to_owned(), file.text.clone(), 1, 1)]
    );
}

#[test]
fn several_mistakes_are_told_together_each_place_once() {
    let file = SourceFile::new("service.toml", "a\nb\nc\n");
    let failure = mistakes(vec![
        Diagnostic::new("first").at(Place::of_line(&file, 3)),
        Diagnostic::new("second").at(Place::of_line(&file, 1)),
        Diagnostic::new("nowhere"),
        Diagnostic::new("third").at(Place::of_line(&file, 3)),
    ]);
    let status = failure.to_status();
    assert_eq!(
        status.message,
        "4 mistakes:\nservice.toml:3: first\nservice.toml:1: second\nnowhere\nservice.toml:3: third"
    );
    let lines: Vec<u64> = sources(&failure).into_iter().map(|source| source.2).collect();
    assert_eq!(lines, [3, 1]);
    assert_eq!(failure.diagnostics().unwrap().iter().count(), 4);
}

#[test]
fn excerpts_stay_small_whatever_the_files() {
    let line = |n: usize| format!("line {n} of a long file\n");
    let file = SourceFile::new("pnpm-lock.yaml", (1..=60_000).map(line).collect::<String>());
    let all: Vec<_> = (1..=40)
        .map(|n| Diagnostic::new("x").at(Place::of_line(&file, n * 1_500)))
        .collect();
    let failure = mistakes(all);
    let shown = sources(&failure);
    assert_eq!(shown.len(), 10);
    for (_, text, first, _) in shown {
        let lines: Vec<&str> = text.split('\n').collect();
        let first = usize::try_from(first).unwrap();
        for near in first - 4..=first + 4 {
            assert_eq!(lines[near - 1], format!("line {near} of a long file"));
        }
        assert_eq!(lines[first - 20], "");
        assert!(lines.len() < first + 20);
    }

    let whole = Place {
        file: Arc::clone(&file),
        first_line: 1,
        last_line: 60_000,
        column: 0,
    };
    assert!(
        mistakes(vec![Diagnostic::new("x").at(whole)])
            .to_status()
            .encoded_len()
            < 4_096
    );
    let beyond = Place {
        file,
        first_line: u32::MAX,
        last_line: u32::MAX,
        column: 0,
    };
    assert_eq!(sources(&mistakes(vec![Diagnostic::new("x").at(beyond)])).len(), 1);
}

#[test]
fn the_daemons_failure_is_kept_and_can_be_pointed_at_a_line() {
    let (status, whole) = failed_step();
    let failure = Failure::from(status);
    assert_eq!(failure.to_string(), whole.message);
    assert_eq!(failure.diagnostics(), None);
    assert_eq!(failure.to_status(), whole);

    let file = SourceFile::new("service.toml", "base = \"nde:22\"\n");
    let pointed = failure.at(Place::of_line(&file, 1)).to_status();
    assert_eq!(pointed.message, whole.message);
    assert_eq!(pointed.details[..2], whole.details[..]);
    assert!(pointed.details[2].type_url.ends_with("errdefs.Source+json"));
}

#[test]
fn a_status_without_readable_details_is_its_code_and_message() {
    for details in [&b""[..], b"\xff\xff"] {
        let status = Status::with_details(Code::NotFound, "no image", details.to_vec().into());
        let sent = Failure::from(status).to_status();
        assert_eq!(
            (sent.code, sent.message.as_str()),
            (Code::NotFound as i32, "no image")
        );
    }
    // The daemon takes a zero code for success.
    assert_ne!(Failure::from(Status::ok("?")).to_status().code, 0);
}

#[test]
fn an_unknown_subrequest_is_named_for_the_client() {
    let status = Failure::unknown_subrequest("frontend.x").to_status();
    assert_eq!(status.code, Code::Unimplemented as i32);
    assert_eq!(
        status.details[0].type_url,
        "github.com/moby/buildkit/errdefs.Subrequest+json"
    );
    let name: Value = serde_json::from_slice(&status.details[0].value).unwrap();
    assert_eq!(name, json!({ "name": "frontend.x" }));
}

#[test]
fn a_place_that_is_known_better_stands_alone() {
    let (_, mut whole) = failed_step();
    let others = whole.details.len();
    whole.details.push(Any {
        type_url: "github.com/moby/buildkit/errdefs.Source+json".to_owned(),
        value: b"{}".to_vec(),
    });
    let status = Status::with_details(Code::Unknown, &whole.message, whole.encode_to_vec().into());
    let file = SourceFile::new("package.json", "{\n  \"x\": 1\n}\n");
    let before = Failure::from(status).at(Place::of_line(&file, 1));
    let pointed = before
        .saying("it failed at x")
        .only_at(Place::of_line(&file, 2))
        .to_status();
    assert_eq!(pointed.message, "it failed at x");
    let is_source = |detail: &&Any| detail.type_url.ends_with("errdefs.Source+json");
    let places: Vec<&Any> = pointed.details.iter().filter(is_source).collect();
    assert_eq!(places.len(), 1);
    let place: Value = serde_json::from_slice(&places[0].value).unwrap();
    assert_eq!(
        (
            place["info"]["filename"].as_str(),
            &place["ranges"][0]["start"]["line"]
        ),
        (Some("package.json"), &json!(2))
    );
    assert_eq!(pointed.details.len(), others + 1);
}
