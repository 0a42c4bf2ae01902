//! The example's other services: what each needs at run time is in its image.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vextrus_e2e::{Container, Engine, Image, Workspace};

/// Every service with its port, and what it misses here, where there are no databases and brokers.
const SERVICES: [(&str, u16, &[&str]); 14] = [
    ("api-gateway", 3001, &[]),
    ("auth", 3002, &[]),
    ("file-storage", 3003, &[]),
    ("notification", 3004, &[]),
    ("master-data", 3005, &["cache", "database"]),
    ("workflow", 3006, &["temporal"]),
    ("rules-engine", 3007, &[]),
    ("audit", 3008, &["database", "events"]),
    ("scheduler", 3009, &["queue"]),
    ("organization", 3010, &["cache", "database"]),
    ("document-generator", 3011, &["browser"]),
    ("configuration", 3012, &["cache", "database"]),
    ("import-export", 3013, &[]),
    ("finance", 3014, &["database", "events"]),
];

/// All of them are built in one bake, run locked down, live without what they use, say what that is, and do what
/// their heavy dependencies are for.
#[test]
fn every_service_lives_without_its_databases() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let (images, _) = engine.bake(&erp, &SERVICES.map(|(service, _, _)| service));
    for (service, port, missing) in SERVICES {
        let url = format!("http://127.0.0.1:{port}");
        let container = started(&images, service).answering(&format!("{url}/health/live"));
        let ready = container.get(&format!("{url}/health/ready"));
        let status = if missing.is_empty() { 200 } else { 503 };
        assert_eq!(ready.status, status, "{service}: {}", ready.text());
        let checks: Vec<String> = down(&ready.json()["checks"]);
        assert_eq!(checks, missing, "{service}");
        does_its_work(service, &url, &container);
        // It stops when it is asked to, with its connections still being looked for.
        let (_, code) = container.stop();
        assert_ne!(code, 137, "{service} had to be killed:\n{}", container.logs());
    }
}

fn started(images: &BTreeMap<String, Image>, service: &str) -> Container {
    let container = images[service].container();
    match service {
        "file-storage" => container.volume("/app/services/file-storage/uploads"),
        _ => container,
    }
}

/// Returns the checks that failed.
fn down(checks: &Value) -> Vec<String> {
    let checks = checks.as_object().unwrap().iter();
    let down = checks.filter(|(_, status)| *status == "down");
    down.map(|(name, _)| name.clone()).collect()
}

/// Asks for something that a service has its dependencies for.
fn does_its_work(service: &str, url: &str, container: &Container) {
    let get = |path: &str| container.get(&format!("{url}{path}"));
    let graph = |query: &str| {
        let answer = container.post(&format!("{url}/graphql"), &json!({ "query": query }));
        answer.json()["data"].clone()
    };
    match service {
        // Composed of two subgraphs' schemas, though neither is there: the one that knows companies is asked first.
        "api-gateway" => {
            let query = json!({ "query": "{ companies { name invoices { number } } }" });
            let answer = container.post(&format!("{url}/graphql"), &query);
            assert!(
                answer.text().contains("localhost:3010/graphql"),
                "{}",
                answer.text()
            );
        }
        "auth" => assert!(get("/auth/hash?value=x").text().contains("$2")),
        "file-storage" => assert!(get("/thumbnail").body.starts_with(b"\x89PNG")),
        "notification" => assert!(get("/messages/welcome?recipient=Ada").text().contains("Ada")),
        "master-data" => assert_eq!(
            graph("{ convert(quantity: 2, from: \"t\", to: \"kg\") }"),
            json!({ "convert": 2000 })
        ),
        // The native bridge is loaded, and its worker looks for Temporal; the workflows were bundled by the build.
        "workflow" => {
            assert_eq!(get("/approvals/worker").json()["state"], "CONNECTING");
            assert!(container.exec(&["test", "-s", "dist/workflows.bundle.js"]).0);
        }
        "rules-engine" => {
            let verdicts = get("/rules/evaluate?kind=subcontract&amount=30000&budget=1&quotes=1");
            assert_eq!(verdicts.json()[0]["rule"], "three quotes", "{}", verdicts.text());
            assert_eq!(get("/docs-json").json()["info"]["title"], "Rules");
        }
        "audit" => {
            let verified = container.post(&format!("{url}/audit/verify"), &json!([]));
            assert_eq!(verified.json()["intact"], true, "{}", verified.text());
            assert_eq!(get("/audit?subject=x").status, 503);
        }
        "scheduler" => assert_eq!(get("/jobs").json()[2]["name"], "month-end"),
        "organization" => assert_eq!(graph("{ currencies }")["currencies"][1], "EUR"),
        "document-generator" => {
            assert!(get("/documents/sample.pdf").body.starts_with(b"%PDF"));
            assert_eq!(get("/documents/browser").json()["browser"], "chrome");
        }
        "configuration" => assert_eq!(get("/settings").json()["locale.language"], "en"),
        "import-export" => assert!(get("/price-lists/sample.xlsx").body.starts_with(b"PK")),
        "finance" => {
            let forecast = get("/cash-flow/forecast?values=10,20,30,40&months=2");
            assert_eq!(
                forecast.json(),
                json!({ "backend": "wasm", "forecast": [50, 60] }),
                "{}",
                forecast.text()
            );
            let chart = get("/cash-flow/chart.png?values=3,5,4");
            assert!(chart.body.starts_with(b"\x89PNG"), "{}", chart.text());
        }
        _ => panic!("{service} is not asked for anything"),
    }
}

