//! The example's other services: what each needs at run time is in its image.

use vextrus_e2e::{Engine, Workspace};

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
