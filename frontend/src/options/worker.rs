//! The workers of the builder, as BuildKit lists them in `BUILDKIT_WORKERS`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One worker of the builder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worker {
    /// Its id.
    pub id: String,
    /// Its labels, such as `org.mobyproject.buildkit.worker.executor`.
    pub labels: BTreeMap<String, String>,
    /// The platforms that it runs, as `os/arch[/variant]`, its own first, each once.
    pub platforms: Vec<String>,
}

#[derive(Deserialize)]
struct WorkerRecord {
    #[serde(default)]
    id: String,
    // Go writes an empty map or list as null.
    labels: Option<BTreeMap<String, String>>,
    platforms: Option<Vec<PlatformRecord>>,
}

#[derive(Deserialize)]
struct PlatformRecord {
    os: String,
    architecture: String,
    #[serde(default)]
    variant: String,
}

/// Parses the JSON list of workers.
pub(super) fn parse(json: &str) -> Result<Vec<Worker>, String> {
    let records: Option<Vec<WorkerRecord>> =
        serde_json::from_str(json).map_err(|e| format!("is not a list of workers: {e}"))?;
    Ok(records
        .unwrap_or_default()
        .into_iter()
        .map(Worker::from)
        .collect())
}

impl From<WorkerRecord> for Worker {
    fn from(record: WorkerRecord) -> Self {
        let mut platforms: Vec<String> = Vec::new();
        for platform in record.platforms.unwrap_or_default() {
            let mut name = format!("{}/{}", platform.os, platform.architecture);
            if !platform.variant.is_empty() {
                name = format!("{name}/{}", platform.variant);
            }
            if !platforms.contains(&name) {
                platforms.push(name);
            }
        }
        Self {
            id: record.id,
            labels: record.labels.unwrap_or_default(),
            platforms,
        }
    }
}
