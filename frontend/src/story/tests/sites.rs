//! Static sites: what is planned and built for the portal of the example, and what its manifest cannot say.

use super::*;
use crate::kinds::node::plan::site::Site;
use crate::plan::Outcome;

/// The files of the example with what the engine has of its finished steps, and the portal's manifest.
fn portal(manifest: &str) -> Files {
    let mut files = example();
    let text = format!("# syntax=vextrus/frontend\n{manifest}");
    files.insert("services/portal/service.toml".to_owned(), text.into_bytes());
    files
}

fn site_of(plan: &Model) -> &Site {
    let Product::Site(site) = &plan.product else {
        panic!("no site: {:?}", plan.reasons.get("kind"));
    };
    site
}

async fn refused(files: Files) -> String {
    match planned_for(engine(files), &request("portal")).await {
        Ok(_) => panic!("it is planned"),
        Err(failure) => failure.to_string(),
    }
}

#[tokio::test]
async fn one_line_is_enough_for_a_site() {
    let (.., planned) = planned_for(engine(portal("")), &request("portal")).await.unwrap();
    assert_eq!(planned.warnings, []);
    let mut plan = serde_json::to_value(planned.plan).unwrap();
    abbreviate(&mut plan);
    name_steps(&mut plan);
    insta::assert_json_snapshot!("portal.plan", plan);
    let built = built(portal(""), "portal").await;
    insta::assert_snapshot!("portal.graph", buildkit_llb::dump(&built.image()));
    insta::assert_json_snapshot!("portal.config", built.config());
}

#[tokio::test]
async fn a_site_installs_nothing_for_production_and_builds_what_it_uses() {
    let plan = planned(portal(""), "portal").await;
    let built: Vec<&str> = plan
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(built, ["@erp/ui", "@erp/portal"]);
    let service = plan.packages.last().unwrap();
    for path in ["services/portal/.env", ".gitignore"] {
        assert!(service.optional_files.contains_key(path), "{path}");
    }
    let (.., planned) = planned_for(engine(portal("")), &request("portal")).await.unwrap();
    let names: Vec<&str> = planned.plan.steps.iter().map(|step| step.name.as_str()).collect();
    assert!(
        !names.iter().any(|name| name.contains("production")),
        "{names:#?}"
    );
    let site = site_of(&plan);
    assert_eq!(
        site.base.reference,
        "docker.io/nginxinc/nginx-unprivileged:stable-alpine-slim"
    );
    assert_eq!(
        site.command(),
        [
            "nginx",
            "-e",
            "stderr",
            "-c",
            "/etc/nginx/site.conf",
            "-g",
            "daemon off;"
        ]
    );
    assert!(site.is_checked);
}

/// The environment of a package that is the whole context is asked for by its name, too.
#[tokio::test]
async fn a_site_that_is_the_whole_context_has_its_environment() {
    let mut files = Files::new();
    let package =
        json!({ "name": "web", "packageManager": "pnpm@9.15.9", "scripts": { "build": "vite build" } });
    let lockfile = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n";
    for (path, text) in [
        ("service.toml", "# syntax=vextrus/frontend\n"),
        ("package.json", &package.to_string()),
        ("pnpm-lock.yaml", lockfile),
        ("index.html", ""),
        (".env", "VITE_X=1\n"),
        (".nvmrc", "22\n"),
    ] {
        files.insert(path.to_owned(), text.as_bytes().to_vec());
    }
    let options = Options {
        filename: "service.toml".to_owned(),
        ..request("portal")
    };
    let (.., planned) = planned_for(engine(files), &options).await.unwrap();
    let kinds::Model::Node(model) = &planned.model;
    assert_eq!(site_of(model).directory, ".");
    let sources = planned
        .plan
        .parts
        .iter()
        .find(|part| part.what == "the sources of packages");
    assert_eq!(sources.unwrap().include, ["**", ".env"]);
}

#[tokio::test]
async fn the_image_serves_with_nginx_alone() {
    let image = built(portal(""), "portal").await;
    let config = &image.config()["config"];
    assert_eq!(config["Entrypoint"], Value::Null);
    assert_eq!(config["Cmd"][0], "nginx");
    assert_eq!(config["StopSignal"], "SIGQUIT");
    assert_eq!(config["ExposedPorts"], json!({ "8080/tcp": {} }));
    assert_eq!(config["User"], "1001:1001");
    assert_eq!(
        config["Healthcheck"]["Test"],
        json!([
            "CMD",
            "wget",
            "-q",
            "-O",
            "/dev/null",
            "http://127.0.0.1:8080/healthz"
        ])
    );
}

