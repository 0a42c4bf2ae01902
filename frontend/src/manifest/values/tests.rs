use std::time::Duration;

use super::*;

fn good<T: FromStr<Err = String>>(text: &str) -> T {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn the_examples_of_every_text_follow_its_grammar() {
    fn check<T: Text>() {
        assert!(!T::WRITE.is_empty() && !T::EXAMPLES.is_empty());
        T::EXAMPLES.iter().for_each(|text| drop(good::<T>(text)));
        assert!("\u{1}".parse::<T>().is_err() && " ".parse::<T>().is_err());
    }
    check::<Base>();
    check::<ByteSize>();
    check::<EnvName>();
    check::<LabelKey>();
    check::<NodeVersion>();
    check::<PackageName>();
    check::<Period>();
    check::<PnpmVersion>();
    check::<SecretId>();
    check::<SecretTarget>();
    check::<SshId>();
    check::<StopSignal>();
    check::<SystemPackage>();
    check::<TargetName>();
    check::<UrlPath>();
    WorkspacePath::EXAMPLES
        .iter()
        .for_each(|text| drop(good::<WorkspacePath>(text)));
    WritableDirectory::EXAMPLES
        .iter()
        .for_each(|text| drop(good::<WritableDirectory>(text)));
    check::<User>();
}

#[test]
fn periods() {
    let milliseconds = |text| good::<Period>(text).0.as_millis();
    assert_eq!(milliseconds("30s"), 30_000);
    assert_eq!(milliseconds("1m30s"), 90_000);
    assert_eq!(milliseconds("1h1m1s1ms"), 3_661_001);
    assert_eq!(milliseconds("0s"), 0);
    assert_eq!(good::<Period>("24h").0, Duration::from_secs(86_400));
    for text in [
        "",
        "s",
        "30",
        "30 s",
        "-1s",
        "1.5s",
        "1s1s",
        "1s1m",
        "99999999999999999999s",
        "9999999999h",
        "1d",
    ] {
        assert!(text.parse::<Period>().is_err(), "{text}");
    }
}

#[test]
fn sizes() {
    let bytes = |text| good::<ByteSize>(text).0;
    assert_eq!(bytes("500MB"), 500_000_000);
    assert_eq!(bytes("512MiB"), 512 << 20);
    assert_eq!(bytes("1.5 GB"), 1_500_000_000);
    assert_eq!(bytes("1.25KiB"), 1280);
    assert_eq!(bytes("1B"), 1);
    for text in [
        "",
        "MB",
        "500",
        "500mb",
        "-1MB",
        "1.MB",
        ".5MB",
        "1.2.3MB",
        "0MB",
        "1e3MB",
        "9999999999GB",
        "5TB",
    ] {
        assert!(text.parse::<ByteSize>().is_err(), "{text}");
    }
}

#[test]
fn image_references() {
    let digest = format!("sha256:{}", "a1".repeat(32));
    for text in [
        "node",
        "node:22-slim",
        "library/node",
        "localhost/node",
        "localhost:5000/node:22",
        "gcr.io/distroless/nodejs22-debian12:nonroot",
        "Registry.Example.com:443/a/b__c/d--e.f",
        "a:1",
        &format!("node@{digest}"),
        &format!("node:22@{digest}"),
    ] {
        assert_eq!(good::<ImageReference>(text).as_str(), text);
    }
    for text in [
        "",
        ":",
        "@",
        "/",
        "node:",
        "node@",
        "node:22:23",
        "Node",
        "a/B",
        "-a",
        "a-",
        "a..b",
        "a___b",
        "a//b",
        "a/",
        "/a",
        "a b",
        "node:-1",
        "ex ample.com/a",
        "a.b:x/c",
        "a.b:99999/c",
        "node@sha256:abc",
        "é",
        "a:é",
        &format!("node:{}", "a".repeat(129)),
        &"a".repeat(256),
    ] {
        assert!(text.parse::<ImageReference>().is_err(), "{text}");
    }
}

#[test]
fn bases() {
    assert_eq!(good::<Base>("distroless"), Base::Distroless);
    assert_eq!(good::<Base>("alpine:3.22"), Base::Image(good("alpine:3.22")));
    assert_eq!(good::<Base>("node"), Base::Image(good("node")));
    assert!("debain".parse::<Base>().unwrap_err().contains("`debian`"));
}

#[test]
fn versions() {
    assert_eq!(good::<NodeVersion>("v22.11.0").as_str(), "22.11.0");
    for text in [
        "",
        "v",
        "22.",
        "22.x",
        "1.2.3.4",
        "lts",
        "022",
        "22.11.0-rc.1",
        "-1",
    ] {
        assert!(text.parse::<NodeVersion>().is_err(), "{text}");
    }
    for text in ["9", "9.1", "9.1.x", "9.1.0-", "^9.1.0", "9.1.0-é", "9.1.0-a..b"] {
        assert!(text.parse::<PnpmVersion>().is_err(), "{text}");
    }
}

#[test]
fn paths() {
    assert_eq!(good::<WorkspacePath>("./a//b/./c/").as_str(), "a/b/c");
    assert_eq!(
        good::<WorkspacePath>("**/*.{proto,json}").as_str(),
        "**/*.{proto,json}"
    );
    assert_eq!(good::<WorkspacePath>("a..b").as_str(), "a..b");
    assert_eq!(good::<WritableDirectory>("./uploads/").as_str(), "uploads");
    assert_eq!(good::<WritableDirectory>("/var//cache/").as_str(), "/var/cache");
    assert_eq!(good::<WritableDirectory>(".").as_str(), ".");
    assert_eq!(good::<UrlPath>("/health?full=1").as_str(), "/health?full=1");
    for text in ["/..", "a/../..", "C:\\x", "a\nb"] {
        assert!(
            text.parse::<WorkspacePath>().is_err() && text.parse::<WritableDirectory>().is_err(),
            "{text}"
        );
    }
}

#[test]
fn users_and_signals() {
    assert_eq!(
        good::<User>("65532"),
        User {
            uid: 65532,
            gid: 65532
        }
    );
    assert_eq!(
        good::<User>("0:4294967294"),
        User {
            uid: 0,
            gid: u32::MAX - 1
        }
    );
    for text in ["", ":", "1:", ":1", "+1", "-1", "1:2:3", "4294967295", "root"] {
        assert!(text.parse::<User>().is_err(), "{text}");
    }
    for (text, name) in [
        ("SIGTERM", "SIGTERM"),
        ("int", "SIGINT"),
        ("15", "15"),
        ("SIGRTMIN+3", "SIGRTMIN+3"),
    ] {
        assert_eq!(good::<StopSignal>(text).as_str(), name);
    }
    for text in ["", "SIG", "0", "65", "SIGFOO", "SIGRTMIN+31"] {
        assert!(text.parse::<StopSignal>().is_err(), "{text}");
    }
}
