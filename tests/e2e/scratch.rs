//! Images on scratch: Node, what it loads, the service, and nothing else.

use std::time::Duration;

use vextrus_e2e::{Engine, Image, Kind, Tree, Workspace};

/// The largest image of a plain service, in bytes as a registry stores it.
const MAX_COMPRESSED: u64 = 60_000_000;

/// Builds a service of the example on scratch.
fn on_scratch(engine: &Engine, service: &str) -> Image {
    let erp = Workspace::erp();
    let manifest = format!("services/{service}/service.toml");
    erp.replace(
        &manifest,
        "# syntax=vextrus/frontend\n",
        "# syntax=vextrus/frontend\nbase = \"scratch\"\n",
    );
    engine.build(&erp).service(service).run().image
}

#[test]
fn a_service_with_a_compiled_module_runs_locked_down() {
    let engine = Engine::take();
    let image = on_scratch(&engine, "auth");
    let size = image.compressed_size();
    assert!(size < MAX_COMPRESSED, "{size} bytes");
    holds_no_tools(&image.files());
    assert_eq!(image.inspect()["Config"]["User"], "1001:1001");

    let container = image.container().healthy();
    let hash = container
        .get("http://127.0.0.1:3002/auth/hash?value=secret")
        .json();
    assert!(
        hash["hash"].as_str().is_some_and(|hash| hash.starts_with("$2")),
        "{hash}"
    );
    assert!(!container.exec(&["sh", "-c", "true"]).0, "there is a shell");
    let (_, user) = container.exec(&["node", "-p", "os.userInfo().username + process.getuid()"]);
    assert_eq!(user.trim(), "app1001");
    // Names are looked up by the C library's own settings.
    let lookup = "dns.promises.lookup('localhost').then((found) => console.log(found.address.length > 2))";
    assert_eq!(container.exec(&["node", "-e", lookup]).1.trim(), "true");
    let (took, code) = container.stop();
    assert_ne!(code, 137, "the service had to be killed");
    assert!(took < Duration::from_secs(2), "stopping took {took:?}");
}

#[test]
fn a_service_with_a_binary_for_each_platform_draws_pictures() {
    let engine = Engine::take();
    let image = on_scratch(&engine, "file-storage");
    let container = image
        .container()
        .volume("/app/services/file-storage/uploads")
        .healthy();
    let picture = container.get("http://127.0.0.1:3003/thumbnail?size=32");
    assert!(picture.body.starts_with(b"\x89PNG"), "{}", picture.text());
    // Only the way from the image's Node to a service's own files differs.
    let other = on_scratch(&engine, "notification");
    assert_eq!(
        other.diff_ids()[0],
        image.diff_ids()[0],
        "the layer of Node is not the same"
    );
    holds_no_tools(&other.files());
}

/// Beside the service there is one program.
fn holds_no_tools(tree: &Tree) {
    // The engine puts empty files into each container.
    let programs: Vec<&str> = tree
        .iter()
        .filter(|(path, entry)| {
            let is_library = path.contains(".so") || path.starts_with("/app/");
            entry.kind == Kind::File && entry.size > 0 && entry.mode & 0o111 != 0 && !is_library
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(programs, ["/usr/local/bin/node"]);
    assert_eq!(tree.get("/tmp").map(|entry| entry.mode & 0o7777), Some(0o1777));
    for path in [
        "/usr/local/include",
        "/usr/local/lib/node_modules",
        "/var/lib/apt",
        "/sbin",
    ] {
        assert!(tree.get(path).is_none(), "{path} is there");
    }
}

#[test]
fn libraries_of_native_modules_are_found_or_missed() {
    let engine = Engine::take();
    let workspace = Workspace::empty();
    // A library of the base that asks for many others stands for a native module.
    let dockerfile = "\
FROM node:22-bookworm-slim
COPY --from=vextrus/frontend /vextrus-frontend /
RUN mkdir -p /app/node_modules/one /node /libraries && cp /usr/lib/*/libapt-pkg.so.6.0 /app/node_modules/one/one.node
RUN /vextrus-frontend inspect node / /node
RUN /vextrus-frontend inspect libraries / /libraries /node /app
RUN rm /usr/lib/*/liblzma.so.5* /usr/lib/*/liblz4.so.1* && mkdir /failed && \
  ! /vextrus-frontend inspect libraries / /failed /node /app 2>/error
";
    workspace.write("Dockerfile", dockerfile);
    let files = engine.build(&workspace).file("Dockerfile").run().image.files();
    let library = |root: &str, name: &str| files.below(root).any(|(path, _)| path.ends_with(name));
    for name in ["liblzma.so.5", "liblz4.so.1", "libzstd.so.1"] {
        assert!(library("/libraries", name) && !library("/node", name), "{name}");
    }
    // What Node loads is not there twice, and what came along is listed.
    assert!(library("/node", "libc.so.6") && !library("/libraries", "libc.so.6"));
    assert!(files.get("/libraries/var/lib/dpkg/status.d/liblzma5").is_some());
    assert!(files.get("/node/var/lib/dpkg/status.d/libc6").is_some());
    assert!(files.get("/node/var/lib/dpkg/status.d/apt").is_none());
    let error = files.text("/error");
    assert!(
        error.starts_with(
            "one asks for liblz4.so.1, liblzma.so.5, which the image of Node does not have; write base ="
        ),
        "{error}"
    );
}
