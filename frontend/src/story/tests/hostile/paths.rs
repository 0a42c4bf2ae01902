//! Directories whose names mean something in a pattern, or that no header takes.

use super::*;
use crate::plan::{Action, Files as FilesOf, Verb};

/// Names that mean something in a pattern of the engine or of pnpm.
const ODD: [&str; 13] = [
    "[id]",
    "(group)",
    "{a,b}",
    "a*b",
    "**",
    "a?b",
    "!x",
    r"a\b",
    "a b",
    "c++",
    "a^b",
    "-rf",
    "b\u{fc}cher",
];

/// Returns the small workspace with its library in another directory.
fn library_in(directory: &str) -> Files {
    // As pnpm writes it.
    let lockfile = LOCKFILE.replace("libs/lib", &format!("libs/{directory}"));
    let mut files = with([("pnpm-lock.yaml", lockfile)]);
    for file in ["package.json", "src/index.ts"] {
        let text = files.remove(&format!("libs/lib/{file}")).unwrap();
        files.insert(format!("libs/{directory}/{file}"), text);
    }
    files
}

/// Returns the copies from a part of the context that a plan makes, with the part's patterns.
fn copies(plan: &Plan) -> Vec<(Vec<String>, String, Vec<String>)> {
    let actions = plan.steps.iter().flat_map(|step| match &step.does {
        Verb::Tree(tree) => tree.actions.as_slice(),
        _ => &[],
    });
    let copies = actions.filter_map(|action| match action {
        Action::Copy {
            files: FilesOf::Context(part),
            from,
            include,
            ..
        } => Some((plan.part(*part)?.include.clone(), from.clone(), include.clone())),
        _ => None,
    });
    copies.collect()
}

#[tokio::test]
async fn a_directory_is_taken_by_its_name_alone() {
    for name in ODD {
        let path = format!("libs/{name}");
        let (plan, _) = decided_of(library_in(name)).await.unwrap();
        let copies = copies(&plan);
        let (part, from, include) = copies
            .iter()
            .find(|(_, from, _)| *from == format!("/{path}"))
            .unwrap();
        assert_eq!((from.as_str(), include.len()), (format!("/{path}").as_str(), 0));
        assert!(
            crate::pattern::chooses(part, &format!("{path}/src/index.ts")),
            "{part:?}"
        );
        for other in [
            "libs/i",
            "libs/group",
            "libs/a",
            "libs/axb",
            "libs/x",
            "libs/ab",
            "other",
        ] {
            assert!(
                !crate::pattern::chooses(part, &format!("{other}/src/index.ts")),
                "{part:?} {other}"
            );
        }
    }
}

#[tokio::test]
async fn a_service_is_taken_by_its_name_alone() {
    for name in ODD.into_iter().filter(|name| *name != "-rf") {
        let mut files = Files::new();
        for (path, text) in small() {
            let text = String::from_utf8(text).unwrap();
            let text = text.replace("services/app:", &format!("services/{name}:"));
            files.insert(
                path.replace("services/app", &format!("services/{name}")),
                text.into_bytes(),
            );
        }
        files.insert("tsconfig.json".to_owned(), b"{}".to_vec());
        let options = Options {
            filename: format!("services/{name}/service.toml"),
            ..request("app")
        };
        let (_, _, planned) = planned_for(engine(files.clone()), &options).await.unwrap();
        let own = copies(&planned.plan);
        assert!(
            own.iter()
                .any(|(_, from, _)| *from == format!("/services/{name}")),
            "{own:?}"
        );
        let graph = run(engine(files), options).await.unwrap().image();
        assert!(buildkit_llb::dump(&graph).contains("build @t/app"));
    }
}