#[tokio::test]
async fn what_the_step_says_of_the_files_stops_the_build_or_is_told() {
    let mut files = portal("[static]\noutput = \"out\"\n");
    let report = json!({ "error": "the build wrote nothing in `out`; it wrote pages in dist", "key": "static.output", "warnings": [] });
    files.insert(
        "usr/lib/vextrus/site.json".to_owned(),
        report.to_string().into_bytes(),
    );
    let failure = run(engine(files), request("portal"))
        .await
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "services/portal/service.toml:3: @erp/portal: the build wrote nothing in `out`; it wrote pages in dist"
    );
}

#[tokio::test]
async fn keys_of_services_are_refused_at_their_lines() {
    let manifest = "kind = \"static\"\nbase = \"distroless\"\n[run]\ncommand = \"node x.js\"\nwritable = [\"a\"]\nenv = { A = \"b\" }\n\
                    layout = \"deploy\"\n[target.worker]\nport = 1\n[image]\nuntrimmed = true\n[build]\n\
                    secrets = [{ id = \"token\", env = \"VITE_TOKEN\" }]\n";
    insta::assert_snapshot!(refused(portal(manifest)).await);
}

#[tokio::test]
async fn keys_of_sites_are_refused_where_the_service_is_of_node() {
    let told = refused(portal("kind = \"node\"\n[static]\noutput = \"dist\"\n")).await;
    assert!(
        told.contains("service.toml:3")
            && told.contains("`[static]` is about sites that a web server serves"),
        "{told}"
    );
}

#[tokio::test]
async fn what_the_workspaces_defaults_say_of_services_means_nothing_to_a_site() {
    let mut files = portal("");
    let defaults = "base = \"distroless\"\n[run]\nenv = { A = \"b\" }\nlayout = \"deploy\"\n[run.healthcheck]\npath = \"/health/ready\"\n\
                    interval = \"5s\"\n[static]\nfallback = false\n";
    files.insert("vextrus.toml".to_owned(), defaults.as_bytes().to_vec());
    let plan = planned(files.clone(), "portal").await;
    let site = site_of(&plan);
    let check = site.healthcheck.as_ref().unwrap();
    assert_eq!(
        check.command.last().map(String::as_str),
        Some("http://127.0.0.1:8080/healthz")
    );
    assert_eq!(check.interval, 5);
    assert!(site.options.contains("\"fallback\":false"), "{}", site.options);
    // And what they say of sites nothing to a service.
    assert!(matches!(planned(files, "auth").await.product, Product::Image(_)));
}

#[tokio::test]
async fn a_configuration_of_the_repositorys_own_is_one_of_three() {
    for (text, include, packs) in [
        (
            "location ^~ /api/ { proxy_pass http://api; }",
            Some("        include /etc/nginx/own.conf;"),
            true,
        ),
        (
            "server { listen 8080; }",
            Some("    include /etc/nginx/own.conf;"),
            false,
        ),
        ("daemon off;\nevents {}\nhttp {}", None, false),
    ] {
        let mut files = portal("[static]\nnginx = \"nginx.conf\"\n");
        files.insert("services/portal/nginx.conf".to_owned(), text.as_bytes().to_vec());
        let plan = planned(files, "portal").await;
        let site = site_of(&plan);
        match include {
            Some(include) => assert!(site.server.contains(include), "{}", site.server),
            None => assert_eq!(site.server, text),
        }
        assert!(
            site.options.contains(&format!("\"packs\":{packs}")),
            "{}",
            site.options
        );
        assert_eq!(
            site.command().iter().any(|word| word == "daemon off;"),
            !text.contains("daemon")
        );
        assert_eq!(site.healthcheck.is_some(), packs);
    }
    let told = refused(portal("[static]\nnginx = \"gone.conf\"\n")).await;
    assert!(
        told.contains("service.toml:3")
            && told.contains("services/portal/gone.conf is not in the build context"),
        "{told}"
    );
}

#[tokio::test]
async fn a_file_system_of_nginx_alone_comes_from_debians_image() {
    let (.., planned) = planned_for(engine(portal("base = \"scratch\"\n")), &request("portal"))
        .await
        .unwrap();
    let runs: Vec<String> = planned
        .plan
        .runs()
        .map(|(_, run)| run.command.join(" "))
        .collect();
    assert!(
        runs.iter().any(|run| run.ends_with("inspect nginx /image /out")),
        "{runs:#?}"
    );
    let Outcome::Image(image) = &planned.plan.outcome else {
        panic!()
    };
    assert!(image.is_scratch && image.run.healthcheck.is_none());
}

