//! What the command line says.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::harness::{Target, targets};

/// What to try, and for how long.
pub(crate) struct Arguments {
    pub(crate) time: Duration,
    pub(crate) seed: u64,
    /// The first batch of each target.
    pub(crate) from: u64,
    /// How many batches of each target there are, before the time is up.
    pub(crate) batches: u64,
    pub(crate) targets: Vec<&'static Target>,
    /// Programs of pnpm, without which one target is left out.
    pub(crate) pnpm: Vec<PathBuf>,
}

impl Arguments {
    /// Reads words such as `SEED=1`.
    ///
    /// # Errors
    /// A word that means nothing, or a target that there is not.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let (mut minutes, mut seed, mut from) = (10.0, now.map_or(0, |now| now.as_secs()), 0);
        let (mut names, mut pnpm, mut batches) = (None, Vec::new(), u64::MAX);
        for word in words {
            let wrong = || {
                format!("`{word}` is not MINUTES=, SEED=, FROM=, BATCHES=, TARGETS= or PNPM= with a value")
            };
            let (key, value) = word.split_once('=').ok_or_else(wrong)?;
            match key {
                "MINUTES" => minutes = value.parse::<f64>().map_err(|_| wrong())?,
                "SEED" => seed = value.parse().map_err(|_| wrong())?,
                "FROM" => from = value.parse().map_err(|_| wrong())?,
                "BATCHES" => batches = value.parse().map_err(|_| wrong())?,
                "TARGETS" => names = Some(value.to_owned()),
                "PNPM" => pnpm = value.split(',').map(PathBuf::from).collect(),
                _ => return Err(wrong()),
            }
        }
        let mut all = targets::ALL.to_vec();
        if !pnpm.is_empty() {
            all.push(&targets::INSTALLED);
        }
        let named = |name: &str| {
            let found = all.iter().find(|target| target.name == name);
            found.copied().ok_or_else(|| unknown(name, &all))
        };
        Ok(Self {
            time: Duration::try_from_secs_f64(minutes * 60.0).map_err(|error| error.to_string())?,
            seed,
            from,
            batches,
            targets: match names {
                Some(names) => names.split(',').map(named).collect::<Result<_, _>>()?,
                None => all,
            },
            pnpm,
        })
    }
}

fn unknown(name: &str, all: &[&Target]) -> String {
    let names: Vec<&str> = all.iter().map(|target| target.name).collect();
    format!("no target is named `{name}`; write one of {}", names.join(", "))
}
