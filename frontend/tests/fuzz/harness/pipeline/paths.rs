//! No graph names anything outside of the context, or of the root of a step.

use buildkit_llb::pb;
use pb::file_action::Action;
use pb::op::Op;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::engine::Run;
use super::graph::ops;

/// The attributes of a local source that choose files.
const CHOOSING: [&str; 2] = ["local.includepattern", "local.followpaths"];

/// Checks the graphs of a run.
pub(crate) fn hold(run: &Run) -> TestCaseResult {
    for op in ops(run) {
        match op {
            Op::Source(source) => chosen(&source)?,
            Op::Exec(exec) => {
                let meta = exec.meta.unwrap_or_default();
                absolute("the directory of a step", &meta.cwd)?;
                for mount in &exec.mounts {
                    absolute("a mount", &mount.dest)?;
                    inside("the part of a mount", &mount.selector)?;
                }
            }
            Op::File(file) => file
                .actions
                .into_iter()
                .filter_map(|one| one.action)
                .try_for_each(|one| action(&one))?,
            Op::Merge(_) | Op::Diff(_) | Op::Build(_) => {}
        }
    }
    Ok(())
}

fn chosen(source: &pb::SourceOp) -> TestCaseResult {
    for key in CHOOSING {
        let Some(patterns) = source.attrs.get(key) else {
            continue;
        };
        let patterns: Vec<String> = serde_json::from_str(patterns).unwrap();
        for pattern in patterns {
            let pattern = pattern.trim_start_matches('!');
            prop_assert!(
                !pattern.starts_with('/'),
                "{} is asked for of {}",
                pattern,
                source.identifier
            );
            inside("a part of the context", pattern)?;
        }
    }
    Ok(())
}

fn action(action: &Action) -> TestCaseResult {
    match action {
        Action::Copy(copy) => {
            inside("the source of a copy", &copy.src)?;
            absolute("the destination of a copy", &copy.dest)?;
            let patterns = copy.include_patterns.iter().chain(&copy.exclude_patterns);
            patterns
                .into_iter()
                .try_for_each(|pattern| inside("a pattern of a copy", pattern))
        }
        Action::Mkfile(file) => absolute("a file", &file.path),
        Action::Mkdir(directory) => absolute("a directory", &directory.path),
        Action::Rm(rm) => absolute("what is removed", &rm.path),
        Action::Symlink(link) => absolute("a link", &link.newpath),
    }
}

fn absolute(what: &str, path: &str) -> TestCaseResult {
    prop_assert!(
        path.starts_with('/'),
        "{} is {:?}, which does not begin at the root",
        what,
        path
    );
    inside(what, path)
}

fn inside(what: &str, path: &str) -> TestCaseResult {
    prop_assert!(
        !path.split('/').any(|part| part == ".."),
        "{} is {:?}, which leads up",
        what,
        path
    );
    prop_assert!(!path.contains('\0'), "{} is {:?}, which no path is", what, path);
    Ok(())
}
