//! What a run was made with.

use std::fs;

use serde::{Deserialize, Serialize};
use vextrus_e2e::{Docker, Invocation, Store};

use crate::builder::TURBO;
use crate::manager::Manager;
use crate::selection::Selection;
use crate::subject::Subject;

/// The machine, the versions and the choices of a run: `docs/benchmarks/run.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The day, in UTC.
    pub(crate) date: String,
    /// The processors' model and number.
    pub(crate) processors: String,
    /// The machine's memory in bytes.
    pub(crate) memory_bytes: u64,
    /// The kernel.
    pub(crate) kernel: String,
    /// The Docker Engine and how it keeps images.
    pub(crate) engine: String,
    /// The client.
    pub(crate) buildx: String,
    /// Node's version as the services have it.
    pub(crate) node: String,
    /// The versions of pnpm that the services have.
    pub(crate) pnpm: String,
    /// Those of npm.
    #[serde(default)]
    pub(crate) npm: String,
    /// Turbo's version, of the baseline that uses it.
    pub(crate) turbo: String,
    /// The frontend's commit.
    pub(crate) frontend: String,
    /// The base images: real ones, or stand-ins.
    pub(crate) bases: String,
    /// How engines were measured.
    pub(crate) meter: String,
    /// Runs of a scenario, and of a bake.
    pub(crate) runs: [usize; 2],
    /// The runs that the report is put together of: when, of which frontend, and what was selected.
    pub(crate) parts: Vec<String>,
    /// What was not measured, and why.
    pub(crate) notes: Vec<String>,
}

impl Run {
    /// Asks the machine and the engine.
    pub(crate) fn here(docker: &Docker, selection: &Selection) -> Self {
        let info = |format: &str| docker.command(["info", "--format", format]).output();
        let store = match docker.store() {
            Store::Containerd => "containerd",
            Store::Classic => "classic",
        };
        let buildx = docker.command(["buildx", "version"]).output();
        let commit = Invocation::new("git").args(["describe", "--always", "--dirty", "--abbrev=12"]);
        let date = Invocation::new("date").args(["--utc", "+%Y-%m-%d"]).output();
        let frontend = commit.directory(&vextrus_e2e::repository()).output();
        let words: Vec<String> = std::env::args().skip(1).collect();
        let part = format!("{date} {frontend} {}", words.join(" "));
        Self {
            date,
            processors: processors(),
            memory_bytes: memory_bytes(),
            kernel: info("{{.KernelVersion}}"),
            engine: format!("{}, {store} image store", info("{{.ServerVersion}}")),
            buildx: buildx.split_whitespace().nth(1).unwrap_or_default().to_owned(),
            // Known when there are services to build.
            node: String::new(),
            pnpm: String::new(),
            npm: String::new(),
            bases: String::new(),
            turbo: TURBO.to_owned(),
            frontend,
            // Known when there is an engine to measure.
            meter: String::new(),
            runs: selection.most_runs(),
            parts: vec![part.trim_end().to_owned()],
            notes: Vec::new(),
        }
    }

    /// Adds what services are made with.
    pub(crate) fn met(&mut self, docker: &Docker, subjects: &[Subject]) {
        for subject in subjects {
            add(&mut self.node, &subject.node);
            match &subject.manager {
                Manager::Pnpm(version) => add(&mut self.pnpm, version),
                Manager::Npm(Some(version)) => add(&mut self.npm, version),
                Manager::Npm(None) => add(&mut self.npm, "that of Node's image"),
            }
            if self.bases.is_empty() {
                let label = "{{index .Config.Labels \"io.vextrus.stand-in\"}}";
                let inspect = ["image", "inspect", "--format", label, &subject.run_base];
                self.bases = if docker.command(inspect).output() == "true" {
                    "stand-ins from Debian's packages and npm's Node".to_owned()
                } else {
                    "the registry's".to_owned()
                };
            }
        }
    }

    /// Takes the versions of what an earlier run built, where this one built nothing of the kind.
    pub(crate) fn complete(&mut self, earlier: &Self) {
        for (own, other) in [(&mut self.pnpm, &earlier.pnpm), (&mut self.npm, &earlier.npm)] {
            if own.is_empty() {
                own.clone_from(other);
            }
        }
    }
}

/// Adds a value to those of a list that has each once.
fn add(list: &mut String, value: &str) {
    if !list.split(", ").any(|other| other == value) {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(value);
    }
}

fn processors() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let values = |name: &str| -> Vec<&str> {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim())
            .collect()
    };
    let model = values("model name")
        .first()
        .copied()
        .unwrap_or(std::env::consts::ARCH);
    format!("{} × {model}", values("processor").len())
}

fn memory_bytes() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|total| total.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_has_each_value_once() {
        let mut list = String::new();
        for value in ["22", "24", "22"] {
            super::add(&mut list, value);
        }
        assert_eq!(list, "22, 24");
    }
}
