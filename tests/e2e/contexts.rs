//! Where a build's files come from: directories, repositories, archives, other targets, and what takes the place of
//! an image or a package.

use std::fs;

use vextrus_e2e::{Engine, Image, Server, Workspace};

const MANIFEST: &str = "service/service.toml";

/// Returns the digest of the image that the workspace's own directory gives.
fn local(engine: &Engine, workspace: &Workspace) -> String {
    engine
        .build(workspace)
        .file(MANIFEST)
        .run()
        .image
        .digest()
        .to_owned()
}

/// Returns what the service prints.
fn printed(image: &Image) -> String {
    image.container().printed().trim().to_owned()
}

/// Returns a workspace whose library says something else.
fn library(name: &str) -> Workspace {
    let library = Workspace::empty();
    library
        .write(
            "package.json",
            Workspace::service_and_library().read("library/package.json"),
        )
        .write(
            "build.js",
            format!(
                "const fs = require('node:fs');\nfs.mkdirSync('dist', {{ recursive: true }});\n\
                 fs.writeFileSync('dist/index.js', \"module.exports = '{name}';\\n\");\n"
            ),
        );
    library
}

/// Honours `URL`: a git repository, by the branch, tag or commit and the directory that `#REF:DIR` or the query names;
/// the same files give the same image as a directory.
/// Honours `--build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1`: `.git` is kept; no step reads it, so that the image is the
/// same.
#[test]
fn a_repository_is_a_context() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let expected = local(&engine, &workspace);
    let server = Server::start();
    let root = server.repository("plain.git", &workspace);
    server.name("plain.git", "tag", "v1");
    let build = |context: &str, file: &str| {
        let built = engine.build(&workspace).file(file).context(context).run();
        built.image.digest().to_owned()
    };
    assert_eq!(build(&root, MANIFEST), expected);
    assert_eq!(build(&format!("{root}#v1"), MANIFEST), expected);
    let keep = engine.build(&workspace).file(MANIFEST).context(&root);
    let kept = keep.args(["--build-arg=BUILDKIT_CONTEXT_KEEP_GIT_DIR=1"]).run();
    assert_eq!(kept.image.digest(), expected);
    // The workspace lies deeper in the repository, on a branch of its own.
    let nested = Workspace::empty();
    nested.write("README.md", "nothing to build here\n");
    copy(&workspace, &nested, "deep/monorepo");
    let deep = server.repository("deep.git", &nested);
    server.name("deep.git", "branch", "next");
    assert_eq!(build(&format!("{deep}#next:deep/monorepo"), MANIFEST), expected);
    let query = format!("{deep}?branch=next&subdir=deep/monorepo");
    assert_eq!(build(&query, MANIFEST), expected);
    // Without the directory the workspace is found below the context.
    assert_eq!(build(&deep, "deep/monorepo/service/service.toml"), expected);
}

#[test]
fn the_commit_of_a_repository_dates_the_image() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let manifest = "# syntax=vextrus/frontend\n[image]\ncreated = \"commit\"\n";
    workspace.write(MANIFEST, manifest);
    let server = Server::start();
    let few = server.repository("few.git", &workspace);
    let built = |context: &str, file: &str| {
        let build = engine.build(&workspace).file(file).context(context);
        build.run().image.config()
    };
    let committed = |name: &str| server.committed(name);
    let of_few = built(&few, MANIFEST);
    assert_eq!(of_few["created"], committed("few.git"));
    // Git keeps many objects in one file; and the workspace is a part of the repository.
    let nested = Workspace::empty();
    copy(&workspace, &nested, "deep");
    for number in 0..200 {
        nested.write(&format!("more/{number}"), number.to_string());
    }
    let many = server.repository("many.git", &nested);
    server.name("many.git", "tag", "v1");
    let of_many = built(&format!("{many}#v1:deep"), MANIFEST);
    assert_eq!(of_many["created"], committed("many.git"));
    assert_eq!(of_few["rootfs"], of_many["rootfs"]);
    let refused = engine.build(&workspace).file(MANIFEST).refused();
    assert!(
        refused.message().contains("SOURCE_DATE_EPOCH=$(git log -1"),
        "{}",
        refused.message()
    );
}

/// Copies a workspace into a directory of another one.
fn copy(from: &Workspace, to: &Workspace, directory: &str) {
    for path in [
        "package.json",
        "pnpm-workspace.yaml",
        "pnpm-lock.yaml",
        "library/package.json",
        "library/build.js",
        "service/package.json",
        "service/index.js",
        "service/service.toml",
    ] {
        to.write(&format!("{directory}/{path}"), from.read(path));
    }
}

