//! What the plan makes of the parts of a workspace: variations of the example.

mod tasks;

use super::*;
use crate::kinds::node::plan::{OutputRule, PackageBuild};
use crate::source::credentials;

fn write(files: &mut Files, path: &str, text: &str) {
    files.insert(path.to_owned(), text.as_bytes().to_vec());
}

/// Changes fields of a package.json.
fn set(files: &mut Files, path: &str, fields: Value) {
    let mut manifest: Value = serde_json::from_slice(&files[path]).unwrap();
    for (key, value) in fields.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    files.insert(path.to_owned(), manifest.to_string().into_bytes());
}

fn package<'a>(plan: &'a Model, importer: &str) -> &'a PackageBuild {
    plan.package(importer).unwrap()
}

fn scripts<'a>(plan: &'a Model, importer: &str) -> Vec<&'a str> {
    package(plan, importer)
        .scripts
        .iter()
        .filter_map(|script| script.command.last())
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn a_service_that_is_not_built_is_copied_whole() {
    let mut files = example();
    write(
        &mut files,
        "services/auth/service.toml",
        "[build]\nscript = false\n[run]\ncommand = \"node server.js\"\n",
    );
    let plan = planned(files, "auth").await;
    let service = package(&plan, "services/auth");
    assert!(service.scripts.is_empty() && service.install.is_empty() && service.extra_files.is_empty());
    assert_eq!(service.runtime_output, Some(OutputRule::Whole));
    assert_eq!(
        package(&plan, "shared/kernel").runtime_output,
        Some(OutputRule::Runtime)
    );
}

#[tokio::test]
async fn packages_that_are_imported_as_sources_keep_them() {
    let mut files = example();
    set(
        &mut files,
        "shared/kernel/package.json",
        json!({ "main": "src/index.ts", "types": "src/index.ts", "scripts": {} }),
    );
    let plan = planned(files, "auth").await;
    let kernel = package(&plan, "shared/kernel");
    assert_eq!(
        (kernel.build_output, kernel.runtime_output),
        (OutputRule::Whole, Some(OutputRule::Whole))
    );
}

#[tokio::test]
async fn a_package_that_only_development_needs_is_not_in_the_image() {
    let mut files = example();
    let mut lock = String::from_utf8(files["pnpm-lock.yaml"].clone()).unwrap();
    let own = lock.find("  services/auth:").unwrap();
    let start = own + lock[own..].find("      '@erp/utils':").unwrap();
    let end = start + lock[start..].match_indices('\n').nth(2).unwrap().0 + 1;
    let entry = lock[start..end].to_owned();
    lock.replace_range(start..end, "");
    let development =
        own + lock[own..].find("    devDependencies:\n").unwrap() + "    devDependencies:\n".len();
    lock.insert_str(development, &entry);
    write(&mut files, "pnpm-lock.yaml", &lock);
    let path = "services/auth/package.json";
    let mut manifest: Value = serde_json::from_slice(&files[path]).unwrap();
    let moved = manifest["dependencies"]
        .as_object_mut()
        .unwrap()
        .remove("@erp/utils")
        .unwrap();
    manifest["devDependencies"]["@erp/utils"] = moved;
    write(&mut files, path, &manifest.to_string());
    let plan = planned(files, "auth").await;
    let utils = package(&plan, "shared/utils");
    assert_eq!(utils.runtime_output, None);
    assert!(
        package(&plan, "services/auth")
            .inputs
            .contains(&"shared/utils".to_owned())
    );
    assert!(
        !image_of(&plan)
            .install
            .files
            .contains_key("/app/shared/utils/package.json")
    );
}

#[tokio::test]
async fn configuration_outside_of_packages_comes_along() {
    let mut files = example();
    write(
        &mut files,
        "config/tsconfig.strict.json",
        "{ \"extends\": \"../tsconfig.base.json\" }",
    );
    write(
        &mut files,
        "services/auth/tsconfig.json",
        "{ \"extends\": \"../../config/tsconfig.strict.json\" }",
    );
    write(&mut files, ".swcrc", "{}");
    write(&mut files, "proto/a.proto", "");
    write(&mut files, "eslint.config.js", "");
    write(
        &mut files,
        "services/auth/service.toml",
        "[build]\nfiles = [\"proto\"]\n",
    );
    let plan = planned(files, "auth").await;
    let extra: Vec<&str> = package(&plan, "services/auth")
        .extra_files
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        extra,
        [
            ".swcrc",
            "config/tsconfig.strict.json",
            "proto",
            "tsconfig.base.json"
        ]
    );
    let extra: Vec<&str> = package(&plan, "shared/kernel")
        .extra_files
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(extra, [".swcrc", "tsconfig.base.json"]);
}

