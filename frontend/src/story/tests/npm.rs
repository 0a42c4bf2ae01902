//! Workspaces of npm: the example, and what is said of those that cannot be built.

use std::fmt::Write as _;

use super::*;
use crate::kinds::node::scripts::UNPACK;
use crate::plan::{Action, Verb};
use crate::warning::Warning;

const SERVICES: [&str; 2] = ["api", "worker"];
const LOCK: &str = "package-lock.json";

fn shop() -> Files {
    example_of(
        "shop",
        &["app/apps/api/dist/main.js", "app/apps/worker/dist/main.js"],
    )
}

fn of(service: &str) -> Options {
    Options {
        filename: format!("apps/{service}/service.toml"),
        ..request("")
    }
}

fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    files.insert(path.to_owned(), text.replace(from, to).into_bytes());
}

/// Has a dependency of the shared package have an install script.
fn give_install_script(files: &mut Files) {
    let entry = "\"node_modules/zod\": {";
    let with_script = format!("{entry}\n      \"hasInstallScript\": true,");
    replace(files, LOCK, entry, &with_script);
}

async fn graph(files: Files, service: &str) -> BTreeMap<String, String> {
    by_name(&run(engine(files), of(service)).await.unwrap().image())
}

async fn told(files: Files) -> String {
    match planned_for(engine(files), &of("api")).await {
        Ok(_) => panic!("it is planned"),
        Err(failure) => failure.diagnostics().unwrap().to_string(),
    }
}

#[tokio::test]
async fn a_node_whose_npm_is_too_old_is_refused_at_its_line() {
    let mut files = shop();
    replace(
        &mut files,
        "package.json",
        "\"node\": \">=22\"",
        "\"node\": \"16.x\"",
    );
    // What sets another npm up is taken at its word.
    planned_for(engine(files.clone()), &of("api")).await.unwrap();
    replace(
        &mut files,
        "package.json",
        "\"packageManager\": \"npm@10.9.9\",",
        "",
    );
    let told = told(files).await;
    assert!(
        told.starts_with("package.json:5: Node 16 (engines.node: 16.x) comes with npm 8"),
        "{told}"
    );
}

#[tokio::test]
async fn the_example_is_planned_and_built() {
    for service in SERVICES {
        let (.., planned) = planned_for(engine(shop()), &of(service)).await.unwrap();
        assert_eq!(planned.warnings, Vec::<Warning>::new());
        let mut plan = serde_json::to_value(planned.plan).unwrap();
        abbreviate(&mut plan);
        name_steps(&mut plan);
        insta::assert_json_snapshot!(format!("shop-{service}.plan"), plan);
        let built = run(engine(shop()), of(service)).await.unwrap();
        insta::assert_snapshot!(
            format!("shop-{service}.graph"),
            buildkit_llb::dump(&built.image())
        );
        insta::assert_json_snapshot!(format!("shop-{service}.config"), built.config());
    }
}

#[tokio::test]
async fn the_same_request_has_the_same_bytes() {
    for service in SERVICES {
        let [one, two] = [
            run(engine(shop()), of(service)).await,
            run(engine(shop()), of(service)).await,
        ];
        assert_eq!(one.unwrap().image().to_bytes(), two.unwrap().image().to_bytes());
    }
}

/// A lockfile that is too long to be sent as it is: whatever is packed for an install, the script that unpacks knows by name.
#[tokio::test]
async fn what_is_packed_for_an_install_is_unpacked_by_its_name() {
    let mut files = shop();
    let entry = "\"node_modules/zod\": {";
    let longer = format!("{entry}\n      \"description\": \"{}\",", "x".repeat(1 << 20));
    replace(&mut files, LOCK, entry, &longer);
    let (.., planned) = planned_for(engine(files), &of("api")).await.unwrap();
    let trees = planned.plan.steps.iter().filter_map(|step| match &step.does {
        Verb::Tree(tree) => Some(&tree.actions),
        _ => None,
    });
    let packed = trees.flatten().filter_map(|action| match action {
        Action::Packed { path, .. } => Some(crate::path::base_name(path)),
        _ => None,
    });
    let packed: BTreeSet<&str> = packed.collect();
    assert!(packed.contains(LOCK), "{packed:?}");
    for name in packed {
        assert!(UNPACK.text.contains(&format!("'{name}.gz'")), "{name}");
    }
}

