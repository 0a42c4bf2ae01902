//! Static sites: built by the real tools, served by the real nginx, asked over plain HTTP and by a browser.

use vextrus_e2e::http::{Response, request};
use vextrus_e2e::{Browser, Built, Container, Engine, Image, Kind, Workspace, repository};

/// A user that no image has.
const SOMEBODY: &str = "4242:4242";

/// Files that nginx's own list has no type for, which sites hold.
const TYPES: [(&str, &str); 8] = [
    ("csv", "text/csv; charset=utf-8"),
    ("geojson", "application/geo+json"),
    ("glb", "model/gltf-binary"),
    ("ics", "text/calendar; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("otf", "font/otf"),
    ("xsl", "application/xml"),
];

/// Returns the portal of the example, with a base.
fn portal(base: &str) -> Workspace {
    let erp = Workspace::erp();
    let manifest = format!("# syntax=vextrus/frontend\n{base}");
    erp.write("services/portal/service.toml", manifest);
    erp
}

/// Starts an image as in production, with as little as a site needs.
fn served(image: &Image) -> (Container, String) {
    image.container().user(SOMEBODY).limited(32, 16).published(8080)
}

fn get(address: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let answer = request(address, "GET", path, headers, b"");
    answer.unwrap_or_else(|| panic!("no answer for {path}"))
}

/// The scripts, styles and pictures that the site has below `assets`, by their names on the server.
fn assets(image: &Image, end: &str) -> Vec<String> {
    let files = image.files();
    let below = files.below("/usr/share/nginx/html/assets");
    let names = below.filter_map(|(path, entry)| {
        let name = path.strip_prefix("/usr/share/nginx/html")?;
        let name = name.strip_suffix(".gz").unwrap_or(name);
        (entry.kind == Kind::File && name.ends_with(end)).then(|| name.to_owned())
    });
    names.collect()
}

/// A page of the next release that is as long as the one before is another page to nginx: with one time for all files it
/// would answer 304, and browsers would keep a page whose scripts are gone.
#[test]
fn the_page_of_the_next_release_is_never_taken_for_the_last_one() {
    let engine = Engine::take();
    let erp = portal("");
    let first = engine.build(&erp).service("portal").run();
    erp.replace(
        "services/portal/src/pages/settings.tsx",
        "title=\"Settings\"",
        "title=\"Betrings\"",
    );
    let second = engine.build(&erp).service("portal").run();
    let page = |image: &Image| {
        let (container, address) = served(image);
        let page = get(&address, "/", &[]);
        drop(container);
        page
    };
    let (one, two) = (page(&first.image), page(&second.image));
    assert_eq!(
        one.body.len(),
        two.body.len(),
        "the pages are to be of one length"
    );
    assert_ne!(one.body, two.body);
    assert_ne!(one.header("etag"), two.header("etag"));
    let (_container, address) = served(&second.image);
    for header in [
        ("If-None-Match", one.header("etag")),
        ("If-Modified-Since", one.header("last-modified")),
    ] {
        let answer = get(&address, "/", &[header]);
        assert_eq!((answer.status, answer.text()), (200, two.text()), "{header:?}");
    }
    let known = get(&address, "/", &[("If-None-Match", two.header("etag"))]);
    assert_eq!(known.status, 304);

    // One changed line moves the code, and nothing else.
    let (before, after) = (first.image.diff_ids(), second.image.diff_ids());
    let moved: Vec<usize> = (0..after.len())
        .filter(|at| before.get(*at) != after.get(*at))
        .collect();
    assert_eq!(
        (before.len(), moved.len()),
        (after.len(), 1),
        "{before:?}\n{after:?}"
    );
    // Built again from nothing that the package's build has made, it is the same image.
    let again = engine
        .build(&erp)
        .service("portal")
        .args(["--no-cache-filter", "build,runtime"])
        .run();
    assert!(
        again
            .progress
            .ran()
            .iter()
            .any(|step| step.contains("build @erp/portal"))
    );
    assert_eq!(again.image.digest(), second.image.digest());
}

#[test]
fn every_case_holds_on_the_default_base() {
    cases("");
}

#[test]
fn every_case_holds_on_scratch() {
    let image = cases("base = \"scratch\"\n");
    let size = image.compressed_size();
    assert!(size < 15_000_000, "{size} bytes");
    let files = image.files();
    let programs: Vec<&str> = files
        .iter()
        .filter(|(path, entry)| {
            entry.kind == Kind::File && entry.size > 0 && entry.mode & 0o111 != 0 && !path.contains(".so")
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(programs, ["/usr/sbin/nginx"]);
    assert!(image.inspect()["Config"]["Healthcheck"].is_null());
}

/// Asks everything that a site is asked, under a read-only root file system, without capabilities, as any user.
fn cases(base: &str) -> Image {
    let engine = Engine::take();
    let erp = portal(base);
    erp.write(
        "services/portal/public/.well-known/security.txt",
        "Contact: mailto:x@example.com\n",
    );
    erp.write("services/portal/public/.env.example", "SECRET=1\n");
    erp.write(
        "services/portal/public/docs2/index.html",
        "<!doctype html><title>docs</title>\n",
    );
    for (name, _) in TYPES {
        erp.write(&format!("services/portal/public/types/a.{name}"), "a\n");
    }
    let image = engine.build(&erp).service("portal").run().image;
    let (container, address) = served(&image);
    let scripts = assets(&image, ".js");
    let script = scripts
        .iter()
        .find(|name| name.contains("/index-"))
        .expect("the page's script");
    let picture = &assets(&image, ".png")
        .into_iter()
        .find(|name| name.contains("crane"))
        .expect("a picture");
    let ask = |method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let answer = request(&address, method, path, headers, body);
        answer.unwrap_or_else(|| panic!("no answer for {method} {path}\n{}", container.logs()))
    };
    let get = |path: &str, headers: &[(&str, &str)]| ask("GET", path, headers, b"");

    let page = get("/", &[]);
    assert_eq!((page.status, page.header("cache-control")), (200, "no-cache"));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.header("etag").is_empty());
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
    ] {
        assert_eq!(page.header(name), value);
    }
    for path in ["/projects/42", "/users/john.doe"] {
        assert_eq!(
            (get(path, &[]).status, get(path, &[]).body),
            (200, page.body.clone()),
            "{path}"
        );
    }
    for path in ["/assets/gone-AbCd1234.js", "/assets/x.js.map", "/assets/gone.png"] {
        let missing = get(path, &[]);
        assert_eq!(
            (missing.status, missing.header("cache-control")),
            (404, ""),
            "{path}"
        );
        assert!(missing.header("content-type").starts_with("text/plain"), "{path}");
    }
    // No map is there, though the build wrote some.
    assert_eq!(get(&format!("{script}.map"), &[]).status, 404);

    let plain = get(script, &[]);
    assert_eq!((plain.status, plain.header("cache-control")), (200, KEPT));
    assert!(plain.header("content-type").contains("javascript"));
    for encodings in ["gzip", "gzip, br"] {
        let packed = get(script, &[("Accept-Encoding", encodings)]);
        assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
        assert_eq!(
            (packed.header("cache-control"), packed.header("vary")),
            (KEPT, "Accept-Encoding")
        );
        assert_eq!(packed.text(), plain.text());
        let known = get(
            script,
            &[
                ("Accept-Encoding", encodings),
                ("If-None-Match", packed.header("etag")),
            ],
        );
        assert_eq!(known.status, 304);
    }
    for path in ["/../../etc/passwd", "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd"] {
        assert_eq!(get(path, &[]).status, 400, "{path}");
    }
    for path in ["/.env", "/.env.example", "/.git/config"] {
        assert_eq!(get(path, &[]).status, 404, "{path}");
    }
    assert_eq!(get("/.well-known/security.txt", &[]).status, 200);
    for path in ["/docs2", "/docs2/"] {
        let docs = get(path, &[]);
        assert_eq!(docs.status, 200, "{path}");
        assert!(docs.text().contains("<title>docs</title>"), "{path}");
    }
    for (name, of) in TYPES {
        let file = get(&format!("/types/a.{name}"), &[]);
        assert_eq!((file.status, file.header("content-type")), (200, of), "{name}");
    }
    // Parts of files that are not packed: of media, as players ask for them.
    let part = get(picture, &[("Range", "bytes=0-9")]);
    assert_eq!((part.status, part.body.len()), (206, 10));
    assert_eq!(get(picture, &[("Range", "bytes=99999999-")]).status, 416);
    // A part of what lies there packed is all of it, which HTTP allows.
    assert_eq!(get(script, &[("Range", "bytes=0-9")]).status, 200);
    for path in [picture.as_str(), script, "/projects/42"] {
        let head = ask("HEAD", path, &[], b"");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
    for (method, path) in [
        ("POST", "/projects/42"),
        ("PUT", script),
        ("DELETE", "/"),
        ("OPTIONS", "/"),
    ] {
        let body: &[u8] = if method == "POST" { b"a=1" } else { b"" };
        assert_eq!(ask(method, path, &[], body).status, 405, "{method} {path}");
    }
    assert_eq!(ask("POST", "/", &[], &[b'a'; 13_000]).status, 413);
    assert_eq!(get("/", &[("If-None-Match", page.header("etag"))]).status, 304);
    let health = get("/healthz", &[]);
    assert_eq!((health.status, health.text().as_str()), (200, "ok\n"));
    let favicon = get("/favicon.svg", &[]);
    assert_eq!(
        (favicon.status, favicon.header("cache-control")),
        (200, "no-cache")
    );
    // What the repository named itself may be another picture tomorrow.
    let hero = get("/assets/hero-2024x768.png", &[]);
    assert_eq!((hero.status, hero.header("cache-control")), (200, "no-cache"));
    assert_eq!(get("/a%00b", &[]).status, 400);
    assert_eq!(get(&format!("/{}", "a".repeat(9000)), &[]).status, 414);

    let logs = container.logs();
    assert!(
        logs.contains("\"GET /projects/42 HTTP/1.1\" 200") && !logs.contains("/healthz"),
        "{logs}"
    );
    for level in ["[emerg]", "[alert]", "[warn]"] {
        assert!(!logs.contains(level), "{logs}");
    }
    let (took, code) = container.stop();
    assert_eq!(code, 0, "after {took:?}:\n{}", container.logs());
    image
}

#[test]
fn a_container_is_healthy_on_the_bases_that_can_ask() {
    let engine = Engine::take();
    for (base, program) in [("", "wget"), ("base = \"debian\"\n", "curl")] {
        let image = engine.build(&portal(base)).service("portal").run().image;
        let config = image.inspect();
        assert_eq!(config["Config"]["Healthcheck"]["Test"][1], program);
        assert_eq!(config["Config"]["StopSignal"], "SIGQUIT");
        assert_eq!(config["Config"]["User"], "1001:1001");
        assert!(config["Config"]["Entrypoint"].is_null());
        let _container = image.container().user(SOMEBODY).healthy();
    }
}

/// A browser that knows nothing of all this: pages, deep links, reloads, pages loaded later, and a configuration that is
/// mounted where the image runs.
#[test]
fn a_browser_finds_every_page() {
    let engine = Engine::take();
    let image = engine.build(&portal("")).service("portal").run().image;
    let elsewhere = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(
        elsewhere.path(),
        "window.CONFIG = { api: 'https://api.example.com' };\n",
    )
    .expect("it is written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(elsewhere.path(), mode).expect("anybody may read it");
    let container = image
        .container()
        .user(SOMEBODY)
        .file(elsewhere.path(), "/usr/share/nginx/html/config.js");
    let (_container, address) = container.published(8080);
    let browser = Browser::start();
    for (path, title) in [
        ("/", "ERP"),
        ("/projects/42", "Project 42"),
        ("/settings", "Settings"),
        ("/nowhere/at/all", "No such page"),
    ] {
        browser.open(&format!("http://{address}{path}"));
        assert_eq!(browser.text("#title"), title, "{path}");
    }
    browser.open(&format!("http://{address}/projects/7"));
    assert_eq!(browser.text("#title"), "Project 7");
    browser.click("#settings");
    assert_eq!(browser.text("#api"), "https://api.example.com");
    browser.reload();
    assert_eq!(browser.text("#title"), "Settings");

    assert_eq!(browser.logged(), Vec::<String>::new());
    let (loaded, failed) = browser.loaded();
    assert_eq!(failed, Vec::<String>::new());
    assert!(loaded.iter().all(|one| one.status < 400), "{loaded:#?}");
    let of = |part: &'static str| loaded.iter().filter(move |one| one.url.contains(part));
    assert!(of("/assets/").count() > 5, "{loaded:#?}");
    assert!(
        of("/assets/").all(|one| one.cache_control.contains("immutable")),
        "{loaded:#?}"
    );
    let pages: Vec<_> = loaded
        .iter()
        .filter(|one| one.media_type == "text/html")
        .collect();
    assert!(
        pages.len() > 4 && pages.iter().all(|one| one.cache_control == "no-cache"),
        "{pages:#?}"
    );
    assert!(of("/config.js").all(|one| one.cache_control == "no-cache"));
}

/// Returns a site of `tests/sites`, as a workspace of its own.
fn site(name: &str) -> Workspace {
    Workspace::tracked(&repository().join("tests/sites").join(name))
}

/// Builds a site by its manifest.
fn built(engine: &Engine, workspace: &Workspace, arguments: &[&str]) -> Built {
    let build = engine.build(workspace).file("service.toml");
    build.args(arguments.iter().copied()).run()
}

/// The first file that a page asks for with this in its name.
fn asked<'p>(page: &'p str, part: &str) -> &'p str {
    let words = page.split(['"', '\'']);
    let mut found = words.filter(|word| word.starts_with('/') && word.contains(part));
    found
        .next()
        .unwrap_or_else(|| panic!("nothing with {part} in {page}"))
}

