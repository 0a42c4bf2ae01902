//! What the client makes of a build: images with what the command line adds to them, archives, directories, files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use vextrus_e2e::{Build, Engine, Finished, Invocation, Registry, Tree, Workspace};

const MANIFEST: &str = "service.toml";

/// A package whose build is the same in every test: what one test builds, the next finds in the cache.
fn package() -> Workspace {
    Workspace::tiny("true\n")
}

/// A directory for what the client writes.
struct Written(TempDir);

impl Written {
    fn new() -> Self {
        Self(TempDir::with_prefix("vextrus-e2e-").unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Returns a flag that has a path as its value's end.
    fn flag(&self, start: &str, name: &str) -> String {
        format!("{start}{}", self.path(name).display())
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        read_json(&self.path(name))
    }

    /// Returns a blob of the OCI layout in a directory.
    fn blob(&self, layout: &str, descriptor: &Value) -> Value {
        let digest = descriptor["digest"].as_str().unwrap().replace(':', "/");
        read_json(&self.path(layout).join("blobs").join(digest))
    }

    /// Returns the files of a layer, and when each was last modified.
    fn files(&self, layout: &str, layer: &Value) -> Vec<(String, u64)> {
        let digest = layer["digest"].as_str().unwrap().replace(':', "/");
        let blob = fs::File::open(self.path(layout).join("blobs").join(digest)).unwrap();
        let unpacked = Invocation::new("gzip")
            .args(["--decompress", "--stdout"])
            .input(blob);
        let tree = Tree::read(unpacked.finish().succeeded().stdout.as_slice());
        tree.iter()
            .map(|(path, entry)| (path.to_owned(), entry.modified))
            .collect()
    }
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn succeeded<A: Into<String>>(build: Build<'_>, args: impl IntoIterator<Item = A>) -> Finished {
    build.file(MANIFEST).args(args).client(&[]).succeeded()
}

/// Returns a name that no other test uses.
fn name(of: &str) -> String {
    format!("vextrus-e2e-outputs:{of}-{}", crate::never_before())
}

/// Honours `--tag NAME`: the image has the name, and each further one.
/// Honours `--load`: the image is in the engine.
/// Honours `--quiet`: prints the digest alone.
/// Honours `--iidfile FILE`: the file holds the digest of the image.
/// Honours `--metadata-file FILE`: the file holds the digest and the names of the image.
/// Honours `--label KEY=VALUE`: the image has the label; it wins over the manifest's.
/// Honours `--builder NAME`: builds with that builder.
/// Honours `--debug`: the client's own: the image is the same.
/// Honours `--file FILE`: names the manifest.
#[test]
fn an_image_is_loaded_with_its_names_and_labels() {
    let engine = Engine::take();
    let package = package();
    package.append(
        MANIFEST,
        "[image.labels]\n\"org.example.team\" = \"ours\"\n\"org.example.kept\" = \"yes\"\n",
    );
    let written = Written::new();
    let (one, two) = (name("one"), name("two"));
    let context = engine.command(["context", "show"]).output();
    let args = [
        format!("--builder={context}"),
        "--load".to_owned(),
        format!("--tag={one}"),
        format!("--tag={two}"),
        "--quiet".to_owned(),
        written.flag("--iidfile=", "iid"),
        written.flag("--metadata-file=", "metadata"),
        "--label=org.example.team=theirs".to_owned(),
    ];
    let printed = succeeded(engine.build(&package), args).stdout;
    let digest = written.text("iid");
    assert_eq!(String::from_utf8_lossy(&printed).trim(), digest);
    let metadata = written.json("metadata");
    assert_eq!(metadata["containerimage.digest"], digest.as_str());
    let names = metadata["image.name"].as_str().unwrap();
    assert!(names.contains(&one) && names.contains(&two), "{names}");
    for name in [&one, &two] {
        let inspect = engine
            .command(["image", "inspect", "--format", "{{json .}}", name])
            .output();
        let image: Value = serde_json::from_str(&inspect).unwrap();
        assert_eq!(image["Id"], digest.as_str());
        assert_eq!(image["Config"]["Labels"]["org.example.team"], "theirs");
        assert_eq!(image["Config"]["Labels"]["org.example.kept"], "yes");
    }
    let _ = engine.command(["image", "rm", &one, &two]).finish();
    for (debug, file) in [("--debug=false", "usual"), ("--debug", "debug")] {
        let iid = written.flag("--iidfile=", file);
        let args = [debug, "--output=type=image", "--provenance=false", &iid];
        succeeded(engine.build(&package), args);
    }
    assert_eq!(written.text("debug"), written.text("usual"));
}

/// Honours `--output type=oci`: the archive or directory is an OCI image.
/// Honours `--annotation KEY=VALUE`: the manifest has it; `index:KEY=VALUE` gives it to the index.
/// Honours `--provenance=mode=max`, `--attest type=provenance`: the image carries what the engine says of how it was made.
/// Honours `--build-arg BUILDKIT_MULTI_PLATFORM=1`: the result is an index even of one platform.
#[test]
fn an_image_is_written_with_annotations_and_provenance() {
    let engine = Engine::take_exporting();
    let package = package();
    let written = Written::new();
    let output = |name: &str| written.flag("--output=type=oci,tar=false,dest=", name);

    let plain = [output("plain"), "--provenance=false".to_owned()];
    succeeded(engine.build(&package), plain);
    let manifest = &written.json("plain/index.json")["manifests"][0];
    assert!(
        manifest["mediaType"].as_str().unwrap().contains("manifest"),
        "{manifest}"
    );
    assert!(written.blob("plain", manifest)["annotations"].is_null());

    let args = [
        output("index"),
        "--provenance=false".to_owned(),
        "--build-arg=BUILDKIT_MULTI_PLATFORM=1".to_owned(),
        "--annotation=org.example.a=of the manifest".to_owned(),
        "--annotation=index:org.example.a=of the index".to_owned(),
    ];
    succeeded(engine.build(&package), args);
    let index = written.blob("index", &written.json("index/index.json")["manifests"][0]);
    assert_eq!(index["annotations"]["org.example.a"], "of the index", "{index}");
    let manifest = written.blob("index", &index["manifests"][0]);
    assert_eq!(
        manifest["annotations"]["org.example.a"], "of the manifest",
        "{manifest}"
    );

    for (name, flag) in [
        ("short", "--provenance=mode=max"),
        ("long", "--attest=type=provenance,mode=max"),
    ] {
        succeeded(engine.build(&package), [output(name), flag.to_owned()]);
        let index = written.blob(name, &written.json(&format!("{name}/index.json"))["manifests"][0]);
        let attestation = written.blob(name, &index["manifests"][1]);
        let provenance = written.blob(name, &attestation["layers"][0]).to_string();
        // In its fullest form it holds the steps, and the text of the manifest.
        assert!(
            provenance.contains("slsa.dev/provenance") && provenance.contains(MANIFEST),
            "{provenance}"
        );
    }
}

/// Honours `--output type=local,dest=DIR`: the directory holds the image's files.
/// Honours `--output type=tar,dest=FILE`: the archive holds the image's files.
/// Honours `--output type=cacheonly`: builds and keeps nothing else.
/// Honours `--progress=MODE`: `plain` shows each step in the user's words, `rawjson` the engine's records, `quiet` and `none`
/// nothing.
#[test]
fn files_are_written_and_progress_is_shown() {
    let engine = Engine::take();
    let package = package();
    let written = Written::new();
    let step = "build tiny";
    let shown = |progress: &str| {
        let args = [
            "--output=type=cacheonly".to_owned(),
            format!("--progress={progress}"),
        ];
        succeeded(engine.build(&package), args).stderr
    };
    for mode in ["plain", "rawjson"] {
        assert!(shown(mode).contains(step), "{mode}: {}", shown(mode));
    }
    for mode in ["quiet", "none"] {
        assert!(!shown(mode).contains(step), "{mode}: {}", shown(mode));
    }

    succeeded(
        engine.build(&package),
        [written.flag("--output=type=local,dest=", "files")],
    );
    assert_eq!(written.text("files/app/main.js"), package.read("main.js"));
    succeeded(
        engine.build(&package),
        [written.flag("--output=type=tar,dest=", "files.tar")],
    );
    let tree = Tree::read(fs::File::open(written.path("files.tar")).unwrap());
    assert_eq!(tree.text("/app/main.js"), package.read("main.js"));
}

/// Honours `--build-arg SOURCE_DATE_EPOCH=SECONDS`: the date of the image and of its history. Files keep their one time,
/// which is from 1985, so that a commit moves no layer; an earlier date is theirs too. The client's own variable of that
/// name is passed on by buildx.
#[test]
fn the_date_of_the_sources_is_the_images() {
    let engine = Engine::take();
    let package = package();
    let dated = |seconds: &str| {
        let build = engine.build(&package).file(MANIFEST);
        let argument = format!("--build-arg=SOURCE_DATE_EPOCH={seconds}");
        build.args([argument]).run().image
    };
    let [first, second, early] = ["1700000000", "1800000000", "400000000"].map(dated);
    assert_eq!(first.config()["created"], "2023-11-14T22:13:20Z");
    assert_eq!(second.config()["created"], "2027-01-15T08:00:00Z");
    assert_eq!(first.config()["rootfs"], second.config()["rootfs"]);
    let times = |image: &vextrus_e2e::Image| -> BTreeSet<u64> {
        let files = image.files();
        let ours = files.iter().filter(|(path, _)| path.starts_with("/app/"));
        ours.map(|(_, entry)| entry.modified).collect()
    };
    assert_eq!(times(&first), BTreeSet::from([499_162_500]));
    assert_eq!(times(&early), BTreeSet::from([400_000_000]));
}

/// Honours `--output rewrite-timestamp=true`: with `SOURCE_DATE_EPOCH`, no file of the image is younger than that.
#[test]
fn no_file_is_younger_than_the_date_of_the_sources() {
    let engine = Engine::take_exporting();
    let package = package();
    let written = Written::new();
    let output = written.flag(
        "--output=type=oci,tar=false,rewrite-timestamp=true,dest=",
        "image",
    );
    let build = engine.build(&package).file(MANIFEST);
    let build = build.args([output, "--provenance=false".to_owned()]);
    let _ = build.client(&[("SOURCE_DATE_EPOCH", "1700000000")]).succeeded();
    let manifest = written.blob("image", &written.json("image/index.json")["manifests"][0]);
    let config = written.blob("image", &manifest["config"]);
    assert_eq!(config["created"], "2023-11-14T22:13:20Z");
    let layers = manifest["layers"].as_array().unwrap().iter();
    let files = layers.flat_map(|layer| written.files("image", layer));
    let ours: BTreeMap<String, u64> = files.filter(|(path, _)| path.starts_with("/app/")).collect();
    assert!(ours.contains_key("/app/main.js"), "{ours:?}");
    assert!(
        ours.values().all(|modified| *modified <= 1_700_000_000),
        "{ours:?}"
    );
}

/// Honours `--pull`: asks the registry for base images, whatever the engine has.
/// Honours `--build-arg BUILDKIT_SYNTAX=IMAGE`: that frontend builds, whatever the manifest's first line names.
#[test]
fn base_images_and_frontends_are_looked_up_as_asked() {
    let engine = Engine::take();
    let package = package();
    package.write(
        MANIFEST,
        "# syntax=vextrus-e2e/nowhere\nbase = \"vextrus-e2e-local-base:1\"\n",
    );
    let tag = ["tag", "node:22-bookworm-slim", "vextrus-e2e-local-base:1"];
    assert!(engine.command(tag).succeeds());
    let syntax = "--build-arg=BUILDKIT_SYNTAX=vextrus/frontend";
    let build = || engine.build(&package).file(MANIFEST).args([syntax]);
    build().steps();
    // No registry has it; one that cannot be reached has the other base neither.
    let refused = build().args(["--pull"]).refused();
    let message = refused.message();
    let images = ["vextrus-e2e-local-base:1", "node:22-bookworm-slim"];
    assert!(images.iter().any(|image| message.contains(image)), "{message}");
    assert!(message.starts_with("service.toml:"), "{message}");
    let _ = engine
        .command(["image", "rm", "vextrus-e2e-local-base:1"])
        .finish();
}

/// Honours `--push`: the image is in the registry that its name says.
/// Honours `--output type=image,name=NAME,push=true`: the long form.
#[test]
fn an_image_is_pushed() {
    let engine = Engine::take();
    let (package, registry, written) = (package(), Registry::start(), Written::new());
    for (number, push) in ["--push", "--output=type=image,push=true"]
        .into_iter()
        .enumerate()
    {
        let name = registry.reference(&format!("pushed:{number}"));
        let args = [
            push.to_owned(),
            format!("--tag={name}"),
            written.flag("--metadata-file=", "metadata"),
        ];
        succeeded(engine.build(&package), args);
        let digest = written.json("metadata")["containerimage.digest"].clone();
        let inspect = [
            "buildx",
            "imagetools",
            "inspect",
            "--format={{json .Manifest}}",
            &name,
        ];
        let manifest: Value = serde_json::from_str(&engine.command(inspect).output()).unwrap();
        assert_eq!(manifest["digest"], digest);
        let _ = engine.command(["image", "rm", &name]).finish();
    }
}
