use super::fixture::Tree;
use super::*;

fn code(arguments: &[&str]) -> String {
    format!("{:?}", run(arguments.iter().map(OsString::from)))
}

#[test]
fn wrong_arguments_are_answered_with_the_usage() {
    let usage = format!("{:?}", ExitCode::from(2));
    for wrong in [
        &[][..],
        &["other"],
        &["measure"],
        &["measure", "report", "directory"],
        &["measure", "report", "=place"],
        &["packages", "facts", "base"],
        &["node", "image"],
        &["libraries", "image", "out", "base", "tree", "more"],
    ] {
        assert_eq!(code(wrong), usage, "{wrong:?}");
    }
}

#[test]
fn a_program_succeeds_or_fails() {
    let tree = Tree::new("run");
    tree.write("a/x", b"12345");
    let (report, pair) = (tree.at("report"), format!("{}=/app", tree.at("a").display()));
    let report = report.to_str().unwrap();
    assert_eq!(
        code(&["measure", report, &pair]),
        format!("{:?}", ExitCode::SUCCESS)
    );
    let written = std::fs::read_to_string(report).unwrap();
    assert_eq!(written, r#"{"total":5,"largest":[["/app",5]]}"#);
    let nowhere = format!("{}=/app", tree.at("b").display());
    assert_eq!(
        code(&["measure", report, &nowhere]),
        format!("{:?}", ExitCode::from(1))
    );
}

#[test]
fn a_failure_is_one_sentence() {
    let tree = Tree::new("failure");
    let arguments = ["node", tree.at("").to_str().unwrap(), "out"].map(OsString::from);
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    let failure = dispatch(&arguments, "/bin:/usr/bin").unwrap().unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the image has no program node in /bin:/usr/bin"
    );
}