const KEPT: &str = "public, max-age=31536000, immutable";

#[test]
fn a_folder_outside_of_its_package_is_served_below_the_path_that_it_was_built_for() {
    let engine = Engine::take();
    let workspace = site("elsewhere");
    let image = engine.build(&workspace).file("apps/web/service.toml").run().image;
    let (_container, address) = served(&image);
    let page = get(&address, "/app/", &[]);
    assert_eq!(page.status, 200);
    let text = page.text();
    let script = asked(&text, "/app/assets/");
    let script = get(&address, script, &[]);
    assert_eq!((script.status, script.header("cache-control")), (200, KEPT));
    assert_eq!(get(&address, "/app/icon.svg", &[]).status, 200);
    assert_eq!(get(&address, "/app/deep/link", &[]).text(), text);
    let moved = get(&address, "/app?a=1", &[]);
    assert_eq!((moved.status, moved.header("location")), (301, "/app/?a=1"));
    // Behind a proxy that takes the path off.
    assert_eq!(get(&address, "/", &[]).text(), text);
    assert_eq!(get(&address, "/app/assets/gone.js", &[]).status, 404);
}

#[test]
fn a_build_reads_the_environment_that_is_everybodys() {
    let engine = Engine::take();
    let workspace = site("environment");
    // What `npm init` writes into `main` is not there, and the machine's own environment is for nobody else.
    workspace.write(".env.local", "VITE_LOCAL=of-this-machine\n");
    let words = |image: &Image| {
        let (container, address) = served(image);
        let page = get(&address, "/", &[]).text();
        let text = get(&address, asked(&page, "/assets/index-"), &[]).text();
        drop(container);
        text
    };
    let first = built(&engine, &workspace, &[]);
    let text = words(&first.image);
    for word in [
        "site-of-env",
        "plain-of-env",
        "mode-of-production",
        "api-of-default",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("of-this-machine"), "{text}");
    let warnings = first.progress.warnings().join("\n");
    assert!(warnings.contains("`VITE_FORGOTTEN` is read here"), "{warnings}");
    assert!(!warnings.contains("VITE_API_URL"), "{warnings}");

    workspace.write(".env.local", "VITE_LOCAL=changed\n");
    let same = built(&engine, &workspace, &[]);
    assert_eq!(same.image.digest(), first.image.digest());
    let other = built(
        &engine,
        &workspace,
        &["--build-arg", "VITE_API_URL=api-of-elsewhere"],
    );
    assert!(words(&other.image).contains("api-of-elsewhere"));
    assert_ne!(assets(&other.image, ".js"), assets(&first.image, ".js"));
}

