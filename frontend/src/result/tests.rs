use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

/// What Docker Hub serves for a node image, shortened: Go's `null`s, a field nobody here knows.
const BASE: &str = r#"{
    "architecture": "arm64", "author": "someone", "created": "2026-01-02T03:04:05Z", "os": "linux", "variant": "v8",
    "config": {
        "Hostname": "", "User": "", "ExposedPorts": {"9000/tcp": {}, "80/tcp": {}}, "Entrypoint": ["docker-entrypoint.sh"],
        "Env": ["PATH=/usr/local/bin:/bin", "NODE_VERSION=22.1.0", "EMPTY=", "BARE"], "Cmd": ["node"], "Volumes": null,
        "WorkingDir": "", "OnBuild": null, "Labels": null, "ArgsEscaped": null, "Healthcheck": {"Test": ["CMD", "x"], "Interval": 5000000000}
    },
    "rootfs": {"type": "layers", "diff_ids": ["sha256:aa"]},
    "history": [{"created": "2026-01-02T03:04:05Z", "created_by": "COPY x", "comment": "buildkit", "empty_layer": true}],
    "moby.buildkit.cache.v0": "e30="
}"#;

fn value(config: &ImageConfig) -> Value {
    serde_json::from_slice(&config.to_json()).unwrap()
}

#[test]
fn a_base_image_is_read_and_written_without_loss() {
    let base = ImageConfig::parse(BASE.as_bytes()).unwrap();
    assert_eq!(base.config.exposed_ports.len(), 2);
    assert_eq!(base.config.healthcheck.as_ref().unwrap().interval, 5_000_000_000);

    let mut expected: Value = serde_json::from_str(BASE).unwrap();
    let config = expected["config"].as_object_mut().unwrap();
    for empty in [
        "User",
        "Volumes",
        "WorkingDir",
        "OnBuild",
        "Labels",
        "ArgsEscaped",
    ] {
        config.remove(empty);
    }
    assert_eq!(value(&base), expected);
}

#[test]
fn the_same_configuration_is_the_same_bytes() {
    let base = ImageConfig::parse(BASE.as_bytes()).unwrap();
    let again = ImageConfig::parse(&base.to_json()).unwrap();
    assert_eq!(again, base);
    assert_eq!(again.to_json(), base.to_json());
    let text = String::from_utf8(base.to_json()).unwrap();
    assert!(
        text.contains(r#""ExposedPorts":{"80/tcp":{},"9000/tcp":{}}"#),
        "{text}"
    );
}

#[test]
fn a_poor_configuration_is_read_and_a_wrong_one_is_not() {
    assert_eq!(ImageConfig::parse(b"{}").unwrap(), ImageConfig::default());
    assert_eq!(
        ImageConfig::parse(br#"{"config":null,"rootfs":null,"history":null}"#).unwrap(),
        ImageConfig::default()
    );
    for wrong in [
        "",
        "[]",
        r#"{"os": 3}"#,
        r#"{"config": {"Env": "PATH=/bin"}}"#,
        r#"{"config": {"ExposedPorts": ["80"]}}"#,
    ] {
        assert!(ImageConfig::parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn an_image_without_a_base_carries_what_the_exporter_needs_and_no_date() {
    let config = ImageConfig::scratch("linux", "arm", "v7");
    let expected = json!({
        "architecture": "arm", "os": "linux", "variant": "v7",
        "config": {}, "rootfs": {"type": "layers", "diff_ids": []},
    });
    assert_eq!(value(&config), expected);
}

#[test]
fn docker_extras_have_dockers_names() {
    let mut config = ImageConfig::scratch("linux", "amd64", "");
    config.config.healthcheck = Some(Healthcheck {
        test: vec!["CMD".to_owned(), "node".to_owned()],
        interval: 1,
        timeout: 2,
        start_period: 3,
        start_interval: 4,
        retries: 5,
    });
    config.config.stop_signal = "SIGTERM".to_owned();
    config.config.shell = vec!["/bin/sh".to_owned()];
    let expected = json!({
        "StopSignal": "SIGTERM",
        "Shell": ["/bin/sh"],
        "Healthcheck": {
            "Test": ["CMD", "node"], "Interval": 1, "Timeout": 2, "StartPeriod": 3, "StartInterval": 4, "Retries": 5,
        },
    });
    assert_eq!(value(&config)["config"], expected);
}

#[test]
fn the_environment_keeps_its_order() {
    let mut run = ImageConfig::parse(BASE.as_bytes()).unwrap().config;
    assert_eq!(run.env("NODE_VERSION"), Some("22.1.0"));
    assert_eq!(run.env("EMPTY"), Some(""));
    assert_eq!(run.env("BARE"), None);
    assert_eq!(run.env("NODE"), None, "a prefix of a name is not the name");

    run.set_env("NODE_VERSION", "24");
    run.set_env("BARE", "a=b");
    run.set_env("NODE", "x");
    assert_eq!(
        run.env,
        [
            "PATH=/usr/local/bin:/bin",
            "NODE_VERSION=24",
            "EMPTY=",
            "BARE=a=b",
            "NODE=x"
        ]
    );
    assert_eq!(run.env("BARE"), Some("a=b"));
}

#[test]
fn platform_ids_are_in_normal_form() {
    for (architecture, variant, id) in [
        ("amd64", "", "linux/amd64"),
        ("amd64", "v1", "linux/amd64"),
        ("amd64", "v3", "linux/amd64/v3"),
        ("arm64", "v8", "linux/arm64"),
        ("arm", "v7", "linux/arm/v7"),
    ] {
        assert_eq!(
            ImageConfig::scratch("linux", architecture, variant).platform_id(),
            id
        );
    }
}

#[test]
fn one_platform_has_the_bare_keys() {
    let config = ImageConfig::scratch("linux", "amd64", "");
    let metadata = single_platform(&config);
    assert_eq!(metadata["containerimage.config"], config.to_json());
    assert_eq!(
        metadata["refs.platforms"],
        br#"{"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}}]}"#
    );
    assert_eq!(metadata.len(), 2);
}

#[test]
fn several_platforms_have_a_configuration_each() {
    let arm = ImageConfig::scratch("linux", "arm", "v7");
    let arm64 = ImageConfig::scratch("linux", "arm64", "v8");
    let configs = BTreeMap::from([
        ("linux/arm/v7".to_owned(), arm.clone()),
        ("linux/arm64".to_owned(), arm64),
    ]);
    let metadata = multi_platform(&configs);
    assert_eq!(
        metadata.keys().collect::<Vec<_>>(),
        [
            "containerimage.config/linux/arm/v7",
            "containerimage.config/linux/arm64",
            "refs.platforms"
        ]
    );
    assert_eq!(metadata["containerimage.config/linux/arm/v7"], arm.to_json());
    let platforms: Value = serde_json::from_slice(&metadata["refs.platforms"]).unwrap();
    let expected = json!({ "Platforms": [
        {"ID": "linux/arm/v7", "Platform": {"architecture": "arm", "os": "linux", "variant": "v7"}},
        {"ID": "linux/arm64", "Platform": {"architecture": "arm64", "os": "linux"}},
    ]});
    assert_eq!(platforms, expected);
}

#[test]
fn an_epoch_is_a_date() {
    for (epoch, date) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_735_689_599, "2024-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(rfc3339(epoch).as_deref(), Some(date));
    }
    for beyond in [-1, 253_402_300_800, i64::MAX, i64::MIN] {
        assert_eq!(rfc3339(beyond), None);
    }
}