#[tokio::test]
async fn outputs_of_earlier_builds_stay_out() {
    let mut files = example();
    write(
        &mut files,
        "services/auth/tsconfig.json",
        "{ \"extends\": \"../../tsconfig.base.json\", \"compilerOptions\": { \"outDir\": \"out/js\" } }",
    );
    // An output that is the package itself, or holds its sources, is no output to leave out.
    write(
        &mut files,
        "shared/kernel/tsconfig.json",
        "{ \"compilerOptions\": { \"outDir\": \".\" } }",
    );
    let plan = planned(files, "auth").await;
    let excluded = |path: &str| {
        plan.packages
            .iter()
            .any(|package| package.stale.iter().any(|stale| stale == path))
    };
    assert!(
        excluded("services/auth/out/js") && excluded("services/auth/dist") && excluded("shared/kernel/dist")
    );
    assert!(!excluded("shared/kernel") && !excluded("services/notification/dist"));
}

/// Returns the patterns of what no step sees but credentials, where the client passes graphs for the named trees.
async fn ignored(files: Files, options: &Options, inputs: &[&str]) -> Vec<String> {
    let graph = Definition::of(&buildkit_llb::Image::new("example").output()).unwrap();
    let state = State {
        gateway_caps: vec!["frontend.inputs"],
        inputs: inputs
            .iter()
            .map(|name| ((*name).to_owned(), graph.to_proto()))
            .collect(),
        ..engine(files)
    };
    let (gateway, _fake) = connect(state).await;
    let read = decide::read(&Reader::Engine(gateway), options).await.unwrap();
    let mut patterns = read.context.ignored.patterns([""; 0]);
    patterns.retain(|pattern| !credentials().contains(pattern));
    patterns
}

#[tokio::test]
async fn a_package_of_the_closure_that_is_hidden_is_a_mistake_at_its_line() {
    for (ignored, told) in [
        (
            "dist\nshared/kernel\n",
            ".dockerignore:2: the line `shared/kernel` hides all of shared/kernel",
        ),
        (
            "*\n!services\n!shared/utils\n!shared/contracts\n",
            ".dockerignore:1: the line `*` hides all of shared/",
        ),
        (
            "**/auth\n",
            ".dockerignore:1: the line `**/auth` hides all of services/auth",
        ),
        ("shared/kernel/docs\nservices/notification\n*.md\n", ""),
        ("shared/kernel\n!shared/kernel\n", ""),
    ] {
        let mut files = example();
        write(&mut files, ".dockerignore", ignored);
        let found = match planned_for(engine(files), &request("auth")).await {
            Ok(_) => String::new(),
            Err(failure) => failure.diagnostics().unwrap().to_string(),
        };
        let is_told = if told.is_empty() {
            found.is_empty()
        } else {
            found.starts_with(told)
        };
        assert!(is_told, "{ignored}: {found}");
    }
    // An ignore file beside the manifest has lines of its own.
    let mut files = example();
    write(
        &mut files,
        "services/auth/service.toml.dockerignore",
        "# mine\nshared\n",
    );
    let failure = planned_for(engine(files), &request("auth")).await.err().unwrap();
    let told = failure.diagnostics().unwrap().to_string();
    assert!(
        told.starts_with("services/auth/service.toml.dockerignore:2: the line `shared` hides"),
        "{told}"
    );
}

#[tokio::test]
async fn an_ignore_file_beside_the_manifest_takes_the_place_of_the_contexts() {
    let mut files = example();
    write(
        &mut files,
        "services/auth/service.toml.dockerignore",
        "# mine\nsecrets\n",
    );
    assert_eq!(
        ignored(files.clone(), &request("auth"), &[]).await,
        ["secrets", "**/node_modules", "**/.git", "**/*.tsbuildinfo"]
    );
    // What another target of a bake left is meant.
    assert_eq!(
        ignored(files, &request("auth"), &["context", "dockerfile"]).await,
        NEVER_READ
    );
    let own = ignored(example(), &request("auth"), &[]).await;
    assert!(own.contains(&"**/uploads".to_owned()), "{own:?}");
}

#[tokio::test]
async fn the_roots_postinstall_runs_only_where_it_is_asked_for() {
    let mut files = example();
    set(
        &mut files,
        "package.json",
        json!({ "scripts": { "postinstall": "node patch.js" } }),
    );
    assert_eq!(
        scripts(&planned(files.clone(), "auth").await, "shared/kernel"),
        ["build"]
    );
    write(
        &mut files,
        "services/auth/service.toml",
        "[build]\nroot_postinstall = true\n",
    );
    let plan = planned(files, "auth").await;
    assert_eq!(scripts(&plan, "shared/kernel"), ["postinstall", "build"]);
    assert_eq!(package(&plan, "shared/kernel").scripts[0].directory, "/app");
}

