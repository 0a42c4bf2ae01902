use super::*;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::fixtures::{ALL, ids, lockfile};
use crate::kinds::node::pnpm::lockfiles::Lockfiles;
use DependencyKind::{Development, Optional, Production};

fn closure(edges: &[(&str, DependencyKind, &str)]) -> WorkspaceClosure {
    let mut closure = WorkspaceClosure::default();
    for (from, kind, to) in edges {
        for id in [from, to] {
            closure.projects.insert((*id).to_owned());
        }
        closure.edges.insert(Edge {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            kind: *kind,
            alias: (*to).to_owned(),
            injected: false,
        });
    }
    closure
}

#[test]
fn dependencies_come_first() {
    for text in ALL {
        let scope = Scope::Development { include_root: false };
        let closure = Lockfiles::Shared(Box::new(lockfile(text)));
        let closure = closure.closure(&ids(&["apps/a", "apps/inj"]), scope).unwrap();
        let order = BuildOrder::of(&closure).unwrap();
        assert_eq!(
            order.importers,
            [
                "libs/kernel",
                "libs/infra",
                "libs/testkit",
                "apps/a",
                "libs/ui",
                "apps/inj"
            ]
        );
        assert_eq!(
            order.dependencies["libs/testkit"].iter().collect::<Vec<_>>(),
            ["libs/infra", "libs/kernel"]
        );
    }
}

#[test]
fn development_edges_give_way_in_a_cycle_only() {
    let order = BuildOrder::of(&closure(&[
        ("a", Production, "b"),
        ("b", Development, "a"),
        ("b", Development, "t"),
    ]));
    let order = order.unwrap();
    assert_eq!(order.importers, ["t", "b", "a"]);
    assert_eq!(order.dependencies["b"].iter().collect::<Vec<_>>(), ["t"]);
}

#[test]
fn a_cycle_that_remains_is_named_whole() {
    let error = BuildOrder::of(&closure(&[
        ("a", Production, "b"),
        ("b", Optional, "c"),
        ("c", Production, "a"),
        ("c", Production, "d"),
        ("x", Production, "y"),
        ("y", Production, "x"),
    ]))
    .unwrap_err();
    let messages: Vec<String> = error.iter().map(|d| d.message.clone()).collect();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].contains("`a` → `b` → `c` → `a`"), "{messages:?}");
    assert!(messages[1].contains("`x` → `y` → `x`"), "{messages:?}");
}

#[test]
fn a_project_may_link_itself() {
    assert_eq!(
        BuildOrder::of(&closure(&[("a", Production, "a")]))
            .unwrap()
            .importers,
        ["a"]
    );
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let names: Vec<String> = (0..20_000).map(|i| format!("p{i:05}")).collect();
    let edges: Vec<_> = names
        .windows(2)
        .map(|w| (w[0].as_str(), Production, w[1].as_str()))
        .collect();
    let order = BuildOrder::of(&closure(&edges)).unwrap();
    assert_eq!(order.importers.first().map(String::as_str), Some("p19999"));
}

proptest::proptest! {
    #[test]
    fn an_order_respects_every_edge_it_keeps(edges in proptest::collection::vec((0u8..8, 0u8..3, 0u8..8), 0..20)) {
        let names: Vec<String> = (0..8).map(|i| i.to_string()).collect();
        let kinds = [Production, Optional, Development];
        let edges: Vec<_> = edges
            .iter()
            .map(|(a, k, b)| (names[*a as usize].as_str(), kinds[*k as usize], names[*b as usize].as_str()))
            .collect();
        let closure = closure(&edges);
        if let Ok(order) = BuildOrder::of(&closure) {
            proptest::prop_assert_eq!(order.importers.len(), closure.projects.len());
            let at = |id: &str| order.importers.iter().position(|other| other == id);
            for (from, to) in &order.dependencies {
                for to in to {
                    proptest::prop_assert!(at(to) < at(from));
                }
            }
            for (from, kind, to) in edges {
                if kind != Development && from != to {
                    proptest::prop_assert!(order.dependencies[from].contains(to));
                }
            }
        }
    }
}
