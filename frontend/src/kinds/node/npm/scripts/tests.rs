use super::*;
use crate::diagnostic::SourceFile;

fn policy(allowed: &str, npmrc: &str) -> Policy {
    let root = format!("{{\"name\": \"w\", \"allowScripts\": {allowed}}}");
    let root = PackageJson::parse(&SourceFile::new("package.json", root)).unwrap();
    let npmrc = Npmrc::parse(&SourceFile::new(".npmrc", npmrc));
    Policy::read(Some(&root), Some(&npmrc))
}

#[test]
fn npm_12_runs_what_is_approved_and_older_ones_what_is_not_refused() {
    let policy = policy(
        r#"{"a": true, "b": false, "c@1.0.0 || 2.0.0": true, "d": true, "d@1.0.0": false, "e@^1": true}"#,
        "",
    );
    for (name, version, old, new) in [
        ("a", "1.0.0", Verdict::Run, Verdict::Run),
        ("b", "1.0.0", Verdict::Denied, Verdict::Denied),
        ("c", "2.0.0", Verdict::Run, Verdict::Run),
        ("c", "3.0.0", Verdict::Run, Verdict::Unreviewed),
        ("d", "1.0.0", Verdict::Denied, Verdict::Denied),
        ("d", "2.0.0", Verdict::Run, Verdict::Run),
        // Ranges approve nothing: they would let in what nobody has seen.
        ("e", "1.0.0", Verdict::Run, Verdict::Unreviewed),
        ("f", "1.0.0", Verdict::Run, Verdict::Unreviewed),
    ] {
        assert_eq!(policy.verdict(11, name, version), old, "{name}@{version}");
        assert_eq!(policy.verdict(12, name, version), new, "{name}@{version}");
    }
}

#[test]
fn npmrc_says_it_where_the_package_json_does_not() {
    let of_npmrc = "allow-scripts=@s/a, b@1.0.0\n";
    assert_eq!(policy("{}", of_npmrc).verdict(12, "@s/a", "1.0.0"), Verdict::Run);
    assert_eq!(
        policy("{}", of_npmrc).verdict(12, "b", "2.0.0"),
        Verdict::Unreviewed
    );
    assert_eq!(
        policy(r#"{"c": true}"#, of_npmrc).verdict(12, "@s/a", "1.0.0"),
        Verdict::Unreviewed
    );
    assert_eq!(
        policy("{}", "allow-scripts[]=a\n").verdict(12, "a", "1.0.0"),
        Verdict::Run
    );
    assert_eq!(
        policy("{}", "dangerously-allow-all-scripts=true\n").verdict(12, "a", "1.0.0"),
        Verdict::Run
    );
    assert_eq!(
        policy(r#"{"a": true}"#, "ignore-scripts=true\n").verdict(10, "a", "1.0.0"),
        Verdict::Denied
    );
    assert_eq!(
        policy("\"all\"", "").verdict(12, "a", "1.0.0"),
        Verdict::Unreviewed
    );
}