#[tokio::test]
async fn what_the_manifest_adds_to_builds_is_for_the_service_alone() {
    let mut files = example();
    let text = "[build]\npackages = [\"libvips-dev\"]\nnetwork = \"none\"\n[build.env]\nMODE = \"full\"\n\n[[build.secrets]]\nid = \"token\"\nenv = \"TOKEN\"\n";
    write(&mut files, "services/auth/service.toml", text);
    let plan = planned(files, "auth").await;
    let (service, kernel) = (package(&plan, "services/auth"), package(&plan, "shared/kernel"));
    assert_eq!(
        (service.env["MODE"].as_str(), service.network.as_deref()),
        ("full", Some("none"))
    );
    assert_eq!(service.secrets.len(), 1);
    assert!(!kernel.env.contains_key("MODE") && kernel.secrets.is_empty() && kernel.network.is_none());
    assert!(
        plan.installs["services/auth"]
            .packages
            .names
            .contains(&"libvips-dev".to_owned())
    );
    assert!(plan.pieces["shared/kernel"].packages.names.is_empty());
}

#[tokio::test]
async fn installs_read_no_more_than_they_need() {
    let plan = planned(example(), "auth").await;
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&plan.installs["shared/infrastructure"].files),
        [
            "/app/.npmrc",
            "/app/package.json",
            "/app/pnpm-lock.yaml",
            "/app/pnpm-workspace.yaml",
            "/app/shared/infrastructure/package.json",
            "/app/shared/kernel/package.json"
        ]
    );
    let production = &image_of(&plan).install;
    assert!(
        production.command[2].contains(" --prod ") && production.command[2].contains("--frozen-lockfile")
    );
    for (path, text) in &production.files {
        assert!(
            !text.contains("devDependencies") && !text.contains("scripts"),
            "{path}: {text}"
        );
    }
    // A peer of a workspace package is a dependency of it in production.
    let infrastructure: Value =
        serde_json::from_str(&production.files["/app/shared/infrastructure/package.json"]).unwrap();
    assert_eq!(infrastructure["dependencies"]["@nestjs/common"], "^11.1.0");
    let development = &plan.installs["services/auth"];
    assert!(!development.command[2].contains("--prod"));
    assert!(development.package_count > production.package_count);
}

#[tokio::test]
async fn native_code_chooses_the_image_of_the_production_install() {
    for (service, base, production) in [
        ("auth", "22-bookworm-slim", "22-bookworm-slim"),
        ("api-gateway", "22-alpine", "22-bookworm-slim"),
        ("file-storage", "22-alpine", "22-alpine"),
    ] {
        let plan = planned(example(), service).await;
        assert_eq!(
            image_of(&plan).runtime.base.reference,
            format!("docker.io/library/node:{base}"),
            "{service}"
        );
        assert_eq!(
            plan.toolchain.production_image,
            format!("docker.io/library/node:{production}"),
            "{service}"
        );
        assert_eq!(
            plan.toolchain.image, "docker.io/library/node:22-bookworm-slim",
            "{service}"
        );
    }
}

#[tokio::test]
async fn a_base_without_a_shell_refuses_what_needs_one() {
    let mut files = example();
    let text = "base = \"distroless\"\n[run]\ncommand = [\"sh\", \"-c\", \"node dist/main.js\"]\npackages = [\"openssl\"]\n";
    write(&mut files, "services/auth/service.toml", text);
    let refused = planned_for(engine(files), &request("auth")).await.unwrap_err();
    let places: Vec<String> = refused
        .diagnostics()
        .unwrap()
        .iter()
        .map(|d| d.place.clone().unwrap().to_string())
        .collect();
    assert_eq!(
        places,
        ["services/auth/service.toml:3", "services/auth/service.toml:4"]
    );
    assert!(refused.to_string().contains("needs a shell"), "{refused}");
}

#[tokio::test]
async fn a_shell_finds_programs_where_the_base_has_them() {
    let mut files = example();
    write(
        &mut files,
        "services/auth/service.toml",
        "# syntax=vextrus/frontend\nbase = \"acme/node:1\"\n",
    );
    set(
        &mut files,
        "services/auth/package.json",
        json!({ "scripts": { "start:prod": "prisma migrate deploy && node dist/main.js" } }),
    );
    for (own, expected) in [
        (
            json!(["PATH=/opt/node/bin:/bin"]),
            "PATH=/app/services/auth/node_modules/.bin:/opt/node/bin:/bin",
        ),
        (
            json!([]),
            "PATH=/app/services/auth/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ),
    ] {
        let mut image: Value = serde_json::from_slice(&node_image()).unwrap();
        image["config"]["Env"] = own;
        let mut state = engine(files.clone());
        for name in ["acme/node:1", "docker.io/acme/node:1"] {
            state
                .images
                .insert(name.to_owned(), image.to_string().into_bytes());
        }
        let built = run(state, request("auth")).await.unwrap();
        let env = &built.config()["config"]["Env"];
        assert!(env.as_array().unwrap().contains(&expected.into()), "{env}");
    }
}
