use super::*;
use crate::diagnostic::SourceFile;

mod services;

/// A package with scripts, further fields, and files in its directory, each with its text.
fn project(scripts: &str, fields: &str, files: &[(&str, &str)]) -> Project {
    let text = format!("{{ \"name\": \"web\",\n\"scripts\": {scripts}{fields} }}");
    let mut project = Project::new(PackageJson::parse(&SourceFile::new("package.json", text)).unwrap());
    for (name, text) in files {
        let file = SourceFile::new(*name, *text);
        project.site.files.insert((*name).to_owned(), Some(file));
    }
    project
}

fn kind(manifest: &str, project: &Project) -> Kind {
    let manifest = Manifest::parse(&SourceFile::new("service.toml", manifest)).unwrap();
    decide(&manifest, project, false).kind
}

const PAGE: (&str, &str) = ("index.html", "");
const VITE: &str = r#"{ "dev": "vite", "build": "tsc -b && vite build", "preview": "vite preview" }"#;

#[test]
fn a_build_that_renders_on_a_server_is_no_site() {
    for flag in ["--ssr src/entry-server.js", "--ssr=src/entry-server.js", "--ssr"] {
        let scripts = format!(
            r#"{{ "dev": "node server", "build": "npm run build:client && npm run build:server",
                "build:client": "vite build --outDir dist/client", "build:server": "vite build {flag} --outDir dist/server",
                "preview": "cross-env NODE_ENV=production node server" }}"#
        );
        let project = project(&scripts, "", &[PAGE]);
        assert_eq!(kind("", &project), Kind::Node, "{flag}");
        assert_eq!(kind("[static]\n", &project), Kind::Static);
    }
}

