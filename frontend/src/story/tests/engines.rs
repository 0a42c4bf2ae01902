//! Engines that lack a capability: what a graph needs is told before any step, the rest has another way.

use std::iter;

use super::*;

/// Returns an engine with every capability but one.
pub(super) fn without(lacking: &str) -> State {
    State {
        llb_caps: LLB_CAPS.into_iter().filter(|id| *id != lacking).collect(),
        ..engine(example())
    }
}

#[tokio::test]
async fn an_engine_that_cannot_copy_by_patterns_is_told_what_it_lacks_before_any_step() {
    let (gateway, fake) = connect(without("file.copy.includeexcludepatterns")).await;
    let failure = build(gateway, request("auth")).await.unwrap_err().to_string();
    assert_eq!(
        failure,
        "this engine's BuildKit is too old: it cannot copy only the files that patterns choose \
         (file.copy.includeexcludepatterns); use Docker Engine 26.1 or later, or a builder of BuildKit 0.13 or later"
    );
    // Nothing was read: an engine that old may well fail at it.
    assert!(fake.state().solves.is_empty());
}

#[tokio::test]
async fn what_is_asked_of_every_engine_is_what_every_build_needs() {
    for service in SERVICES {
        let image = built(example(), service).await.image();
        let needs = image.capabilities();
        assert!(
            super::engine::USUAL.iter().all(|id| needs.contains(id)),
            "{service}"
        );
    }
}

#[tokio::test]
async fn what_a_flag_needs_is_missed_only_where_the_flag_is_given() {
    let plain = run(without("exec.meta.cgroup.parent"), request("auth")).await;
    assert!(plain.is_ok());
    let options = Options {
        cgroup_parent: Some("builds".to_owned()),
        ..request("auth")
    };
    let failure = run(without("exec.meta.cgroup.parent"), options)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        failure.contains(
            "it cannot choose the control group, as --cgroup-parent asks for (exec.meta.cgroup.parent)"
        ),
        "{failure}"
    );
}

#[tokio::test]
async fn an_engine_that_cannot_warn_or_evaluate_builds_the_same() {
    let all = built(example(), "auth").await;
    let state = State {
        gateway_caps: iter::once("gateway.solve.evaluate").collect(),
        ..engine(example())
    };
    let quiet = run(state, request("auth")).await.unwrap();
    assert!(quiet.fake.state().warnings.is_empty());
    assert_eq!(quiet.image().to_bytes(), all.image().to_bytes());
    assert_eq!(quiet.config(), all.config());
}

#[tokio::test]
async fn an_engine_without_merge_gets_copies() {
    let merges = |built: &Built| {
        let graph = built.image();
        graph
            .vertices()
            .filter(|vertex| matches!(vertex.op.op, Some(Op::Merge(_))))
            .count()
    };
    // The image, what the service's install adds to, and what the check of the image has its packages copied onto.
    assert_eq!(merges(&built(example(), "auth").await), 3);
    let old = run(without("mergeop"), request("auth")).await.unwrap();
    assert_eq!(merges(&old), 0);
    // The same layers: one copy each onto the one before.
    let copies = by_name_count(&old.image(), "image");
    let layers = by_name(&old.image())
        .keys()
        .filter(|name| name.starts_with("layer "))
        .count();
    assert_eq!(copies, layers);
    assert_eq!(old.config(), built(example(), "auth").await.config());
}

fn by_name_count(definition: &Definition, name: &str) -> usize {
    let names = definition
        .vertices()
        .filter_map(|v| v.metadata?.description.get("llb.customname"));
    names
        .filter(|found| found.split_once("] ").is_some_and(|(_, found)| found == name))
        .count()
}