/// What runs code of the repository has neither npm's cache nor credentials nor the turns of installs.
#[tokio::test]
async fn nothing_that_is_run_writes_what_others_take() {
    let mut files = shop();
    give_install_script(&mut files);
    files.insert(
        ".npmrc".to_owned(),
        b"//npm.example/:_authToken=${NPM_TOKEN}\n".to_vec(),
    );
    let built = run(engine(files), of("api")).await.unwrap();
    let definition = built.image();
    let mut halves = (0, 0);
    for vertex in definition.vertices() {
        let Some(Op::Exec(exec)) = &vertex.op.op else {
            continue;
        };
        let meta = exec.meta.as_ref().unwrap();
        let words = meta.args.join(" ");
        let caches = exec
            .mounts
            .iter()
            .filter(|mount| mount.mount_type() == pb::MountType::Cache)
            .count();
        let secrets = exec.secretenv.len()
            + exec
                .mounts
                .iter()
                .filter(|mount| mount.mount_type() == pb::MountType::Secret)
                .count();
        if words.contains("npm ci") {
            halves.0 += 1;
            assert!(
                words.contains("--ignore-scripts") && !words.contains("rebuild"),
                "{words}"
            );
            assert!(
                caches == 2 && secrets == 2,
                "{words}: {caches} caches, {secrets} secrets"
            );
        } else if words.contains("rebuild.cjs") || words.contains("npm run") {
            halves.1 += 1;
            assert!(
                caches == 0 && secrets == 0,
                "{words}: {caches} caches, {secrets} secrets"
            );
        }
    }
    // Installs of the service, of the root and of production; scripts of the service's and of production's, the question how
    // scripts run, and two builds.
    assert_eq!(halves, (3, 5));
}

#[tokio::test]
async fn what_another_member_depends_on_moves_nothing() {
    let before = graph(shop(), "api").await;
    let mut files = shop();
    replace(
        &mut files,
        "apps/worker/package.json",
        "\"pino\": \"^10.0.0\"",
        "\"pino\": \"^10.0.0\", \"zod\": \"^3.24.0\"",
    );
    let lock: Value = serde_json::from_slice(&files[LOCK]).unwrap();
    let mut lock = lock;
    lock["packages"]["apps/worker"]["dependencies"]["zod"] = "^3.24.0".into();
    files.insert(LOCK.to_owned(), lock.to_string().into_bytes());
    assert_eq!(graph(files, "api").await, before);
}

/// Its dependencies are cut out of either service's install, and come out the same, which the graph cannot show; what is
/// cut is the same list.
#[tokio::test]
async fn a_shared_package_is_built_with_the_same_for_every_service() {
    let mut pieces = Vec::new();
    for service in SERVICES {
        let model = model_of(engine(shop()), &of(service)).await;
        assert_eq!(
            model.installs.keys().collect::<Vec<_>>(),
            ["", &format!("apps/{service}")]
        );
        let piece = &model.pieces["packages/pricing"];
        pieces.push((piece.on.clone(), piece.locations.clone(), piece.projects.clone()));
    }
    assert_eq!(pieces[0], pieces[1]);
    assert_eq!(pieces[0].1, ["node_modules/@shop/pricing", "node_modules/zod"]);
}

#[tokio::test]
async fn scripts_that_nobody_approves_are_warned_of_from_npm_12_on() {
    let files = |version: &str, allowed: &str| {
        let mut files = shop();
        give_install_script(&mut files);
        replace(
            &mut files,
            "package.json",
            "npm@10.9.9\",",
            &format!("npm@{version}\",{allowed}"),
        );
        files
    };
    for (version, allowed, runs, warns) in [
        ("11.21.2", "", true, false),
        ("12.2.2", "", false, true),
        ("12.2.2", "\"allowScripts\": {\"zod\": true},", true, false),
        ("12.2.2", "\"allowScripts\": {\"zod\": false},", false, false),
        ("10.9.9", "\"allowScripts\": {\"zod\": false},", false, false),
    ] {
        let (.., planned) = planned_for(engine(files(version, allowed)), &of("api"))
            .await
            .unwrap();
        let kinds::Model::Node(model) = planned.model;
        assert_eq!(
            image_of(&model).install.setup.is_some(),
            runs,
            "npm {version} {allowed}"
        );
        let found: Vec<&Warning> = planned
            .warnings
            .iter()
            .filter(|warning| warning.diagnostic.message.contains("`zod` has an install script"))
            .collect();
        assert_eq!(
            found.len(),
            usize::from(warns),
            "npm {version} {allowed}: {:?}",
            planned.warnings
        );
        assert!(found.iter().all(|warning| warning.diagnostic.place.is_some()));
    }
}

#[tokio::test]
async fn npm_of_the_image_installs_where_nothing_names_another() {
    let mut files = shop();
    replace(
        &mut files,
        "package.json",
        "  \"packageManager\": \"npm@10.9.9\",\n",
        "",
    );
    let model = model_of(engine(files), &of("api")).await;
    assert!(model.toolchain.manager.setup.is_none() && model.toolchain.manager.version.is_none());
}

type Change = fn(&mut Files);

