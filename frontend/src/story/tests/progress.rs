//! What the progress display shows of a build: a line for each step that takes its time, in the user's words.

use super::*;

/// Returns the lines in the order of the graph: groups by their name, and what is in none.
///
/// A group of weak members alone has no line. Source: moby/buildkit, `util/progress/progressui/display.go`.
fn lines(definition: &Definition) -> Vec<String> {
    let mut lines = Vec::new();
    for metadata in definition.vertices().filter_map(|vertex| vertex.metadata) {
        let line = match &metadata.progress_group {
            Some(group) if group.weak => continue,
            Some(group) => &group.name,
            None => &metadata.description["llb.customname"],
        };
        if !lines.contains(line) {
            lines.push(line.clone());
        }
    }
    lines
}

#[tokio::test]
async fn a_build_has_a_line_for_each_step_that_takes_its_time() {
    insta::assert_snapshot!(lines(&built(example(), "auth").await.image()).join("\n"));
}

#[tokio::test]
async fn lines_of_several_platforms_name_the_one_that_they_run_on() {
    let options = Options {
        platforms: ["linux/amd64", "linux/arm64"]
            .map(|text| Platform::parse(text).unwrap())
            .to_vec(),
        ..request("auth")
    };
    let built = run(engine(example()), options).await.unwrap();
    insta::assert_snapshot!(lines(&built.image()).join("\n"));
}

#[tokio::test]
async fn every_weak_member_belongs_to_a_line() {
    for service in SERVICES {
        let graph = built(example(), service).await.image();
        let groups = |weak: bool| -> BTreeSet<String> {
            let metadata = graph.vertices().filter_map(|vertex| vertex.metadata);
            let groups = metadata.filter_map(|metadata| metadata.progress_group.as_ref());
            groups
                .filter(|group| group.weak == weak)
                .map(|group| group.id.clone())
                .collect()
        };
        let hidden: Vec<String> = groups(true).difference(&groups(false)).cloned().collect();
        // What the frontend writes by itself is its own business.
        assert_eq!(hidden, [format!("[{service}] written files")]);
    }
}
