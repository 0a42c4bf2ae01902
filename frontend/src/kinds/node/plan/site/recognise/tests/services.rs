//! What starts a service, and what only builds or serves pages.

use super::*;

/// Nuxt 2 has a server and pages, and its configuration says which is wanted.
#[test]
fn a_tool_that_is_told_to_write_pages_builds_them() {
    let scripts =
        r#"{ "build": "nuxt build", "start": "nuxt start", "generate": "cross-env A=1 nuxt generate" }"#;
    let decided = |scripts: &str, config: &str| {
        let mut project = project(scripts, "", &[("nuxt.config.js", config)]);
        project.manifest.built_by = generated::script(&project);
        let manifest = Manifest::parse(&SourceFile::new("service.toml", "")).unwrap();
        let built = command::build_script(&project.manifest).map(str::to_owned);
        (decide(&manifest, &project, false), built)
    };
    let (found, built) = decided(scripts, "export default {\n  target: 'static',\n}");
    assert_eq!((found.kind, built.as_deref()), (Kind::Static, Some("generate")));
    assert_eq!(found.recognised.unwrap().expected, [".output/public", "dist"]);
    for config in ["export default {}", "{ target: 'server' }", "// target: 'static'"] {
        let (found, built) = decided(scripts, config);
        assert_eq!(
            (found.kind, built.as_deref()),
            (Kind::Node, Some("build")),
            "{config}"
        );
    }
    let itself = r#"{ "build": "nuxt generate", "other": "nuxt generate --x" }"#;
    let (found, built) = decided(itself, "{ target: 'static' }");
    assert_eq!((found.kind, built.as_deref()), (Kind::Static, Some("build")));
    let without = r#"{ "build": "nuxt build", "start": "nuxt start" }"#;
    assert_eq!(decided(without, "{ target: 'static' }").0.kind, Kind::Node);
}

#[test]
fn the_last_command_of_a_start_script_says_what_is_started() {
    const CRACO: &str = "craco build";
    for (build, start, expected) in [
        (
            "docusaurus build",
            "node gen.js && docusaurus start",
            Kind::Static,
        ),
        (
            "docusaurus build",
            "npm run gen && docusaurus start --port $PORT",
            Kind::Static,
        ),
        (
            "vue-cli-service build",
            "node gen.js; vue-cli-service serve",
            Kind::Static,
        ),
        (CRACO, "node gen.js && HTTPS=true craco start", Kind::Static),
        (CRACO, "npm run both", Kind::Static),
        (
            CRACO,
            "(cd gen && node a.js || true) && cross-env PORT=${PORT:-1} craco start",
            Kind::Static,
        ),
        (
            "parcel build index.html",
            "node gen.js && parcel index.html",
            Kind::Static,
        ),
        (
            "vite build",
            "node gen.js && serve -s dist -l $PORT",
            Kind::Static,
        ),
        ("docusaurus build", "docusaurus start && node a.js", Kind::Node),
        (
            "docusaurus build",
            "echo docusaurus start; node a.js $PORT",
            Kind::Node,
        ),
        (
            "docusaurus build",
            "node server.js & docusaurus start",
            Kind::Node,
        ),
        (CRACO, "node gen.js && node server.js | craco", Kind::Node),
        (
            "vite build",
            "prisma migrate deploy && node server.js",
            Kind::Node,
        ),
    ] {
        let both = "node gen.js && npm run app";
        let scripts = serde_json::json!(
            { "build": build, "start": start, "gen": "node gen.js", "both": both, "app": "craco start" }
        );
        let project = project(&scripts.to_string(), "", &[PAGE]);
        assert_eq!(kind("", &project), expected, "{start}");
    }
}

#[test]
fn a_main_that_the_bundler_builds_is_no_program() {
    const REACT: &str = r#"{ "build": "react-scripts build", "start": "react-scripts start" }"#;
    const WITH_SERVER: &str = r#"{ "build": "react-scripts build", "server": "nodemon src/server.js" }"#;
    let page = |script: &str| format!("<div></div><script type=\"module\" src=\"{script}\"></script>");
    let app = page("/app/main.js");
    let beside = page("main.js");
    for (scripts, main, page, expected) in [
        (REACT, "src/index.js", None, Kind::Static),
        (REACT, "./src/App.tsx", None, Kind::Static),
        (REACT, "index.tsx", None, Kind::Static),
        (REACT, "public/electron.js", None, Kind::Node),
        (WITH_SERVER, "src/server.js", None, Kind::Node),
        (WITH_SERVER, "src/index.js", None, Kind::Static),
        (VITE, "src/main.jsx", Some(""), Kind::Static),
        (VITE, "app/other.js", Some(app.as_str()), Kind::Static),
        (VITE, "src/server.js", Some(app.as_str()), Kind::Node),
        (VITE, "main.js", Some(beside.as_str()), Kind::Static),
        (VITE, "server.js", Some(beside.as_str()), Kind::Node),
        (VITE, "dist/server.js", Some(app.as_str()), Kind::Node),
    ] {
        let page = page.map(|text| ("index.html", text));
        let file = main.trim_start_matches("./");
        let files: Vec<_> = page.into_iter().chain([(file, "")]).collect();
        let project = project(scripts, &format!(r#", "main": "{main}""#), &files);
        assert_eq!(kind("", &project), expected, "{scripts} {main}");
    }
}
