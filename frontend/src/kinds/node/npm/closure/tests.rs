use super::*;
use crate::kinds::node::npm::fixtures::{LOCK, lockfile, manifests};

const TOOLS: Scope<'_> = Scope {
    production: None,
    root: OfRoot::Tools,
};

fn closure(start: &[&str], scope: Scope<'_>) -> Closure {
    let start: Vec<ImporterId> = start.iter().map(|id| (*id).to_owned()).collect();
    Closure::of(&lockfile(LOCK), &start, scope).unwrap()
}

fn locations(closure: &Closure) -> Vec<&str> {
    closure.locations.iter().map(String::as_str).collect()
}

#[test]
fn development_has_what_is_reached_where_it_lies() {
    let found = closure(&["apps/api"], TOOLS);
    assert_eq!(
        locations(&found),
        [
            "apps/api/node_modules/host",
            "libs/core/node_modules/deep",
            "node_modules/@w/api",
            "node_modules/@w/core",
            "node_modules/alias",
            "node_modules/bundler",
            "node_modules/bundler/node_modules/inside",
            "node_modules/deep",
            "node_modules/native",
            "node_modules/native-linux-x64",
            "node_modules/native-win32-x64",
            "node_modules/tester",
            "node_modules/tool",
        ]
    );
    let members: Vec<&String> = found.members.keys().collect();
    assert_eq!(members, [".", "apps/api", "libs/core"]);
    assert_eq!(found.packages, 11);
}

/// `tester` works with `types` where that is there; another member alone brings it, so that it is there for nobody else.
#[test]
fn peers_that_may_be_missing_bring_nothing() {
    assert!(
        !closure(&["apps/api"], TOOLS)
            .locations
            .contains("node_modules/types")
    );
    let both = closure(&["apps/api", "apps/web"], TOOLS);
    assert!(both.locations.contains("node_modules/types"));
}

/// `loader` works with `yaml` 2 where that is there; `reader` needs version 1, which lies where `loader` would find it.
#[test]
fn a_peer_that_may_be_missing_is_there_where_another_version_would_be_found() {
    let text = r#"{ "lockfileVersion": 3, "packages": {
        "": { "name": "app", "dependencies": { "loader": "1", "reader": "1" } },
        "node_modules/loader": {
            "version": "1.0.0", "peerDependencies": { "yaml": "^2.0.0", "other": "1" },
            "peerDependenciesMeta": { "yaml": { "optional": true }, "other": { "optional": true } }
        },
        "node_modules/loader/node_modules/yaml": { "version": "2.0.0", "peer": true, "optional": true },
        "node_modules/other": { "version": "1.0.0", "peer": true, "optional": true },
        "node_modules/reader": { "version": "1.0.0", "dependencies": { "yaml": "^1.0.0" } },
        "node_modules/yaml": { "version": "1.0.0" }
    } }"#;
    let found = Closure::of(&lockfile(text), &[".".to_owned()], TOOLS).unwrap();
    assert_eq!(
        locations(&found),
        [
            "node_modules/loader",
            "node_modules/loader/node_modules/yaml",
            "node_modules/reader",
            "node_modules/yaml",
        ]
    );
}

/// The library's peer is what npm hoisted, not what the service has: npm's own behaviour.
#[test]
fn peers_of_members_are_found_from_their_place() {
    let found = closure(&["apps/web"], TOOLS);
    assert!(found.locations.contains("node_modules/host"));
    assert!(!found.locations.contains("apps/api/node_modules/host"));
    let local: Vec<&str> = found.local.iter().map(|edge| edge.to.as_str()).collect();
    assert_eq!(local, ["archives/local-1.0.0.tgz"]);
}

#[test]
fn production_has_neither_tools_nor_what_is_only_for_development() {
    let manifests = manifests();
    let scope = Scope {
        production: Some(&manifests),
        root: OfRoot::Nothing,
    };
    let found = closure(&["apps/api"], scope);
    assert!(
        !found.locations.contains("node_modules/tester") && !found.locations.contains("node_modules/tool")
    );
    assert!(
        found.locations.contains("node_modules/deep"),
        "what is bundled needs it"
    );
    assert!(!found.members.contains_key("."));
    let core = &found.members["libs/core"];
    assert!(core.development.is_empty());
}