#[test]
fn pages_have_an_answer_each_and_a_server_is_refused() {
    let engine = Engine::take();
    let workspace = site("astro");
    let (_container, address) = served(&built(&engine, &workspace, &[]).image);
    for (path, title) in [
        ("/", "Home"),
        ("/about", "About"),
        ("/about.html", "About"),
        ("/docs", "Docs"),
    ] {
        let page = get(&address, path, &[]);
        assert_eq!(
            (page.status, page.header("cache-control")),
            (200, "no-cache"),
            "{path}"
        );
        assert!(
            page.text().contains(&format!("<h1>{title}</h1>")),
            "{path}: {}",
            page.text()
        );
    }
    let missing = get(&address, "/nowhere", &[]);
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("No such page"));
    let page = get(&address, "/about", &[]).text();
    assert_eq!(
        get(&address, asked(&page, "/_astro/"), &[]).header("cache-control"),
        KEPT
    );

    let config = "import node from '@astrojs/node';\nimport { defineConfig } from 'astro/config';\n\n\
                  export default defineConfig({ output: 'server', adapter: node({ mode: 'standalone' }) });\n";
    workspace.write("astro.config.mjs", config);
    let refused = engine.build(&workspace).file("service.toml").refused();
    let message = refused.message();
    assert!(
        message.contains("the build wrote a server (dist/server/"),
        "{message}"
    );
    assert!(message.contains("`kind = \"node\"`"), "{message}");
}

