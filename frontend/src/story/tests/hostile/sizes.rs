//! Texts that are larger than anybody writes.

use super::*;

fn service(start: &str) -> String {
    let manifest = json!({
        "name": "@t/app",
        "scripts": { "build": "tsc", "start": start },
        "engines": { "node": format!(">=18 {}", " ".repeat(70_000)) },
        "dependencies": { "@t/lib": "workspace:*" },
    });
    manifest.to_string()
}

#[tokio::test]
async fn a_text_of_any_length_is_told() {
    let long = format!("node {} dist/main.js", "x".repeat(70_000));
    for start in [&long, &format!("{long} && {long}")] {
        let text = plan_text(with([("services/app/package.json", service(start))])).await;
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest < 3_000 && text.contains('…'), "{longest}");
    }
    let manifest = format!("[run]\ncommand = \"node {}\"\n", "x".repeat(70_000));
    let text = plan_text(with([("services/app/service.toml", manifest)])).await;
    assert!(text.lines().all(|line| line.chars().count() < 3_000));
}

#[tokio::test]
async fn patterns_of_projects_are_taken_or_told() {
    for (pattern, why) in [
        ("{a,b}".repeat(2000), "longer than"),
        ("{a,".repeat(2000), "longer than"),
        ("{a,".repeat(400) + &"b}".repeat(400), "deep"),
        ("[".to_owned(), "unclosed character class"),
    ] {
        let yaml = format!("# projects\npackages: ['services/*', '{pattern}']\n");
        let told = refusal(with([("pnpm-workspace.yaml", yaml)])).await;
        assert!(
            told.starts_with("pnpm-workspace.yaml:2: `packages` holds") && told.contains(why),
            "{told}"
        );
    }
    let many = "a/{b,c}*/**,".repeat(300);
    let yaml = format!(
        "packages: ['services/*', 'libs/*', '{{{}}}']\n",
        many.trim_end_matches(',')
    );
    decided_of(with([("pnpm-workspace.yaml", yaml)])).await.unwrap();
}

#[tokio::test]
async fn an_excerpt_is_as_long_as_somebody_reads() {
    let long = "x".repeat(1 << 20);
    let in_one_line =
        format!("{{\"name\": \"@t/app\", \"a\": \"{long}\", \"dependencies\": {{\"d\": 1, \"{long}\": 2}}}}");
    let cases = [
        ("services/app/package.json", in_one_line.clone(), "\"d\": 1"),
        (
            "services/app/package.json",
            in_one_line.replace("\"d\": 1", "\"d\": ?"),
            "\"d\": ?",
        ),
        (
            "services/app/service.toml",
            format!("kind = '{}'\n", &long[..100_000]),
            "kind = 'xxx",
        ),
        (
            "pnpm-workspace.yaml",
            format!("a: '{long}'\npackages: [{long}, [\n"),
            "xxx, [",
        ),
        (
            "pnpm-lock.yaml",
            format!("lockfileVersion: '9.0'\nimporters: {{a: '{long}', b: }}}}\n"),
            "b: }}",
        ),
    ];
    for (path, text, around) in cases {
        let failure = decided_of(with([(path, text)]))
            .await
            .map(|(plan, _)| plan)
            .unwrap_err();
        assert!(
            failure.to_string().len() < 2_000,
            "{path}: {}",
            failure.to_string().len()
        );
        let mistake = failure.diagnostics().unwrap().iter().next().unwrap();
        let shown = crate::subrequest::framed(mistake.place.as_ref().unwrap());
        assert!(
            shown.len() < 3_000 && shown.contains(around),
            "{path}: {} {shown:.2000}",
            shown.len()
        );
    }
}

#[tokio::test]
async fn a_mistake_at_the_end_of_a_large_file_fits_into_an_answer() {
    let lines = "# a line of many\n".repeat(1_500_000);
    let failure = decided_of(with([("pnpm-workspace.yaml", format!("{lines}packages: 1\n"))])).await;
    let failure = failure.map(|(plan, _)| plan).unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("pnpm-workspace.yaml:1500001: `packages` is 1"),
        "{failure}"
    );
    assert!(failure.wire_size() < 100_000, "{}", failure.wire_size());
}
