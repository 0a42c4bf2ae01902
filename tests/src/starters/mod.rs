//! Projects of the usual frameworks, made by the tools that their users use, with nothing but the one line.

mod list;
mod make;
mod report;
mod service;
mod trial;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

pub use list::Starter;
pub use report::{Tried, table};

use crate::{Docker, Workspace};
use make::Tools;

/// How much of what a program said is told.
const LAST_LINES: usize = 15;

/// What tries projects.
#[derive(Debug)]
pub struct Starters {
    docker: Docker,
    tools: Tools,
}

impl Starters {
    /// Prepares to make and try projects on an engine of this machine.
    pub fn new(docker: &Docker) -> Self {
        Self {
            docker: docker.clone(),
            tools: Tools::new(docker),
        }
    }

    /// Makes a project and tries it. One that fails is told of in what is returned.
    pub fn run(&self, starter: &Starter) -> Tried {
        told(starter, |tried| {
            let workspace = self.tools.make(starter)?;
            trial::try_out(starter, &workspace, &self.docker, tried)
        })
    }

    /// Makes the lockfile of a project of ours anew.
    pub fn relock(&self, starter: &Starter) -> Result<(), String> {
        self.tools.relock(starter)
    }
}

/// Tries a project of ours with the lockfile that it has.
pub fn try_as_it_is(starter: &Starter, docker: &Docker) -> Tried {
    told(starter, |tried| {
        let workspace = Workspace::empty();
        make::copy(&starter.files(), &workspace.path("app"));
        trial::try_out(starter, &workspace, docker, tried)
    })
}

/// Notes how a trial ends, also where the harness ends it by a panic.
fn told(starter: &Starter, trial: impl FnOnce(&mut Tried) -> Result<(), String>) -> Tried {
    let start = Instant::now();
    let mut tried = Tried {
        name: starter.name.clone(),
        tool: starter.made_by(),
        note: starter.note.clone().unwrap_or_default(),
        ..Tried::default()
    };
    if !starter.keys.is_empty() {
        tried.tool += &format!(", `{}`", starter.keys.trim().replace('\n', "; "));
    }
    let ended = catch_unwind(AssertUnwindSafe(|| trial(&mut tried))).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map_or("it panicked", String::as_str);
        Err(last_lines(why))
    });
    if let Err(why) = ended {
        tried.wrong.insert(0, why);
    }
    tried.took = start.elapsed();
    tried
}

/// Returns the end of what a program said.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
