use super::*;
use crate::kinds::node::npm::closure::{OfRoot, Scope};
use crate::kinds::node::npm::fixtures::{LOCK, manifests, npm};

fn pruned(start: &str, production: bool) -> Pruned {
    let manifests = manifests();
    let scope = Scope {
        production: production.then_some(&manifests),
        root: if production {
            OfRoot::Nothing
        } else {
            OfRoot::Tools
        },
    };
    let npm = npm(LOCK);
    let closure = Closure::of(&npm.lockfile, &[start.to_owned()], scope).unwrap();
    let manifests = manifests
        .iter()
        .map(|(id, manifest)| (id.clone(), manifest))
        .collect();
    prune(&npm, &closure, &manifests)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn entries_stay_as_npm_wrote_them() {
    let (all, found) = (json(LOCK), json(&pruned("apps/api", false).lockfile));
    let packages = found["packages"].as_object().unwrap();
    for (location, entry) in packages
        .iter()
        .filter(|(location, _)| location.contains("node_modules/"))
    {
        assert_eq!(*entry, all["packages"][location], "{location}");
    }
    assert_eq!(packages[""]["workspaces"], json!(["apps/api", "libs/core"]));
    assert_eq!(packages[""]["devDependencies"], json!({"tool": "^1.0.0"}));
    assert!(packages["apps/api"].get("hasInstallScript").is_none());
}

#[test]
fn manifests_have_no_scripts_and_the_root_its_settings() {
    let found = pruned("apps/api", false);
    let root = json(&found.manifests["."]);
    assert_eq!(
        root["overrides"],
        json!({"deep": "^1.0.0", "parent": {"deep": "1.0.0"}})
    );
    assert_eq!(root["allowScripts"], json!({"native": true}));
    for text in found.manifests.values() {
        let manifest = json(text);
        assert!(manifest.get("scripts").is_none() && manifest.get("packageManager").is_none());
    }
    let core = json(&found.manifests["libs/core"]);
    assert_eq!(core["bin"], json!({"core": "bin/core.js"}));
}

#[test]
fn production_declares_nothing_for_development() {
    let found = pruned("apps/api", true);
    let text = found.lockfile + &found.manifests["apps/api"] + &found.manifests["libs/core"];
    assert!(
        !text.contains("devDependencies") && !text.contains("tester"),
        "{text}"
    );
    assert!(
        !json(&found.manifests["."])
            .as_object()
            .unwrap()
            .contains_key("devDependencies")
    );
}

#[test]
fn the_same_gives_the_same_bytes() {
    assert_eq!(pruned("apps/web", false), pruned("apps/web", false));
}