#[tokio::test]
async fn what_cannot_be_built_says_why() {
    let cases: [(&str, Change); 12] = [
        ("a lockfile of version 1", |files| {
            files.insert(LOCK.to_owned(), b"{\n  \"lockfileVersion\": 1\n}".to_vec());
        }),
        ("both lockfiles", |files| {
            replace(
                files,
                "package.json",
                "  \"packageManager\": \"npm@10.9.9\",\n",
                "",
            );
            files.insert("pnpm-lock.yaml".to_owned(), b"lockfileVersion: '9.0'\n".to_vec());
        }),
        ("Yarn", |files| {
            files.remove(LOCK);
            files.insert("yarn.lock".to_owned(), Vec::new());
        }),
        ("Bun", |files| {
            files.remove(LOCK);
            files.insert("bun.lockb".to_owned(), vec![0, 1, 2]);
        }),
        ("no lockfile", |files| _ = files.remove(LOCK)),
        ("drift", |files| {
            replace(files, "apps/api/package.json", "^5.2.0", "^4.0.0")
        }),
        ("a member that is gone", |files| {
            _ = files.remove("packages/pricing/package.json")
        }),
        ("a version of pnpm", |files| {
            files.insert(
                "apps/api/service.toml".to_owned(),
                b"pnpm = \"9.15.9\"\n".to_vec(),
            );
        }),
        ("another package manager's version", |files| {
            replace(files, "package.json", "npm@10.9.9", "pnpm@9.15.9");
        }),
        ("what npm ci does not do", |files| {
            files.insert(
                "apps/api/service.toml".to_owned(),
                b"[build]\nfrozen = false\n".to_vec(),
            );
        }),
        ("a layout that npm does not have", |files| {
            files.insert(
                "apps/api/service.toml".to_owned(),
                b"[run]\nlayout = \"deploy\"\n".to_vec(),
            );
        }),
        ("npm without hoisting", |files| {
            files.insert(".npmrc".to_owned(), b"install-strategy=linked\n".to_vec());
        }),
    ];
    let mut all = String::new();
    for (name, change) in cases {
        let mut files = shop();
        change(&mut files);
        let _ = writeln!(all, "{name}:\n{}\n", told(files).await);
    }
    insta::assert_snapshot!(all);
}

/// Whoever has both has them for a reason: what the repository names decides.
#[tokio::test]
async fn of_two_lockfiles_the_one_counts_whose_package_manager_is_named() {
    let mut files = shop();
    files.insert("pnpm-lock.yaml".to_owned(), b"lockfileVersion: '9.0'\n".to_vec());
    let model = model_of(engine(files), &of("api")).await;
    assert_eq!(model.toolchain.manager.name, "npm");
    let mut files = example();
    files.insert(LOCK.to_owned(), b"{}".to_vec());
    let model = model_of(engine(files), &request("auth")).await;
    assert_eq!(model.toolchain.manager.name, "pnpm");
}

/// A package that has a lockfile of its own beside a workspace, in the same repository.
#[tokio::test]
async fn a_package_beside_a_workspace_has_its_own_lockfile() {
    let mut files = example();
    for (path, text) in example_of("shop", &[]) {
        files.entry(format!("web/{path}")).or_insert(text);
    }
    files.insert("app/web/apps/api/dist/main.js".to_owned(), Vec::new());
    files.insert("app/apps/api/dist/main.js".to_owned(), Vec::new());
    let options = Options {
        filename: "web/apps/api/service.toml".to_owned(),
        ..request("")
    };
    let model = model_of(engine(files), &options).await;
    assert_eq!(
        (model.package.as_str(), model.root.as_str()),
        ("@shop/api", "web")
    );
}

/// npm leaves the native code of other platforms out where it finds a node_modules of one (npm/cli#4828).
#[tokio::test]
async fn a_lockfile_without_native_code_for_linux_is_warned_of_at_its_line() {
    let told = async |optional: &str| {
        let mut files = shop();
        let entry = "\"node_modules/zod\": {";
        let with = format!(
            "\"node_modules/@x/darwin-arm64\": {{ \"version\": \"1.0.0\", \"integrity\": \"sha512-x\", \"optional\": true }},\n    \
             {entry}\n      \"optionalDependencies\": {{ {optional} }},"
        );
        replace(&mut files, LOCK, entry, &with);
        let (.., planned) = planned_for(engine(files), &of("api")).await.unwrap();
        let warnings = planned.warnings.iter().map(ToString::to_string);
        warnings.collect::<Vec<String>>().join("\n")
    };
    let missing = told(r#""@x/darwin-arm64": "1.0.0", "@x/linux-x64": "1.0.0""#).await;
    assert!(
        missing.contains("has `zod` without `@x/linux-x64`") && missing.ends_with("(package-lock.json:653)"),
        "{missing}"
    );
    // Another platform's, one that nothing else tells of, and one of musl.
    for optional in [
        r#""@x/darwin-arm64": "1.0.0", "@x/linux-arm64": "1.0.0""#,
        r#""@x/linux-x64": "1.0.0""#,
        r#""@x/darwin-arm64": "1.0.0", "@x/linux-x64-musl": "1.0.0""#,
    ] {
        assert_eq!(told(optional).await, "", "{optional}");
    }
}
