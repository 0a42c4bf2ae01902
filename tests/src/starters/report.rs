//! What became of the projects, as a table.

use std::fmt::Write as _;
use std::time::Duration;

/// What became of one project; texts are empty as long as it did not come so far.
#[derive(Debug, Default)]
pub struct Tried {
    pub(super) name: String,
    pub(super) tool: String,
    pub(super) command: String,
    pub(super) base: String,
    pub(super) check: String,
    pub(super) size: String,
    pub(super) answer: String,
    pub(super) healthy: String,
    pub(super) stop: String,
    pub(super) note: String,
    pub(super) took: Duration,
    pub(super) wrong: Vec<String>,
}

const HEAD: &str = "| project | made by | command | base | health check | MB | answer | healthy | stop, s | verdict |\n\
                    |---|---|---|---|---|--:|---|---|--:|---|\n";

impl Tried {
    /// Says whether all was as the list says.
    pub fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Returns how long it took.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Returns what is not right, in full.
    pub fn failure(&self) -> String {
        format!("{}: {}", self.name, self.wrong.join("\n  "))
    }

    fn row(&self, out: &mut String) {
        let verdict = match self.wrong.first() {
            None => "right".to_owned(),
            Some(why) => format!("**{}**", why.lines().next().unwrap_or_default()),
        };
        let cells = [
            &self.name,
            &self.tool,
            &code(&self.command),
            &self.base,
            &self.check,
            &self.size,
            &self.answer,
            &self.healthy,
            &self.stop,
            &verdict,
        ];
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| {
                if cell.is_empty() {
                    "–".to_owned()
                } else {
                    cell.replace('|', "\\|")
                }
            })
            .collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

/// Returns the table, and beneath it what is to be known of some rows.
pub fn table(tried: &[Tried]) -> String {
    let mut out = HEAD.to_owned();
    for one in tried {
        one.row(&mut out);
    }
    let noted = tried.iter().filter(|one| !one.note.is_empty());
    let notes: Vec<String> = noted
        .map(|one| format!("- {}: {}.", one.name, one.note))
        .collect();
    if !notes.is_empty() {
        let _ = write!(out, "\n{}\n", notes.join("\n"));
    }
    out
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}