/// Honours `--secret id=GIT_AUTH_TOKEN`: a private repository is fetched with the token.
#[test]
fn a_private_repository_is_a_context() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let expected = local(&engine, &workspace);
    let server = Server::private("s3cret-of-a-test");
    let url = server.repository("private.git", &workspace);
    let token = Workspace::empty();
    token.write("token", "s3cret-of-a-test");
    let secret = format!("--secret=id=GIT_AUTH_TOKEN,src={}", token.path("token").display());
    let build = || engine.build(&workspace).file(MANIFEST).context(&url);
    let built = build().args([secret]).run();
    assert_eq!(built.image.digest(), expected);
}

/// Honours `URL`: an archive, tar as it is or packed; its files are taken as root's, whoever packed it.
/// Honours `-`: the archive on standard input; `--file` is a path in it.
#[test]
fn an_archive_is_a_context() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let expected = local(&engine, &workspace);
    // What only a directory's ignore file would leave out does no harm either.
    workspace.write("service/node_modules/left/index.js", "over\n");
    let server = Server::start();
    let url = server.archive("context.tar", &workspace);
    let from_url = engine.build(&workspace).file(MANIFEST).context(&url).run();
    assert_eq!(from_url.image.digest(), expected);
    let stdin = engine.build(&workspace).file(MANIFEST).context("-");
    let from_stdin = stdin.input(workspace.tar()).run();
    assert_eq!(from_stdin.image.digest(), expected);
}

/// Honours `--file -`: the manifest is read from standard input, whatever the context is; `package` names what it
/// builds.
/// Honours `--file URL`: the manifest is fetched.
#[test]
fn the_manifest_comes_from_elsewhere() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let expected = local(&engine, &workspace);
    // A manifest in the service's directory is left out of the image; this one is not there.
    workspace.remove(MANIFEST);
    let manifest = "# syntax=vextrus/frontend\npackage = \"service\"\n";
    let server = Server::start();
    let repository = server.repository("plain.git", &workspace);
    for context in [".", repository.as_str()] {
        let build = engine.build(&workspace).file("-").context(context);
        assert_eq!(build.input(manifest).run().image.digest(), expected, "{context}");
    }
    let url = server.file("service.toml", manifest);
    let fetched = engine.build(&workspace).file(&url).run();
    assert_eq!(fetched.image.digest(), expected);
    let outside = Workspace::empty();
    outside.write("service.toml", manifest);
    let path = outside.path("service.toml").display().to_string();
    for context in [".", repository.as_str()] {
        let built = engine.build(&workspace).file(&path).context(context).run();
        assert_eq!(built.image.digest(), expected, "{context}");
    }
}

#[test]
fn a_context_that_cannot_be_read_says_why() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let server = Server::start();
    let repository = server.repository("plain.git", &workspace);
    let page = server.file("page.html", "<html>\n");
    let syntax = "--build-arg=BUILDKIT_SYNTAX=vextrus/frontend";
    let cases = [
        (format!("{repository}#nosuch"), "nosuch"),
        (format!("{repository}#main:nosuch"), "nosuch"),
        (format!("{repository}?nosuch=1"), "nosuch"),
        (page, "a single file and no archive"),
        (server.url("missing.tar"), "404"),
        (server.url("missing.git"), "missing.git"),
    ];
    for (context, expected) in cases {
        let build = engine.build(&workspace).file(MANIFEST).context(&context);
        let refused = build.args([syntax]).refused();
        assert!(
            refused.message().contains(expected),
            "{context}: {}",
            refused.message()
        );
    }
    let named = "--build-context=library=docker-image://nosuch.invalid/image";
    let refused = engine.build(&workspace).file(MANIFEST).args([named]).refused();
    assert!(
        refused.message().contains("nosuch.invalid"),
        "{}",
        refused.message()
    );
}

/// Honours `--build-context PACKAGE=DIRECTORY`: takes the place of a workspace package's sources, by the package's
/// name (`erp/kernel`, without the `@`) or its directory; the directory has its own `.dockerignore`.
/// Honours `--build-context PACKAGE=URL`: the same of a repository or an archive.
#[test]
fn a_named_context_takes_a_packages_place() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let other = library("elsewhere");
    other
        .write(".dockerignore", "ignored.js\n")
        .write("ignored.js", "}");
    let named = format!("--build-context=library={}", other.root().display());
    let built = engine.build(&workspace).file(MANIFEST).args([named]).run();
    assert_eq!(printed(&built.image), "elsewhere");
    assert!(!built.progress.warnings().concat().contains("UnusedContext"));

    let server = Server::start();
    let urls = [
        server.repository("library.git", &library("of git")),
        server.archive("library.tar", &library("of git")),
    ];
    for url in urls {
        let named = format!("--build-context=library={url}");
        let built = engine.build(&workspace).file(MANIFEST).args([named]).run();
        assert_eq!(printed(&built.image), "of git", "{url}");
    }

    let empty = Workspace::empty();
    let named = format!("--build-context=library={}", empty.root().display());
    let refused = engine.build(&workspace).file(MANIFEST).args([named]).refused();
    assert!(
        refused.message().contains("has no package.json"),
        "{}",
        refused.message()
    );
}

