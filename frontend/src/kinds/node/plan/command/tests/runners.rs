//! What runs a command that stands behind it: shells, package managers, and programs that set something first.

use super::*;

#[test]
fn a_script_that_a_shell_is_given_is_read_as_any_other() {
    let preload = "exec node --require /usr/lib/vextrus/init.cjs dist/main.js";
    for (script, expected) in [
        ("sh -c 'node dist/main.js'", "node dist/main.js"),
        ("bash -lc \"next start\"", "node_modules/.bin/next start +next"),
        (
            "sh -c 'prisma migrate deploy && node dist/main.js'",
            &format!("sh -c 'prisma migrate deploy && {preload}'"),
        ),
        (
            "/bin/ash -ec 'nest build && prisma migrate deploy && pnpm serve'",
            &format!(
                "/bin/ash -ec 'prisma migrate deploy && {}'",
                preload.replace("main", "server")
            ),
        ),
    ] {
        let read = read(script).unwrap_or_default();
        assert!(read.starts_with(expected), "{script}: {read}");
    }
    for script in [
        "sh -c 'tsc --watch'",
        "bash -c 'npm run build && nodemon dist/main.js'",
    ] {
        assert_eq!(read(script), None, "{script}");
    }
    // With words behind it they are its own.
    let started = "sh -c 'node $0' dist/main.js";
    assert_eq!(read(started).as_deref(), Some("sh -c 'node $0' dist/main.js"));
}

#[test]
fn flags_of_who_runs_it_are_none_of_the_program() {
    for script in [
        "npx next@16 start",
        "npx --yes next start",
        "npx -p next next start",
        "pnpm --silent exec next start",
        "pnpm -s next start",
        "pnpm dlx next@canary start",
        "npm exec -- next start",
        "npm --loglevel=error x next start",
        "yarn exec next start",
    ] {
        assert_eq!(
            read(script).as_deref(),
            Some("node_modules/.bin/next start +next"),
            "{script}"
        );
    }
    for script in [
        "npm run --silent serve",
        "npm --no-fund run serve",
        "npm run serve --if-present",
        "pnpm --silent run serve",
        "yarn -s serve",
    ] {
        assert_eq!(read(script).as_deref(), Some("node dist/server.js"), "{script}");
    }
    assert_eq!(
        read("npm run serve --silent -- --port 1").as_deref(),
        Some("node dist/server.js --port 1")
    );
    assert_eq!(
        read("pnpm serve --port 1").as_deref(),
        Some("node dist/server.js --port 1")
    );
    // Another package has a script of that name, too.
    for script in [
        "npm --prefix ../api run serve",
        "npm run --prefix ../api serve",
        "pnpm -C ../api serve",
        "pnpm --filter=api serve",
        "pnpm -r serve",
        "npm -w api run serve",
    ] {
        assert_eq!(read(script), None, "{script}");
    }
}

#[test]
fn programs_of_packages_are_found_by_whatever_runs_them() {
    let search = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        written(&words).search
    };
    for words in [
        &["sh", "-c", "prisma migrate deploy && next start"][..],
        &["./start.sh"],
        &["prisma", "migrate", "deploy"],
    ] {
        assert_eq!(search(words), ["node_modules/.bin"], "{words:?}");
    }
    assert!(search(&["node", "dist/main.js"]).is_empty());
    let words = ["bash", "-c", "prisma migrate deploy && next start"].map(str::to_owned);
    let programs = written(&words).programs;
    assert!(programs.contains(&"prisma".to_owned()) && programs.contains(&"next".to_owned()));
}