#[test]
fn a_page_for_all_other_paths_is_named_as_its_tool_names_it() {
    let engine = Engine::take();
    let workspace = site("sveltekit");
    let built = built(&engine, &workspace, &[]);
    let warnings = built.progress.warnings().join("\n");
    assert!(warnings.contains("kit.version.name"), "{warnings}");
    let (_container, address) = served(&built.image);
    let page = get(&address, "/", &[]);
    assert!(page.text().contains("Kit"), "{}", page.text());
    let other = get(&address, "/items/7", &[]);
    assert_eq!(other.status, 200);
    assert_ne!(other.text(), page.text());
    let text = other.text();
    assert_eq!(
        get(&address, asked(&text, "/_app/immutable/"), &[]).header("cache-control"),
        KEPT
    );
    let version = get(&address, "/_app/version.json", &[]);
    assert_eq!(
        (version.status, version.header("cache-control")),
        (200, "no-cache")
    );
    let files = built.image.files();
    let packed = files
        .below("/usr/share/nginx/html")
        .filter(|(path, _)| path.ends_with(".br"));
    assert_eq!(packed.count(), 0);
}

#[test]
fn pages_below_a_hidden_folder_are_found() {
    let engine = Engine::take();
    let (_container, address) = served(&built(&engine, &site("vitepress"), &[]).image);
    let page = get(&address, "/guide", &[]);
    assert!(page.text().contains("How it is done"), "{}", page.text());
    let text = page.text();
    assert_eq!(
        get(&address, asked(&text, ".lean."), &[]).header("cache-control"),
        KEPT
    );
    assert_eq!(get(&address, "/nowhere", &[]).status, 404);
}

