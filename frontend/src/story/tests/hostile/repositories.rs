//! Dependencies that come from repositories: their own scripts build them, which is code of others.

use super::integrity::entry;
use super::*;
use crate::story::tests::boundary;

/// Returns the commands of the steps of a build with such a dependency, after the boundary was looked at.
async fn commands(version: &str, resolution: &str) -> Vec<String> {
    let built = run(engine(entry(version, resolution)), request("app"))
        .await
        .unwrap();
    let mut commands = Vec::new();
    for definition in &built.solves {
        let _ = boundary::check(definition, resolution);
        let graph = Definition::of(&Output::from_proto(definition).unwrap()).unwrap();
        for vertex in graph.vertices() {
            if let Some(Op::Exec(exec)) = &vertex.op.op {
                commands.push(exec.meta.as_ref().unwrap().args.join(" "));
            }
        }
    }
    commands
}

#[tokio::test]
async fn they_are_prepared_apart_from_what_downloads_them() {
    const HEAD: &str = "a123456789012345678901234567890123456789";
    let archive = format!("https://codeload.github.com/a/x/tar.gz/{HEAD}");
    let clone = format!("git+https://example.com/x.git#{HEAD}");
    let elsewhere = format!("https://git.example.com/a/x/archive/{HEAD}.tar.gz");
    let cases = [
        (&archive, format!("{{tarball: {archive}}}"), false),
        (
            &elsewhere,
            format!("{{tarball: {elsewhere}, gitHosted: true}}"),
            false,
        ),
        (
            &clone,
            format!("{{commit: {HEAD}, repo: https://example.com/x.git, type: git}}"),
            true,
        ),
    ];
    for (version, resolution, clones) in cases {
        let commands = commands(version, &resolution).await;
        let having = |part: &str| commands.iter().filter(|command| command.contains(part)).count();
        assert!(
            having("node /vextrus/prepare.cjs /app x -- pnpm install ") > 0,
            "{resolution}: {commands:#?}"
        );
        assert_eq!(having(" git") > 0, clones, "{resolution}: {commands:#?}");
    }
    let plain = commands("1.0.0", "{integrity: sha512-x}").await;
    assert!(
        !plain.iter().any(|command| command.contains("prepare.cjs")),
        "{plain:#?}"
    );
}