#[tokio::test]
async fn globs_of_the_manifest_stay_globs() {
    let files = with([
        (
            "services/app/service.toml",
            "[build]\nfiles = [\"proto/**\", \"a?c/x\"]\n[run]\nfiles = [\"locales/*.json\"]\n",
        ),
        ("proto/x.proto", ""),
        ("abc/x", ""),
        ("locales/de.json", ""),
    ]);
    let (plan, _) = decided_of(files).await.unwrap();
    let found: Vec<_> = copies(&plan)
        .into_iter()
        .filter(|(_, _, include)| !include.is_empty())
        .map(|(_, from, include)| (from, include.concat()))
        .collect();
    let expected = [("/", "a?c/x"), ("/proto", "**"), ("/locales", "*.json")];
    assert_eq!(
        found,
        expected.map(|(from, include)| (from.to_owned(), include.to_owned()))
    );
}

#[tokio::test]
async fn a_workspace_below_the_context_may_be_called_anything() {
    let mut files = Files::new();
    for (path, text) in small() {
        let is_image = path.starts_with("app/") || path.starts_with("etc/");
        files.insert(if is_image { path } else { format!("[ws]/{path}") }, text);
    }
    files.insert(
        "[ws]/services/app/service.toml".to_owned(),
        b"[build]\nfiles = [\"proto/**\"]\n".to_vec(),
    );
    files.insert("[ws]/proto/x.proto".to_owned(), Vec::new());
    files.insert("[ws]/tsconfig.json".to_owned(), b"{}".to_vec());
    let options = Options {
        filename: "[ws]/services/app/service.toml".to_owned(),
        ..request("app")
    };
    let (.., planned) = planned_for(engine(files), &options).await.unwrap();
    let copies = copies(&planned.plan);
    let has = |from: &str, include: &str| copies.iter().any(|(_, f, i)| f == from && i.concat() == include);
    assert!(
        has("/[ws]/proto", "**") && has("/[ws]/services/app", "") && has("/[ws]/tsconfig.json", ""),
        "{copies:?}"
    );
}

#[tokio::test]
async fn a_control_character_in_a_directory_is_refused() {
    for (name, key) in [
        ("a\nb", r"a\nb"),
        ("a\u{1b}b", r"a\eb"),
        ("a\u{7f}", r"a\x7f"),
        ("a\u{9b}", r"a\x9b"),
    ] {
        let mut files = library_in("lib");
        for file in ["package.json", "src/index.ts"] {
            let text = files.remove(&format!("libs/lib/{file}")).unwrap();
            files.insert(format!("libs/{name}/{file}"), text);
        }
        let lockfile = LOCKFILE
            .replace("link:../../libs/lib", &format!("\"link:../../libs/{key}\""))
            .replace("  libs/lib: {}", &format!("  \"libs/{key}\": {{}}"));
        files.insert("pnpm-lock.yaml".to_owned(), lockfile.into_bytes());
        let told = refusal(files).await;
        assert!(told.contains("has a control character in its name"), "{told}");
    }
}

#[tokio::test]
async fn no_pattern_of_a_transfer_holds_a_control_character() {
    let files = with([
        (".dockerignore", "a\u{7f}b\n\u{c}x\n"),
        (
            "services/app/tsconfig.json",
            r#"{"compilerOptions": {"paths": {"x": ["../../a\nb/*"]}, "outDir": "o\u001b"}}"#,
        ),
        ("libs/other\u{1}/package.json", "{}"),
    ]);
    let built = run(engine(files), request("app")).await.unwrap();
    let ops = built.solves.iter().flat_map(|definition| &definition.def);
    let mut transfers = 0;
    for op in ops {
        let Some(Op::Source(source)) = pb::Op::decode(op.as_slice()).unwrap().op else {
            continue;
        };
        for name in [
            "local.includepattern",
            "local.excludepatterns",
            "local.followpaths",
        ] {
            let Some(patterns) = source.attrs.get(name) else {
                continue;
            };
            let patterns: Vec<String> = serde_json::from_str(patterns).unwrap();
            transfers += 1;
            assert!(
                !patterns.iter().any(|pattern| pattern.contains(char::is_control)),
                "{patterns:?}"
            );
        }
    }
    assert!(transfers > 4);
}
