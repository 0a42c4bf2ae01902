//! What packages are developed with: the root's tools, and those of their own.

use super::*;

/// A service with a tool, and a root with another one: each brings along so many packages.
fn workspace(of_root: usize, of_service: usize) -> Files {
    let mut packages = String::new();
    let mut snapshots = String::new();
    let mut tool = |name: &str, count: usize| {
        packages += &format!("  {name}@1.0.0:\n    resolution: {{integrity: sha512-{name}}}\n");
        snapshots += &format!("  {name}@1.0.0:\n    dependencies:\n");
        for number in 0..count {
            snapshots += &format!("      {name}-{number}: 1.0.0\n");
        }
        for number in 0..count {
            packages +=
                &format!("  {name}-{number}@1.0.0:\n    resolution: {{integrity: sha512-{name}{number}}}\n");
            snapshots += &format!("  {name}-{number}@1.0.0: {{}}\n");
        }
    };
    tool("lint", of_root);
    tool("bundle", of_service);
    let importer = |directory: &str, name: &str| {
        format!(
            "  {directory}:\n    devDependencies:\n      {name}:\n        specifier: 1.0.0\n        version: 1.0.0\n"
        )
    };
    let lockfile = format!(
        "lockfileVersion: '9.0'\n\nimporters:\n{}{}\npackages:\n{packages}\nsnapshots:\n{snapshots}",
        importer(".", "lint"),
        importer("services/s", "bundle"),
    );
    let files = [
        ("pnpm-lock.yaml", lockfile.as_str()),
        ("pnpm-workspace.yaml", "packages: ['services/*']\n"),
        (
            "package.json",
            r#"{"packageManager":"pnpm@9.15.9","devDependencies":{"lint":"1.0.0"}}"#,
        ),
        (
            "services/s/package.json",
            r#"{"name":"s","scripts":{"build":"bundle","start":"node dist/main.js"},"devDependencies":{"bundle":"1.0.0"}}"#,
        ),
        ("services/s/service.toml", "# syntax=vextrus/frontend\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    files.into_iter().collect()
}

#[tokio::test]
async fn an_install_stands_on_that_of_the_root_where_most_of_its_tools_are_the_roots() {
    for (of_root, of_service, expected) in [
        (
            500,
            60,
            [
                "[s] install 501 packages for the root",
                "[s] install 562 packages",
            ],
        ),
        (
            60,
            500,
            ["[s] install 562 packages of tools", "[s] install 562 packages"],
        ),
    ] {
        let engine = engine(workspace(of_root, of_service));
        let plan = planned_for(engine, &request("s")).await.unwrap().2.plan;
        let steps = plan.steps.iter().map(|step| step.name.as_str());
        let is_install = |name: &&str| name.starts_with("[s] install ") && !name.contains("production");
        let steps = steps.filter(is_install).filter(|name| !name.contains(": "));
        assert_eq!(steps.collect::<Vec<_>>(), expected, "{of_root} {of_service}");
    }
}