#[test]
fn what_runs_of_the_root_or_of_development_is_taken_by_name() {
    let mut manifests = manifests();
    let api = manifests.get_mut("apps/api").unwrap();
    api.peer_dependencies
        .insert("tester".to_owned(), "^1.0.0".to_owned());
    let names = BTreeSet::from(["tool".to_owned(), "unknown".to_owned()]);
    let scope = Scope {
        production: Some(&manifests),
        root: OfRoot::Named(&names),
    };
    let found = closure(&["apps/api"], scope);
    assert!(found.locations.contains("node_modules/tool") && found.locations.contains("node_modules/tester"));
    assert_eq!(found.members["."].dependencies.len(), 1);
    assert_eq!(found.members["apps/api"].dependencies["tester"], "^1.0.0");
}

#[test]
fn a_change_elsewhere_changes_nothing() {
    let more = LOCK.replace(
        "\"@w/ui\": \"*\", \"types\": \"^1.0.0\"",
        "\"@w/ui\": \"*\", \"more\": \"1\", \"types\": \"^1.0.0\"",
    );
    let more = more.replace(
        "    \"node_modules/native\": {",
        "    \"node_modules/more\": { \"version\": \"1.0.0\" },\n    \"node_modules/native\": {",
    );
    let start = ["apps/api".to_owned()];
    let found = Closure::of(&lockfile(&more), &start, TOOLS).unwrap();
    assert_eq!(found, closure(&["apps/api"], TOOLS));
    let web = Closure::of(&lockfile(&more), &["apps/web".to_owned()], TOOLS).unwrap();
    assert!(web.locations.contains("node_modules/more"));
}

#[test]
fn what_leads_nowhere_is_told_at_its_line() {
    let told = |text: String| {
        let refused = Closure::of(&lockfile(&text), &["apps/api".to_owned()], TOOLS).unwrap_err();
        refused.to_string()
    };
    let gone = LOCK.replace("    \"node_modules/alias\": {", "    \"node_modules/other\": {");
    let found = told(gone);
    assert!(
        found.contains("has `apps/api` depend on `alias`") && found.starts_with("package-lock.json:11"),
        "{found}"
    );
    let git = LOCK.replace(
        "\"version\": \"2.0.0\", \"integrity\": \"sha512-cmVhbDI=\"",
        "\"version\": \"2.0.0\", \"resolved\": \"git+ssh://git@h/x.git#1\"",
    );
    assert!(told(git).contains("`real` comes from a repository"));
    let outside = LOCK.replace("\"resolved\": \"libs/core\"", "\"resolved\": \"../core\"");
    let outside = outside.replace("    \"libs/core\": {", "    \"../core\": {");
    assert!(told(outside).contains("`../core`, which is outside"));
}

#[test]
fn circles_end() {
    let circle = LOCK.replace(
        "\"version\": \"1.0.0\", \"integrity\": \"sha512-ZGVlcDE=\"",
        "\"version\": \"1.0.0\", \"dependencies\": {\"bundler\": \"1\", \"@w/api\": \"*\"}",
    );
    let found = Closure::of(&lockfile(&circle), &["apps/api".to_owned()], TOOLS).unwrap();
    assert!(found.edges.iter().all(|edge| edge.from != edge.to));
}

/// What is deep, long or many is walked once: none of these takes longer than to read it.
#[test]
fn large_lockfiles_take_no_longer_than_they_are_large() {
    const MANY: usize = 20_000;
    let mut packages = vec![
        r#""": {"dependencies": {"p0": "1"}}"#.to_owned(),
        r#""node_modules/all": {"version": "1.0.0"}"#.to_owned(),
    ];
    // A chain, of which each brings something along, and asks for what lies at the top.
    for number in 0..MANY {
        let next = number + 1;
        packages.push(format!(
            r#""node_modules/p{number}": {{"version": "1.0.0", "dependencies": {{"p{next}": "1", "in": "1", "all": "1"}}}}"#
        ));
        packages.push(format!(
            r#""node_modules/p{number}/node_modules/in": {{"version": "1.0.0", "inBundle": true}}"#
        ));
    }
    packages.push(format!(
        r#""node_modules/p{MANY}": {{"version": "1.0.0", "dependencies": {{"n": "1"}}}}"#
    ));
    // As deep as a location can be.
    let (mut location, mut depth) = (String::new(), 0);
    while location.len() < 2_000 {
        location += if location.is_empty() {
            "node_modules/n"
        } else {
            "/node_modules/n"
        };
        depth += 1;
        packages.push(format!(
            r#""{location}": {{"version": "1.0.0", "dependencies": {{"n": "1", "all": "1"}}}}"#
        ));
    }
    let text = format!(
        r#"{{"lockfileVersion": 3, "packages": {{{}}}}}"#,
        packages.join(",\n")
    );
    let start = std::time::Instant::now();
    let found = Closure::of(&lockfile(&text), &[".".to_owned()], TOOLS).unwrap();
    assert_eq!(found.packages, 2 * MANY + 1 + depth + 1);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
