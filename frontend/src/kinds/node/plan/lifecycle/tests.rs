//! What is run of scripts that follow an install.

use super::*;
use crate::diagnostic::SourceFile;

fn told(scripts: &str) -> String {
    let text = format!(r#"{{ "name": "a", "scripts": {scripts} }}"#);
    let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
    let build = manifest
        .scripts
        .get_key_value("build")
        .map(|(name, _)| name.as_str());
    let Parts { before, after } = parts(&manifest, "prepare", build);
    let told = |run| match run {
        None => String::new(),
        Some(Run::Whole) => "all".to_owned(),
        Some(Run::Commands(text)) => text,
    };
    let after = told(after);
    format!(
        "{}{}",
        told(before),
        if after.is_empty() {
            after
        } else {
            format!(" * {after}")
        }
    )
}

#[test]
fn hooks_alone_are_left_out_of_a_script() {
    for (script, expected) in [
        ("husky", ""),
        ("husky || true", ""),
        ("is-ci || husky install", ""),
        ("husky install && chmod ug+x .husky/*", ""),
        ("cd ../.. && husky install apps/a/.husky", ""),
        ("node .husky/install.mjs", ""),
        ("git config core.hooksPath .githooks", ""),
        ("npx simple-git-hooks; echo done", ""),
        ("test -d .git && lefthook install", ""),
        (
            "node -e \\\"if (process.env.CI) process.exit()\\\" || pnpm lefthook install",
            "",
        ),
        ("prek install", ""),
        ("panda codegen", "all"),
        ("husky && panda codegen", "panda codegen"),
        ("panda codegen && npx husky install", "panda codegen"),
        ("svelte-kit sync || echo ''", "all"),
        (
            "svelte-kit sync || true; husky; node b.js",
            "svelte-kit sync || true; node b.js",
        ),
        (
            "[ -d .git ] && husky && node b.js && node c.js",
            "node b.js && node c.js",
        ),
        (
            "cd .. && yorkie && cd a && node b.js",
            "cd .. && cd a && node b.js",
        ),
        ("node make-hooks.js", "all"),
        ("(cd x && node y.js)", "all"),
        ("(cd x && husky)", ""),
        ("node \\\"", "all"),
        ("", ""),
        (
            "husky install >/dev/null 2>&1 && node b.js > c.js 2>&1",
            "node b.js > c.js 2>&1",
        ),
        ("test -f x || cp y x", "all"),
        ("husky; echo x > y", "echo x > y"),
        ("{ husky; }", ""),
        ("node b.js & husky", ""),
        ("npx tsx gen.ts {a,b} && husky", "npx tsx gen.ts {a,b}"),
    ] {
        assert_eq!(
            told(&format!(r#"{{ "prepare": "{script}", "build": "tsc" }}"#)),
            expected,
            "{script}"
        );
    }
}

#[test]
fn scripts_that_a_script_runs_are_looked_into() {
    for (scripts, expected) in [
        (
            r#"{ "prepare": "npm run lint:ci && npm run type-check && npm run gen", "lint:ci": "eslint .", "type-check": "tsc --noEmit", "gen": "x" }"#,
            "npm run gen",
        ),
        (
            r#"{ "prepare": "npm run test && npm run build", "test": "jest", "build": "tsc" }"#,
            "",
        ),
        (
            r#"{ "prepare": "npm run hooks && npm run gen", "hooks": "husky", "gen": "x" }"#,
            "npm run gen",
        ),
        (r#"{ "prepare": "pnpm run setup", "setup": "husky && x" }"#, "(x)"),
        (r#"{ "prepare": "npm run setup && y", "setup": "x" }"#, "all"),
        (r#"{ "prepare": "npm run prepare" }"#, "all"),
    ] {
        assert_eq!(told(scripts), expected, "{scripts}");
    }
}

#[test]
fn a_build_is_not_run_twice() {
    for (scripts, expected) in [
        (r#"{ "prepare": "npm run build", "build": "tsc" }"#, ""),
        (r#"{ "prepare": "tsc", "build": "rimraf dist && tsc" }"#, ""),
        (r#"{ "prepare": "tsc -p tools", "build": "tsc" }"#, "all"),
        (r#"{ "prepare": "husky && pnpm build", "build": "tsc" }"#, ""),
        (
            r#"{ "prepare": "prisma generate && npm run build", "build": "tsc" }"#,
            "prisma generate",
        ),
        (
            r#"{ "prepare": "x && npm run build && node after.js", "build": "tsc" }"#,
            "x * node after.js",
        ),
        (r#"{ "prepare": "tsc" }"#, "all"),
    ] {
        assert_eq!(told(scripts), expected, "{scripts}");
    }
}
