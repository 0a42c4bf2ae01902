use std::collections::BTreeSet;

use super::*;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn plan_for(native: &Native) -> Foreign {
    let install = |name: &str| Install {
        command: vec![name.to_owned()],
        ..Install::default()
    };
    plan(&Platform::linux("arm64"), native, &install("own"), install)
}

fn command(foreign: &Foreign) -> Option<&str> {
    foreign
        .install
        .as_ref()
        .map(|install| install.command[0].as_str())
}

#[test]
fn what_runs_and_chooses_nothing_is_the_same_step() {
    let foreign = plan_for(&Native::default());
    assert_eq!(command(&foreign), Some("own"));
    assert!(foreign.may_have_scripts.is_empty(), "{}", foreign.why);
}

#[test]
fn packages_for_a_platform_are_chosen_without_it() {
    let foreign = plan_for(&Native {
        chooses_platform: true,
        may_run: set(&["sharp"]),
        ..Native::default()
    });
    assert_eq!(command(&foreign), Some("arm64"));
    assert_eq!(foreign.may_have_scripts, ["sharp"]);
}

#[test]
fn what_compiles_or_is_built_when_fetched_runs_on_the_platform() {
    for (native, name) in [
        (
            Native {
                compiles: set(&["bcrypt"]),
                ..Native::default()
            },
            "bcrypt",
        ),
        (
            Native {
                prepared: set(&["own-fork"]),
                ..Native::default()
            },
            "own-fork",
        ),
    ] {
        let foreign = plan_for(&native);
        assert_eq!(command(&foreign), None);
        assert!(
            foreign.why.contains(name) && foreign.why.contains("linux/arm64"),
            "{}",
            foreign.why
        );
    }
}

#[test]
fn processors_have_node_s_names() {
    for (architecture, cpu) in [
        ("amd64", "x64"),
        ("arm64", "arm64"),
        ("386", "ia32"),
        ("riscv64", "riscv64"),
    ] {
        assert_eq!(node_cpu(architecture), cpu);
    }
}