#[test]
fn the_gateway_answers_for_services_behind_it() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let gateway = engine.build(&erp).service("api-gateway").run().image;
    assert_eq!(
        gateway.inspect()["Config"]["ExposedPorts"],
        serde_json::json!({ "3001/tcp": {} })
    );

    let container = gateway.container().healthy();
    assert_eq!(container.get("http://127.0.0.1:3001/health/live").status, 200);
    // Nobody is behind it here, and it says so of each.
    let status = container.get("http://127.0.0.1:3001/status").json();
    assert_eq!(
        status,
        serde_json::json!({ "auth": "down", "files": "down", "notifications": "down" })
    );
}

#[test]
fn the_file_storage_draws_and_keeps_pictures() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let storage = engine.build(&erp).service("file-storage").run().image;

    let container = storage
        .container()
        .volume("/app/services/file-storage/uploads")
        .healthy();
    let picture = container.get("http://127.0.0.1:3003/thumbnail?size=32");
    assert_eq!(
        (picture.status, picture.content_type.as_str()),
        (200, "image/png"),
        "{}",
        picture.text()
    );
    assert!(picture.body.starts_with(b"\x89PNG"), "{}", picture.text());

    // The directory is the user's, and the volume on it too.
    let saved = container.request("PUT", "http://127.0.0.1:3003/thumbnail/site-plan");
    assert_eq!(saved.status, 200, "{}\n{}", saved.text(), container.logs());
    let loaded = container.get("http://127.0.0.1:3003/thumbnail/site-plan");
    assert!(loaded.body.starts_with(b"\x89PNG"), "{}", loaded.text());
    let (_, owner) = container.exec(&["node", "-p", "require('fs').statSync('uploads').uid"]);
    assert_eq!(owner.trim(), "1001");
}

#[test]
fn the_notifications_have_their_templates_and_settings() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let notification = engine.build(&erp).service("notification").run().image;
    let config = notification.inspect()["Config"].clone();
    assert_eq!(
        config["Labels"]["org.opencontainers.image.title"],
        "ERP notification service"
    );
    assert_eq!(config["Healthcheck"]["Interval"], 15_000_000_000_u64);

    let container = notification.container().healthy();
    let message = container.get("http://127.0.0.1:3004/messages/welcome?recipient=Ada");
    assert_eq!(message.status, 200, "{}\n{}", message.text(), container.logs());
    // The query, the manifest's environment, and the template that the build copied.
    for part in ["Ada", "Example Construction Ltd"] {
        assert!(
            message.text().contains(part),
            "{part} is not in {}",
            message.text()
        );
    }
}
