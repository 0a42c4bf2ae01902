//! What a run was made with.

use std::fs;

use serde::{Deserialize, Serialize};
use vextrus_e2e::{Docker, Invocation, Store};

use crate::builder::TURBO;
use crate::selection::Selection;
use crate::subject::Subjects;

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
    /// The package manager's version.
    pub(crate) pnpm: String,
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
    pub(crate) fn here(docker: &Docker, subjects: &Subjects, selection: &Selection) -> Self {
        let info = |format: &str| docker.command(["info", "--format", format]).output();
        let store = match docker.store() {
            Store::Containerd => "containerd",
            Store::Classic => "classic",
        };
        let each = |value: fn(&crate::subject::Subject) -> &str| {
            let mut values: Vec<&str> = subjects.all().iter().map(value).collect();
            values.sort_unstable();
            values.dedup();
            values.join(", ")
        };
        let stand_in = subjects.all().first().is_some_and(|subject| {
            let label = "{{index .Config.Labels \"io.vextrus.stand-in\"}}";
            let inspect = ["image", "inspect", "--format", label, &subject.run_base];
            docker.command(inspect).output() == "true"
        });
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
            node: each(|subject| &subject.node),
            pnpm: each(|subject| &subject.pnpm),
            turbo: TURBO.to_owned(),
            frontend,
            bases: if stand_in {
                "stand-ins from Debian's packages and npm's Node".to_owned()
            } else {
                "the registry's".to_owned()
            },
            // Known when there is an engine to measure.
            meter: String::new(),
            runs: [selection.runs, selection.bake_runs],
            parts: vec![part.trim_end().to_owned()],
            notes: Vec::new(),
        }
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
