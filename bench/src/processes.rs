//! A process and all below it, as `/proc` has them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The ticks of a second, in which Linux tells every program the time of processors.
pub(crate) const TICKS: f64 = 100.0;
/// The bytes of a page of memory.
const PAGE: u64 = 4096;

/// What a process and all below it used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Use {
    /// With that of the processes that ended and that somebody waited for.
    pub(crate) cpu_seconds: f64,
    /// Without copies of files.
    pub(crate) memory_bytes: u64,
}

/// Adds up the process whose id is in a file and all that it started.
pub(crate) fn below(pid_file: &Path) -> Use {
    let Some(root) = fs::read_to_string(pid_file)
        .ok()
        .and_then(|text| text.trim().parse().ok())
    else {
        return Use::default();
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let read = |pid: u32, file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let stats: BTreeMap<u32, String> = pids.map(|pid| (pid, read(pid, "stat"))).collect();
    let parents: BTreeMap<u32, u32> = stats
        .iter()
        .filter_map(|(pid, stat)| Some((*pid, numbers(stat).get(1).copied()?.try_into().ok()?)))
        .collect();
    let mut sum = Use::default();
    for (pid, stat) in &stats {
        if descends(*pid, root, &parents) {
            sum.cpu_seconds += ticks(stat) as f64 / TICKS;
            let pages =
                |place: usize, text: &str| text.split(' ').nth(place).and_then(|n| n.parse::<u64>().ok());
            let statm = read(*pid, "statm");
            let resident = pages(1, &statm).unwrap_or(0);
            sum.memory_bytes += resident.saturating_sub(pages(2, &statm).unwrap_or(0)) * PAGE;
        }
    }
    sum
}

fn descends(pid: u32, root: u32, parents: &BTreeMap<u32, u32>) -> bool {
    let mut line = std::iter::successors(Some(pid), |pid| parents.get(pid).copied()).take(parents.len());
    line.any(|pid| pid == root)
}

/// Returns the ticks of a process and of its ended children by its `/proc/PID/stat`.
pub(crate) fn ticks(stat: &str) -> u64 {
    numbers(stat).iter().skip(11).take(4).sum()
}

/// Returns the fields after the program's name, which may hold anything: the state as 0, the parent's id, and so on.
///
/// Source: Linux, `Documentation/filesystems/proc.rst`, table 1-4.
fn numbers(stat: &str) -> Vec<u64> {
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields
        .split_ascii_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{descends, numbers, ticks};

    const STAT: &str = "7 (a) b) S 3 7 7 0 -1 0 0 0 0 0 10 20 30 40 20 0 1 0";

    #[test]
    fn fields_follow_the_last_bracket() {
        assert_eq!(numbers(STAT)[1], 3);
        assert_eq!(ticks(STAT), 100);
        assert_eq!(ticks(""), 0);
    }

    #[test]
    fn a_process_descends_from_itself_and_its_ancestors() {
        let parents = BTreeMap::from([(2, 1), (3, 2), (9, 9)]);
        assert!(descends(3, 2, &parents) && descends(2, 2, &parents));
        assert!(!descends(1, 2, &parents) && !descends(9, 2, &parents));
    }
}
