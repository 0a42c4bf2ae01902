//! Strings of the repository on somebody's terminal.

use super::*;

/// What a terminal would obey, or nobody would see.
const ODD: [&str; 7] = [
    "\n",
    "\u{1b}[2J",
    "\u{1b}]0;owned\u{7}",
    "\u{9b}31m",
    "\u{7f}",
    "\u{202e}",
    "\u{200b}",
];

fn assert_printable(text: &str) {
    let odd = |c: char| c != '\n' && (c.is_control() || ['\u{202e}', '\u{200b}'].contains(&c));
    assert!(!text.contains(odd), "{text:?}");
}

fn manifest_of(name: &str) -> String {
    let manifest = json!({
        "name": name,
        "main": "dist/index.js",
        "scripts": { "build": "tsc" },
    });
    manifest.to_string()
}

#[tokio::test]
async fn a_name_that_npm_would_not_take_is_a_mistake() {
    for odd in ODD.into_iter().chain(["\0", " ", "\u{430}", "$(touch x)"]) {
        let name = format!("@t/l{odd}ib");
        let told = refusal(with([("libs/lib/package.json", manifest_of(&name))])).await;
        assert!(
            told.starts_with("libs/lib/package.json:1: `name` is \"@t/l"),
            "{told}"
        );
        assert_printable(&told);
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let told = refusal(with([(
        "libs/lib/package.json",
        manifest_of(&"x".repeat(1 << 20)),
    )]))
    .await;
    assert!(
        told.contains("has more than 214 characters") && told.len() < 400,
        "{told}"
    );
    decided_of(with([("libs/lib/package.json", manifest_of("@T/Lib_~*"))]))
        .await
        .unwrap();
    // Of a package that the build does not touch nobody is told.
    let lockfile = LOCKFILE.to_owned() + "\n  libs/other: {}\n";
    let files = [
        ("libs/other/package.json", manifest_of("a\nb")),
        ("pnpm-lock.yaml", lockfile),
    ];
    decided_of(with(files)).await.unwrap();
}

#[tokio::test]
async fn what_looks_like_a_name_is_told_apart() {
    let manifest = manifest_of("@zz/longn\u{430}me");
    let lockfile = LOCKFILE.to_owned() + "\n  libs/other: {}\n";
    let files = with([
        (
            "services/app/service.toml",
            "package = \"@zz/longname\"\n".to_owned(),
        ),
        ("libs/other/package.json", manifest),
        ("pnpm-lock.yaml", lockfile),
    ]);
    let told = refusal(files).await;
    assert!(
        told.contains(r#"did you mean "@zz/longn\u{430}me"?"#) && told.is_ascii(),
        "{told}"
    );
}

#[tokio::test]
async fn names_of_steps_and_answers_can_be_printed() {
    // A package without a name goes by its directory.
    let odd = "l\u{202e}b\u{200b}";
    let lockfile = LOCKFILE.replace("libs/lib", &format!("libs/{odd}"));
    let start = format!("node dist/main.js {}", ODD.concat());
    let service = json!({
        "name": "@t/app",
        "version": "1\u{1b}[2J",
        "scripts": { "build": "tsc", "start": start },
        "engines": { "node": "22 \u{9b}" },
        "dependencies": { "@t/lib": "workspace:*" },
    });
    let mut files = with([
        ("pnpm-lock.yaml", lockfile),
        ("services/app/package.json", service.to_string()),
        (
            "services/app/service.toml",
            "# \u{202e}\n[build.args]\n# why\u{200b}\nA = \"\u{202e}\"\n".to_owned(),
        ),
        (".nvmrc", "22\u{1b}[2J\n".to_owned()),
    ]);
    files.remove("libs/lib/package.json");
    let library = json!({ "main": "dist/index.js", "scripts": { "build": "tsc" } }).to_string();
    files.insert(format!("libs/{odd}/package.json"), library.into_bytes());
    for call in ["plan", "outline", "targets", "lint", "graph"] {
        let options = Options {
            request_id: Some(format!("frontend.{call}")),
            ..request("app")
        };
        let answer = run(engine(files.clone()), options).await.unwrap().result;
        for part in ["result.txt", "result.json"] {
            let text = String::from_utf8(answer.metadata[part].clone()).unwrap();
            assert_printable(&text);
        }
    }
    let built = run(engine(files), request("app")).await.unwrap();
    for solve in &built.solves {
        for metadata in solve.metadata.values() {
            let group = metadata
                .progress_group
                .iter()
                .flat_map(|group| [&group.id, &group.name]);
            for name in metadata.description.values().chain(group) {
                assert_printable(name);
                assert!(!name.contains('\n'), "{name:?}");
            }
        }
        for source in solve.source.iter().flat_map(|source| &source.infos) {
            assert_printable(std::str::from_utf8(&source.data).unwrap());
        }
    }
    for warning in &built.fake.state().warnings {
        assert_printable(std::str::from_utf8(&warning.short).unwrap());
    }
}

#[tokio::test]
async fn mistakes_and_excerpts_can_be_printed() {
    let odd = ODD.concat();
    let cases = [
        (
            "services/app/package.json",
            format!("{{\n  \"name\": \"@t/app{odd}\n}}"),
        ),
        (
            "pnpm-workspace.yaml",
            format!("packages: [1, '{}[']\n# {odd}\n", "\u{202e}"),
        ),
        (
            "services/app/service.toml",
            format!("# \u{202e}\nkind = \"{}\"\n", "\u{202e}\u{200b}"),
        ),
        (
            "pnpm-lock.yaml",
            format!("lockfileVersion: '9.0'\nimporters:\n  .: {{}}\n# {odd}\n<<<<<<< \n"),
        ),
        (
            "package.json",
            json!({ "packageManager": format!("pnpm@9{odd}"), "engines": { "pnpm": odd } }).to_string(),
        ),
    ];
    for (path, text) in cases {
        let failure = decided_of(with([(path, text)]))
            .await
            .map(|(plan, _)| plan)
            .unwrap_err();
        assert_printable(&failure.to_string());
        for mistake in failure.diagnostics().unwrap().iter() {
            assert!(!mistake.message.contains('\n'), "{mistake}");
            if let Some(place) = &mistake.place {
                assert_printable(&place.excerpt());
                assert_printable(&crate::subrequest::framed(place));
            }
        }
    }
}