#[test]
fn the_usual_projects_of_each_tool_are_sites() {
    for (scripts, fields, files, folder) in [
        (VITE, "", &[PAGE][..], "dist"),
        // create-vue
        (
            r#"{ "build": "run-p type-check \"build-only {@}\" --", "build-only": "vite build", "type-check": "vue-tsc" }"#,
            "",
            &[PAGE],
            "dist",
        ),
        (r#"{ "build": "vite build --outDir ../x" }"#, "", &[PAGE], "../x"),
        (r#"{ "build": "vite build --outDir=www" }"#, "", &[PAGE], "www"),
        // `npm init` names a file that is not there.
        (VITE, r#", "main": "index.js""#, &[PAGE], "dist"),
        // Looked at by its own tool, or served as files.
        (
            r#"{ "build": "vite build", "start": "vite preview --host" }"#,
            "",
            &[PAGE],
            "dist",
        ),
        (
            r#"{ "build": "vite build", "start": "serve -s dist" }"#,
            "",
            &[PAGE],
            "dist",
        ),
        (
            r#"{ "build": "vite build", "start": "npx http-server dist" }"#,
            "",
            &[PAGE],
            "dist",
        ),
        (
            r#"{ "build": "vite build" }"#,
            r#", "devDependencies": { "@sveltejs/adapter-static": "3" }"#,
            &[],
            "build",
        ),
        (
            r#"{ "build": "ng build", "start": "ng serve" }"#,
            "",
            &[(
                "angular.json",
                r#"{ "projects": { "shop": { "architect": { "build": { "builder": "@angular/build:application" } } } } }"#,
            )],
            "dist/shop/browser",
        ),
        (
            r#"{ "build": "ng build admin" }"#,
            "",
            &[(
                "angular.json",
                r#"{ "projects": { "shop": {}, "admin": { "architect": { "build": {
                    "builder": "@angular-devkit/build-angular:application",
                    "options": { "outputPath": { "base": "out", "browser": "" } } } } } } }"#,
            )],
            "out",
        ),
        (
            r#"{ "build": "ng build" }"#,
            "",
            &[(
                "angular.json",
                r#"{ "projects": { "old": { "architect": { "build": {
                    "builder": "@angular-devkit/build-angular:browser", "options": { "outputPath": "dist/old" } } } } } }"#,
            )],
            "dist/old",
        ),
        (
            r#"{ "build": "react-scripts build", "start": "react-scripts start" }"#,
            "",
            &[],
            "build",
        ),
        (r#"{ "build": "vue-cli-service build" }"#, "", &[], "dist"),
        (
            r#"{ "build": "astro check && astro build" }"#,
            "",
            &[("astro.config.mjs", "export default {}")],
            "dist",
        ),
        (
            r#"{ "build": "next build", "start": "next start" }"#,
            "",
            &[("next.config.mjs", "{ output: 'export' }")],
            "out",
        ),
        (r#"{ "build": "nuxt generate" }"#, "", &[], ".output/public"),
        (
            r#"{ "build": "react-router build" }"#,
            "",
            &[("react-router.config.ts", "{ ssr: false }")],
            "build/client",
        ),
        // The start script of its template, which serves what `ssr: false` does not write.
        (
            r#"{ "build": "react-router build", "start": "react-router-serve ./build/server/index.js" }"#,
            "",
            &[("react-router.config.ts", "{ ssr: false }")],
            "build/client",
        ),
        (
            r#"{ "build": "remix vite:build" }"#,
            "",
            &[("vite.config.ts", "plugins: [remix({ ssr: false })]")],
            "build/client",
        ),
        (
            r#"{ "build": "nuxt build" }"#,
            "",
            &[("nuxt.config.ts", "{ nitro: { preset: 'static' } }")],
            ".output/public",
        ),
        // A server that its build runs and leaves out.
        (
            r#"{ "build": "ng build" }"#,
            r#", "dependencies": { "@angular/ssr": "20" }"#,
            &[(
                "angular.json",
                r#"{ "projects": { "a": { "architect": { "build": { "builder": "@angular/build:application",
                    "options": { "outputMode": "static" } } } } } }"#,
            )],
            "dist/a/browser",
        ),
        // Its `main` is where the bundle begins.
        (
            r#"{ "build": "expo export --platform web", "start": "expo start" }"#,
            r#", "main": "index.js""#,
            &[("index.js", "")],
            "dist",
        ),
        (
            r#"{ "docs:build": "vitepress build docs", "docs:dev": "vitepress dev docs" }"#,
            "",
            &[],
            "docs/.vitepress/dist",
        ),
        (
            r#"{ "storybook": "storybook dev", "build-storybook": "storybook build" }"#,
            "",
            &[],
            "storybook-static",
        ),
        (
            r#"{ "build": "parcel build", "start": "parcel" }"#,
            r#", "source": "src/index.html""#,
            &[],
            "dist",
        ),
        (r#"{ "build": "docusaurus build" }"#, "", &[], "build"),
        (r#"{ "build": "rspress build" }"#, "", &[], "doc_build"),
        (
            r#"{ "build": "rsbuild build", "start": "rsbuild preview" }"#,
            "",
            &[("rsbuild.config.ts", "defineConfig({ plugins: [] })")],
            "dist",
        ),
        (
            r#"{ "build": "vitepress build docs" }"#,
            "",
            &[],
            "docs/.vitepress/dist",
        ),
        (r#"{ "build": "storybook build" }"#, "", &[], "storybook-static"),
        (r#"{ "build": "gatsby build" }"#, "", &[], "public"),
        (r#"{ "build": "eleventy" }"#, "", &[], "_site"),
        (r#"{ "build": "parcel build src/index.html" }"#, "", &[], "dist"),
    ] {
        let project = project(scripts, fields, files);
        assert_eq!(kind("", &project), Kind::Static, "{scripts}{fields}");
        let found = recognise(
            &Manifest::parse(&SourceFile::new("s.toml", "")).unwrap(),
            &project,
        )
        .unwrap();
        assert_eq!(
            found.expected.first().map(String::as_str),
            Some(folder),
            "{scripts}"
        );
    }
}

#[test]
fn what_starts_a_service_or_is_a_library_is_none() {
    for (scripts, fields, files) in [
        // A service that is bundled, or that has pages beside it.
        (
            r#"{ "build": "vite build --ssr src/main.ts", "start": "node dist/main.js" }"#,
            "",
            &[PAGE][..],
        ),
        (
            r#"{ "build": "vite build", "start": "node server.js" }"#,
            "",
            &[PAGE],
        ),
        (
            r#"{ "build": "vite build", "start:prod": "tsx server.ts" }"#,
            "",
            &[PAGE],
        ),
        (VITE, r#", "main": "dist/main.js""#, &[PAGE]),
        (VITE, r#", "main": "electron.js""#, &[PAGE, ("electron.js", "")]),
        (VITE, r#", "bin": { "x": "x.js" }"#, &[PAGE]),
        (VITE, r#", "exports": "./dist/index.js""#, &[PAGE]),
        // Vite builds a library, or the server of a framework.
        (VITE, "", &[]),
        (
            VITE,
            r#", "dependencies": { "@analogjs/platform": "1" }"#,
            &[PAGE],
        ),
        (
            r#"{ "build": "vite build" }"#,
            r#", "devDependencies": { "@sveltejs/adapter-node": "5" }"#,
            &[],
        ),
        (
            r#"{ "build": "astro build" }"#,
            r#", "dependencies": { "@astrojs/node": "9" }"#,
            &[],
        ),
        (
            r#"{ "build": "astro build" }"#,
            "",
            &[("astro.config.mjs", "export default { output: 'server' }")],
        ),
        (
            r#"{ "build": "next build" }"#,
            "",
            &[("next.config.mjs", "export default {}")],
        ),
        (r#"{ "build": "nuxt build" }"#, "", &[]),
        (
            r#"{ "build": "react-router build" }"#,
            "",
            &[("react-router.config.ts", "{ ssr: true }")],
        ),
        (
            r#"{ "build": "ng build" }"#,
            r#", "dependencies": { "@angular/ssr": "20" }"#,
            &[("angular.json", "{}")],
        ),
        (
            r#"{ "build": "react-router build", "start": "node server.js" }"#,
            "",
            &[("react-router.config.ts", "{ ssr: false }")],
        ),
        (
            r#"{ "build": "parcel build" }"#,
            r#", "source": "src/server.ts""#,
            &[],
        ),
        (
            r#"{ "build": "rsbuild build" }"#,
            "",
            &[("rsbuild.config.ts", "output: { target: 'node' }")],
        ),
        (r#"{ "build": "tsc", "site": "vite build" }"#, "", &[PAGE]),
        ("{}", "", &[PAGE]),
    ] {
        let project = project(scripts, fields, files);
        assert_eq!(kind("", &project), Kind::Node, "{scripts}{fields}");
    }
}

/// A start script that only serves files is for who looks at a site: no production install has its server.
#[test]
fn what_a_server_of_files_is_started_for_is_a_site() {
    let decided = |scripts: &str, fields: &str| {
        let manifest = Manifest::parse(&SourceFile::new("service.toml", "")).unwrap();
        decide(&manifest, &project(scripts, fields, &[]), false)
    };
    for (start, folders) in [
        ("npx serve public", &["public"][..]),
        ("serve -s ./www/ -l 3000", &["www", "3000"]),
        ("npx http-server", &[]),
        ("npx http-server . -p 8080", &["8080"]),
        ("sirv ../../dist/web", &[]),
    ] {
        let scripts = format!(r#"{{ "build": "node build.mjs", "start": "{start}" }}"#);
        let found = decided(&scripts, r#", "devDependencies": { "serve": "14" }"#);
        assert_eq!(
            (found.kind, found.inferred),
            (Kind::Static, Kind::Static),
            "{start}"
        );
        assert_eq!(found.served, folders, "{start}");
        assert_eq!(
            found.why,
            format!("`{start}` serves files, and only developers have it")
        );
        assert_eq!(found.place.map(|place| place.first_line), Some(2));
    }
    for fields in [
        // It is what the service runs.
        r#", "dependencies": { "serve": "14" }"#,
        // A library with an example.
        r#", "exports": "./index.js""#,
        r#", "bin": "cli.js""#,
    ] {
        let found = decided(r#"{ "start": "serve public" }"#, fields);
        assert_eq!(found.kind, Kind::Node, "{fields}");
    }
    assert_eq!(decided(r#"{ "start": "node serve" }"#, "").kind, Kind::Node);
}

/// The configuration of Next.js is a program, and `next start` starts nothing where that exports.
#[test]
fn a_configuration_that_may_export_leaves_it_to_what_the_build_writes() {
    let may_be = |start: &str, config: &str| {
        let scripts = format!(r#"{{ "build": "next build", "start": "{start}" }}"#);
        let project = project(&scripts, "", &[("next.config.mjs", config)]);
        let manifest = Manifest::parse(&SourceFile::new("service.toml", "")).unwrap();
        let found = recognise(&manifest, &project).unwrap();
        found.may_be_site(&project)
    };
    for config in [
        "const c = {\n output: isProduction ? 'export' : undefined }",
        "config.output = \"export\";",
    ] {
        assert!(may_be("next start", config), "{config}");
        assert!(!may_be("node server.js", config), "{config}");
    }
    assert!(!may_be("next start", "export default { output: 'standalone' }"));
    // That is a site without looking.
    assert!(!may_be("next start", "export default { output: 'export' }"));
}

#[test]
fn what_the_build_left_decides_where_nothing_else_does() {
    let kind = |manifest: &str, scripts: &str| {
        let manifest = Manifest::parse(&SourceFile::new("service.toml", manifest)).unwrap();
        decide(&manifest, &project(scripts, "", &[]), true).kind
    };
    let unknown = r#"{ "build": "webpack" }"#;
    assert_eq!(kind("", unknown), Kind::Static);
    assert_eq!(kind("kind = \"node\"\n", unknown), Kind::Node);
    assert_eq!(kind("[run]\ncommand = \"node x.js\"\n", unknown), Kind::Node);
}

#[test]
fn the_manifest_says_otherwise() {
    let (site, service) = (project(VITE, "", &[PAGE]), project("{}", "", &[]));
    assert_eq!(kind("kind = \"node\"\n", &site), Kind::Node);
    assert_eq!(kind("[run]\ncommand = \"node server.js\"\n", &site), Kind::Node);
    assert_eq!(
        kind("[target.worker]\ncommand = \"node worker.js\"\n", &site),
        Kind::Node
    );
    assert_eq!(kind("[build]\nscript = false\n", &site), Kind::Node);
    assert_eq!(kind("kind = \"static\"\n", &service), Kind::Static);
    assert_eq!(kind("[static]\noutput = \"public\"\n", &service), Kind::Static);
    let manifest = Manifest::parse(&SourceFile::new("service.toml", "")).unwrap();
    let decided = decide(&manifest, &site, false);
    assert_eq!(
        decided.why,
        "Vite builds it (`tsc -b && vite build`), and nothing starts a service"
    );
    assert_eq!(decided.place.map(|place| place.first_line), Some(2));
}

/// What the plan says to the step that makes files ready to be served.
#[test]
fn what_a_site_is_told_to_be_goes_by_its_tool_and_its_configuration() {
    let manifest = Manifest::parse(&SourceFile::new("service.toml", "")).unwrap();
    let options = |project: &Project| -> serde_json::Value {
        let decided = decide(&manifest, project, false);
        let text = super::super::options(&manifest.site, &decided, project, ".", true);
        serde_json::from_str(&text).unwrap()
    };
    for (config, expected) in [
        ("export default {}", "one"),
        ("{ appType: 'spa' }", "one"),
        ("{ appType: 'mpa' }", "each"),
    ] {
        let site = project(VITE, "", &[PAGE, ("vite.config.ts", config)]);
        assert_eq!(options(&site)["pages"], expected, "{config}");
    }
    let nuxt = options(&project(r#"{ "build": "nuxt generate" }"#, "", &[]));
    assert_eq!(nuxt["immutable"]["all"], "_nuxt/");
    assert_eq!(nuxt["immutable"]["but"], "_nuxt/builds/latest.json");

    // A folder that is said to be served may be the repository's; one that a known tool writes is not.
    let whole = |manifest: &str, scripts: &str| {
        let manifest = Manifest::parse(&SourceFile::new("service.toml", manifest)).unwrap();
        let decided = decide(&manifest, &project(scripts, "", &[PAGE]), false);
        super::super::whole(&manifest.site, &decided)
    };
    let output = "[static]\noutput = \"www\"\n";
    assert_eq!(whole(output, r#"{ "build": "node build.mjs" }"#), ["www"]);
    assert_eq!(whole("", r#"{ "start": "npx serve public" }"#), ["public"]);
    assert!(whole(output, VITE).is_empty());
}
