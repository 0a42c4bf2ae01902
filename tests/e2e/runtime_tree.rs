//! What lies in the image, held against the lockfile by a reader that shares no code with the frontend.

use std::collections::BTreeSet;

use vextrus_e2e::{Engine, Image, Kind, Lockfile, Tree, Workspace};

/// Where everything that is the service's lies.
const ROOT: &str = "/app";
/// The images of which one is the base.
const BASES: [&str; 2] = ["node:22-bookworm-slim", "node:22-alpine"];

#[test]
fn of_a_service_with_a_compiled_module() {
    check("auth");
}

#[test]
fn of_a_service_with_a_binary_for_each_platform() {
    check("file-storage");
}

#[test]
fn of_a_service_that_leaves_out_a_peer() {
    check("notification");
}

fn check(service: &str) {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let image = engine.build(&erp).service(service).run().image;
    let tree = image.files();
    every_link_resolves(&tree);
    packages_are_the_production_closure(&tree, &erp, &format!("services/{service}"));
    nothing_is_left_over(&tree);
    nothing_lies_elsewhere(&tree, &base(&image).files());
}

/// Links are what node_modules consist of; one that leads nowhere is a module that cannot be loaded.
fn every_link_resolves(tree: &Tree) {
    let links: Vec<&str> = tree
        .below(ROOT)
        .filter(|(_, entry)| matches!(entry.kind, Kind::Link(_)))
        .map(|(path, _)| path)
        .collect();
    assert!(
        links.len() > 50,
        "only {} links: is this a pnpm tree?",
        links.len()
    );
    let dead: Vec<&&str> = links.iter().filter(|path| tree.resolve(path).is_none()).collect();
    assert!(dead.is_empty(), "links that lead nowhere: {dead:?}");
}

/// Every package that production needs is there in the locked version, and no other.
fn packages_are_the_production_closure(tree: &Tree, erp: &Workspace, service: &str) {
    let production = Lockfile::of(erp).production(service);
    let present = packages(tree);
    let missing: Vec<&String> = production.required.difference(&present).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    let allowed: BTreeSet<String> = production.required.union(&production.optional).cloned().collect();
    let foreign: Vec<&String> = present.difference(&allowed).collect();
    assert!(foreign.is_empty(), "outside the production closure: {foreign:?}");

    // The workspace's packages lie where the repository has them, without anything to compile.
    let manifests = tree.below(ROOT).map(|(path, _)| path);
    let importers: BTreeSet<String> = manifests
        // A compiler may copy a package.json that the sources import.
        .filter(|path| !path.contains("/node_modules/") && !path.contains("/dist/"))
        .filter_map(|path| {
            path.strip_prefix("/app/")?
                .strip_suffix("/package.json")
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(importers, production.importers);
}

/// Returns the external packages as `name@version`, by the package.json of each.
fn packages(tree: &Tree) -> BTreeSet<String> {
    let store = "/app/node_modules/.pnpm";
    let mut packages = BTreeSet::new();
    for (path, entry) in tree.below(store) {
        // STORE/ENTRY/node_modules/NAME, or with a scope @SCOPE/NAME.
        let parts: Vec<&str> = path[store.len() + 1..].split('/').collect();
        // Of the directory of hoisted links every name is a package's.
        if let [entry, beside, ..] = parts[..]
            && entry != "node_modules"
        {
            assert_eq!(beside, "node_modules", "{path} is no package's");
        }
        let is_package = match parts[..] {
            [_, "node_modules", name] => !name.starts_with('@') && name != ".bin",
            [_, "node_modules", scope, _] => scope.starts_with('@'),
            _ => false,
        };
        if is_package && entry.kind == Kind::Directory {
            let manifest: serde_json::Value =
                serde_json::from_str(&tree.text(&format!("{path}/package.json"))).unwrap();
            let text = |key: &str| manifest[key].as_str().unwrap().to_owned();
            packages.insert(format!("{}@{}", text("name"), text("version")));
        }
    }
    packages
}

/// No trace of the install or of a native build.
fn nothing_is_left_over(tree: &Tree) {
    let stamped = [
        ".modules.yaml",
        "lock.yaml",
        ".package-map.json",
        "obj.target",
        "config.gypi",
        ".cache",
    ];
    let left = tree.below(ROOT).map(|(path, _)| path).find(|path| {
        let (directory, name) = path.rsplit_once('/').unwrap();
        let in_build = directory.ends_with("/build") || directory.contains("/build/");
        stamped.contains(&name)
            || name.starts_with(".pnpm-workspace-state")
            || name.ends_with(".tsbuildinfo")
            || name.ends_with(".o")
            || name.ends_with(".target.mk")
            || name.ends_with(".Makefile")
            || (in_build && name == "Makefile")
    });
    assert_eq!(left, None);
}

/// Beside the service's files, the image adds to its base the account and the frontend's own scripts.
fn nothing_lies_elsewhere(tree: &Tree, base: &Tree) {
    let allowed = ["/app", "/etc/passwd", "/etc/group", "/usr/lib/vextrus"];
    let is_allowed = |path: &str| {
        allowed.iter().any(|allowed| {
            path.strip_prefix(allowed)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let added: Vec<&str> = tree
        .iter()
        .map(|(path, _)| path)
        .filter(|path| base.get(path).is_none() && !is_allowed(path))
        .collect();
    assert!(added.is_empty(), "{added:?}");
    let gone: Vec<&str> = base
        .iter()
        .map(|(path, _)| path)
        .filter(|path| tree.get(path).is_none())
        .collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// Returns the image that another one begins with.
fn base(image: &Image) -> Image {
    let layers = image.diff_ids();
    let bases = BASES.map(|name| Image::existing(image.docker(), name));
    bases
        .into_iter()
        .find(|base| layers.starts_with(&base.diff_ids()))
        .expect("the base is one of the usual ones")
}