#[test]
fn an_export_is_served_below_its_path() {
    let engine = Engine::take();
    let built = built(&engine, &site("next"), &[]);
    let warnings = built.progress.warnings().join("\n");
    assert!(warnings.contains("generateBuildId"), "{warnings}");
    let (_container, address) = served(&built.image);
    for (path, title) in [("/shop/", "Shop"), ("/shop/about", "About the shop")] {
        let page = get(&address, path, &[]);
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.text().contains(&format!("<h1 id=\"title\">{title}</h1>")),
            "{path}: {}",
            page.text()
        );
    }
    let text = get(&address, "/shop/", &[]).text();
    let script = get(&address, asked(&text, "/shop/_next/static/"), &[]);
    assert_eq!((script.status, script.header("cache-control")), (200, KEPT));
    assert_eq!(get(&address, "/shop/nowhere", &[]).status, 404);
}

/// Tailwind looks through all that `.gitignore` does not leave out: what an earlier build left there would be read, too.
#[test]
fn what_an_earlier_build_left_is_no_part_of_the_next_one() {
    let engine = Engine::take();
    let workspace = site("tailwind");
    let first = built(&engine, &workspace, &[]).image;
    workspace.write(
        "public_html/index.html",
        "<p class=\"text-9xl underline bg-red-500\">old</p>\n",
    );
    workspace.write("dist/old.html", "<p class=\"italic bg-green-500\">old</p>\n");
    let second = built(&engine, &workspace, &[]).image;
    assert_eq!(assets(&second, ".css"), assets(&first, ".css"));
    assert_eq!(second.diff_ids(), first.diff_ids());
}

