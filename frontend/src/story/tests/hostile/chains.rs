//! Files that lead from one to the next.

use super::*;

/// Returns the small workspace with this many configurations behind the service's, each named by the one before.
fn chain(length: usize, next: impl Fn(usize) -> String) -> Files {
    let mut files = with([("services/app/tsconfig.json", next(0))]);
    for n in 1..=length {
        let text = if n == length { "{}".to_owned() } else { next(n) };
        files.insert(format!("services/app/c/{n}/tsconfig.json"), text.into_bytes());
    }
    files
}

fn name(n: usize) -> String {
    match n {
        0 => "./c/1".to_owned(),
        n => format!("../{}", n + 1),
    }
}

#[tokio::test]
async fn a_chain_of_configurations_has_a_longest_length() {
    let extends = |n: usize| format!(r#"{{"extends": "{}/tsconfig.json"}}"#, name(n));
    let references = |n: usize| format!(r#"{{"references": [{{"path": "{}"}}]}}"#, name(n));
    for next in [&extends as &dyn Fn(usize) -> String, &references] {
        decided_of(chain(200, next)).await.unwrap();
        let told = refusal(chain(3_000, next)).await;
        assert_eq!(
            told,
            "services/app/c/200/tsconfig.json:1: more than 200 configurations of TypeScript follow from \
             services/app/tsconfig.json by `extends` and `references`, one from the other; have them extend a common one"
        );
    }
}

#[tokio::test]
async fn many_references_of_one_configuration_are_followed() {
    let references: Vec<Value> = (1..=1_000)
        .map(|n| json!({ "path": format!("./c/{n}") }))
        .collect();
    let mut files = with([(
        "services/app/tsconfig.json",
        json!({ "references": references }).to_string(),
    )]);
    for n in 1..=1_000 {
        files.insert(format!("services/app/c/{n}/tsconfig.json"), b"{}".to_vec());
    }
    decided_of(files).await.unwrap();
}

#[tokio::test]
async fn a_chain_of_tasks_is_followed() {
    let tasks = |count: usize| {
        let task = |n: usize| (format!("t{n}"), json!({ "dependsOn": [format!("t{}", n + 1)] }));
        let tasks: serde_json::Map<String, Value> = (0..count).map(task).collect();
        let mut tasks = json!({ "tasks": tasks });
        tasks["tasks"]["build"] = json!({ "dependsOn": ["t0"] });
        tasks.to_string()
    };
    let service = json!({
        "name": "@t/app",
        "scripts": { "build": "tsc", "t20000": "node generate.js", "start": "node dist/main.js" },
        "dependencies": { "@t/lib": "workspace:*" },
    });
    let files = [
        ("turbo.json", tasks(20_000)),
        ("services/app/package.json", service.to_string()),
    ];
    let (plan, _) = decided_of(with(files)).await.unwrap();
    let build = plan
        .runs()
        .find(|(step, _)| step.name == "[app] build @t/app")
        .unwrap();
    assert!(
        build.1.command[2].contains("pnpm run t20000"),
        "{:?}",
        build.1.command
    );
}
