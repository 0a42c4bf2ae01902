use buildkit_proto::pb;

use super::Platform;

#[test]
fn parses_as_written_and_normalises() {
    // Given, how it is written again, how it is written in canonical form.
    let table = [
        ("linux/amd64", "linux/amd64", "linux/amd64"),
        ("Linux/x86_64", "linux/amd64", "linux/amd64"),
        ("linux/x86-64/v1", "linux/amd64", "linux/amd64"),
        ("linux/amd64/v3", "linux/amd64/v3", "linux/amd64/v3"),
        ("linux/arm64", "linux/arm64", "linux/arm64"),
        ("linux/aarch64", "linux/arm64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/8", "linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/9", "linux/arm64/v9", "linux/arm64/v9"),
        ("linux/arm64/v8.1", "linux/arm64/v8.1", "linux/arm64/v8.1"),
        ("linux/arm", "linux/arm", "linux/arm/v7"),
        ("linux/arm/7", "linux/arm/v7", "linux/arm/v7"),
        ("linux/arm/v6", "linux/arm/v6", "linux/arm/v6"),
        ("linux/arm/5", "linux/arm/v5", "linux/arm/v5"),
        ("linux/arm/8", "linux/arm/v8", "linux/arm/v8"),
        ("linux/armhf", "linux/arm", "linux/arm/v7"),
        ("linux/armel", "linux/arm/v6", "linux/arm/v6"),
        ("linux/i386", "linux/386", "linux/386"),
        ("linux/riscv64", "linux/riscv64", "linux/riscv64"),
        ("macos/arm64", "darwin/arm64", "darwin/arm64"),
        (
            "windows(10.0.17763)/amd64",
            "windows(10.0.17763)/amd64",
            "windows(10.0.17763)/amd64",
        ),
        ("amd64", "linux/amd64", "linux/amd64"),
        ("aarch64", "linux/arm64", "linux/arm64"),
        ("arm", "linux/arm", "linux/arm/v7"),
    ];
    for (given, written, canonical) in table {
        let platform: Platform = given.parse().unwrap();
        assert_eq!(platform.to_string(), written, "{given}");
        assert_eq!(platform.normalise().to_string(), canonical, "{given}");
        assert_eq!(platform.normalise().normalise(), platform.normalise(), "{given}");
        assert_eq!(Platform::parse(written).unwrap(), platform, "{given} comes back");
    }
}

#[test]
fn refuses_what_is_no_platform() {
    let table = [
        ("", "a part is empty"),
        ("linux", "\"linux\" alone is no known architecture"),
        ("linux/", "a part is empty"),
        ("/amd64", "a part is empty"),
        ("linux/amd64/", "a part is empty"),
        ("linux/arm/v7/x", "it has more than three parts"),
        ("linux/*", "it contains '*'"),
        ("lin ux/amd64", "it contains ' '"),
        ("linux,linux/amd64", "it contains ','"),
        ("windows(10/amd64", "the bracket is not closed"),
        ("windows()/amd64", "a part is empty"),
        ("windows(10+win32k)/amd64", "it contains '+'"),
        ("lïnux/amd64", "it contains 'ï'"),
    ];
    for (given, reason) in table {
        let error = Platform::parse(given).unwrap_err().to_string();
        let expected = format!(
            "{given:?} is not a platform: {reason}; write os/architecture[/variant], for example linux/arm64"
        );
        assert_eq!(error, expected);
    }
}

#[test]
fn the_wire_form_has_every_field() {
    let platform = Platform {
        os: "windows".to_owned(),
        architecture: "arm64".to_owned(),
        variant: "v8".to_owned(),
        os_version: "10".to_owned(),
    };
    let wire = pb::Platform {
        architecture: "arm64".to_owned(),
        os: "windows".to_owned(),
        variant: "v8".to_owned(),
        os_version: "10".to_owned(),
        os_features: Vec::new(),
    };
    assert_eq!(pb::Platform::from(&platform), wire);
    assert_eq!(Platform::from(&wire), platform);
}