#[test]
fn a_folder_is_found_by_what_angulars_workspace_says() {
    let engine = Engine::take();
    let workspace = site("angular");
    let (_container, address) = served(&built(&engine, &workspace, &[]).image);
    let page = get(&address, "/some/path", &[]);
    assert_eq!(page.status, 200);
    let text = page.text();
    let mut words = text.split('"');
    let script = words
        .find(|word| word.starts_with("main-"))
        .expect("the page's script");
    let script = get(&address, &format!("/{script}"), &[]);
    assert_eq!((script.status, script.header("cache-control")), (200, KEPT));
}

/// A configuration of the repository's own: lines for the server, and a mistake in them, at the file's line.
#[test]
fn lines_of_the_repositorys_own_are_part_of_the_server() {
    let engine = Engine::take();
    let erp = portal(
        "[static]\nnginx = \"nginx.conf\"\n[static.headers]\nX-From = \"erp\"\n[static.redirects]\n\"/old\" = \"/new?a=1\"\n",
    );
    erp.write(
        "services/portal/nginx.conf",
        "location ^~ /api/ {\n    return 202 \"api\\n\";\n}\n",
    );
    let image = engine.build(&erp).service("portal").run().image;
    let (_container, address) = served(&image);
    let api = get(&address, "/api/x.json", &[]);
    assert_eq!((api.status, api.text().as_str()), (202, "api\n"));
    let moved = get(&address, "/old", &[]);
    assert_eq!((moved.status, moved.header("location")), (301, "/new?a=1"));
    assert_eq!(get(&address, "/", &[]).header("x-from"), "erp");

    erp.write(
        "services/portal/nginx.conf",
        "location ^~ /api/ { return 202; }\n\ngzip_varry on;\n",
    );
    let refused = engine.build(&erp).service("portal").refused();
    assert!(
        refused.message().contains("service.toml:3"),
        "{}",
        refused.message()
    );
    let said = refused.progress.log();
    assert!(
        said.contains("unknown directive \"gzip_varry\" in /etc/nginx/own.conf:3"),
        "{said}"
    );
}
