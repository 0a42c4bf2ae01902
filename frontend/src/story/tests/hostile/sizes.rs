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
        "packages: ['services/*', 'shared/*', '{{{}}}']\n",
        many.trim_end_matches(',')
    );
    decided_of(with([("pnpm-workspace.yaml", yaml)])).await.unwrap();
}