/// Honours `--build-context IMAGE=docker-image://OTHER`: takes the place of an image that the build stands on.
/// Honours `--build-context IMAGE=oci-layout://PATH`: the same of an image in an OCI layout.
#[test]
fn a_named_context_takes_an_images_place() {
    let engine = Engine::take_exporting();
    let workspace = Workspace::service_and_library();
    let derived = Workspace::empty();
    derived.write(
        "Dockerfile",
        "FROM node:22-alpine\nENV DERIVED=yes\nRUN echo derived > /derived\n",
    );
    let layout = format!("{}/layout", derived.root().display());
    let arguments = [format!(
        "--output=type=oci,tar=false,name=derived:1,dest={layout}"
    )];
    let written = engine
        .build(&derived)
        .file("Dockerfile")
        .args(arguments)
        .client(&[]);
    let _ = written.succeeded();
    let tagged = engine.build(&derived).file("Dockerfile").run();

    let has = |image: &Image| {
        let env = image.config()["config"]["Env"].to_string();
        assert!(env.contains("DERIVED=yes"), "{env}");
        assert_eq!(printed(image), "library");
    };
    let sources = [
        format!("node:22-alpine=docker-image://{}", tagged.image.name()),
        format!("node:22-alpine=oci-layout://{layout}:1"),
    ];
    for source in sources {
        let named = format!("--build-context={source}");
        let built = engine.build(&workspace).file(MANIFEST).args([named]).run();
        has(&built.image);
    }
}

/// Honours `--build-context deps=docker-image://IMAGE`: what `--target deps` gave takes the place of all installs that
/// builds run on.
/// Honours `--build-context build=docker-image://IMAGE`: what `--target build` gave takes the place of all builds.
#[test]
fn a_named_context_takes_a_stages_place() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let expected = local(&engine, &workspace);
    let stage = |stage: &str| {
        let build = engine.build(&workspace).file(MANIFEST);
        build.args(["--target", stage]).run().image
    };
    let with = |name: &str, image: &Image| {
        let context = format!("--build-context={name}=docker-image://{}", image.name());
        let built = engine.build(&workspace).file(MANIFEST).args([context]).run();
        let warnings = built.progress.warnings();
        assert!(
            !warnings.iter().any(|warning| warning.contains("--build-context")),
            "{warnings:?}"
        );
        built.image.digest().to_owned()
    };
    assert_eq!(with("deps", &stage("deps")), expected);
    let build = stage("build");
    assert_eq!(with("build", &build), expected);
    // Nothing is built where the context says what came of it.
    workspace.write("library/build.js", "process.exit(1);\n");
    assert_eq!(with("build", &build), expected);
}

/// Honours `--build-context NAME=SOURCE`: of a name that nothing has, a warning lists what can be named.
#[test]
fn a_named_context_that_nothing_uses_is_told() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let progress = engine
        .build(&workspace)
        .file(MANIFEST)
        .args(["--build-context=nosuch=docker-image://scratch"])
        .steps();
    let mut warnings = progress.warnings().iter();
    let warning = warnings
        .find(|warning| warning.starts_with("UnusedContext"))
        .unwrap();
    assert!(
        warning.contains("nosuch") && warning.contains("library") && warning.contains("node:22"),
        "{warning}"
    );
}

/// Honours `target:NAME`: in a bake file's `contexts`, another target's result takes the place of an image, with its
/// configuration, or of a package's sources.
#[test]
fn another_target_is_a_named_context() {
    let engine = Engine::take();
    let workspace = Workspace::service_and_library();
    let generated = library("of a target");
    for file in ["package.json", "build.js"] {
        workspace.write(&format!("made/{file}"), generated.read(file));
    }
    fs::write(
        workspace.path("docker-bake.json"),
        r#"{ "target": {
            "made": { "context": "made", "dockerfile-inline": "FROM scratch\nCOPY . /\n" },
            "base": { "dockerfile-inline": "FROM node:22-alpine\nENV DERIVED=yes\n" },
            "service": {
                "dockerfile": "service/service.toml",
                "contexts": { "library": "target:made", "node:22-alpine": "target:base" }
            }
        } }"#,
    )
    .unwrap();
    let (images, progress) = engine.bake(&workspace, &["service"]);
    let image = &images["service"];
    assert!(!progress.warnings().concat().contains("UnusedContext"));
    assert_eq!(printed(image), "of a target");
    assert!(
        image.config()["config"]["Env"]
            .to_string()
            .contains("DERIVED=yes")
    );
}