#[tokio::test]
async fn variables_that_nothing_sets_and_builds_that_never_repeat_are_warned_of() {
    let mut files = portal("");
    let config = "import react from 'x';\nexport default { define: { T: Date.now() } };\n";
    files.insert(
        "services/portal/vite.config.ts".to_owned(),
        config.as_bytes().to_vec(),
    );
    let (.., planned) = planned_for(engine(files), &request("portal")).await.unwrap();
    let told: Vec<String> = planned.warnings.iter().map(ToString::to_string).collect();
    assert!(
        told.len() == 1
            && told[0].starts_with("UnrepeatableSite: `Date.now()`")
            && told[0].ends_with("(services/portal/vite.config.ts:2)"),
        "{told:?}"
    );
}

/// The portal built by a tool that nobody here knows, with what its build left.
fn strange(manifest: &str, left: &[(&str, &str)]) -> Files {
    let mut files = portal(manifest);
    let path = "services/portal/package.json";
    let text = String::from_utf8(files[path].clone()).unwrap();
    let text = text.replace("vite build", "strange-tool make");
    files.insert(path.to_owned(), text.into_bytes());
    for (name, text) in left {
        let path = format!("app/services/portal/{name}");
        files.insert(path, text.as_bytes().to_vec());
    }
    files
}

/// Returns the program of the image, or why there is none, and the rules that warned.
async fn comes_to(files: Files) -> (String, Vec<String>) {
    let (gateway, fake) = connect(engine(files)).await;
    let result = build(gateway, request("portal")).await;
    let state = fake.state();
    let rules = state.warnings.iter().map(|warning| {
        let short = String::from_utf8_lossy(&warning.short).into_owned();
        short.split(':').next().unwrap_or_default().to_owned()
    });
    let rules: Vec<String> = rules.collect();
    drop(state);
    let told = match result {
        Ok(result) => {
            let config = Built {
                result,
                solves: Vec::new(),
                fake: fake.clone(),
            }
            .config();
            config["config"]["Cmd"][0].as_str().unwrap().to_owned()
        }
        Err(failure) => failure.to_string(),
    };
    (told, rules)
}

/// Which tools write sites is known of some alone; of the others what they wrote tells.
#[tokio::test]
async fn a_build_that_leaves_pages_and_nothing_to_start_is_that_of_a_site() {
    let page = ("dist/index.html", "<script src=\"main.js\"></script>");
    for left in [
        &[page][..],
        &[("public_html/index.html", "")],
        // A script for browsers, by the name that a server would have.
        &[page, ("dist/main.js", "document.body.append('x')")],
    ] {
        let (started, rules) = comes_to(strange("", left)).await;
        assert_eq!(started, "nginx", "{left:?}");
        assert!(rules.contains(&"SiteByOutput".to_owned()), "{rules:?}");
        assert!(!rules.contains(&"NoHealthcheck".to_owned()), "{rules:?}");
    }
    // A server with pages beside it.
    let (started, rules) = comes_to(strange("", &[("dist/index.html", ""), ("dist/main.js", "")])).await;
    assert_ne!(started, "nginx");
    assert!(rules.contains(&"NoHealthcheck".to_owned()), "{rules:?}");
    assert!(!rules.contains(&"SiteByOutput".to_owned()), "{rules:?}");
    // Who says what it is gets that, or is told what is missing.
    let (said, _) = comes_to(strange("kind = \"node\"\n", &[page])).await;
    assert!(
        said.contains("the build left dist/index.html, and nothing that starts a service"),
        "{said}"
    );
    let (said, _) = comes_to(strange("", &[])).await;
    assert!(said.contains("the build left none of dist/main.js"), "{said}");
}

/// Pages of the repository's own say nothing of what the build wrote.
#[tokio::test]
async fn a_service_with_pages_and_nothing_to_start_is_told_what_it_lacks() {
    let mut files = strange("", &[("public/index.html", "")]);
    let report =
        json!({ "error": "the build wrote no index.html; write …", "key": "static.output", "warnings": [] });
    files.insert(
        "usr/lib/vextrus/site.json".to_owned(),
        report.to_string().into_bytes(),
    );
    let (said, rules) = comes_to(files).await;
    assert!(said.contains("the build left none of dist/main.js"), "{said}");
    assert!(!rules.contains(&"SiteByOutput".to_owned()), "{rules:?}");
}

#[test]
fn what_is_told_of_a_build_without_a_page_is_known() {
    assert!(
        crate::kinds::node::scripts::SITE
            .text
            .contains(&format!("`{}", verdict::NO_PAGE))
    );
}
