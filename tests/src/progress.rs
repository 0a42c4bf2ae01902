//! The engine's own records of a build, as `--progress=rawjson` prints them.
//!
//! Source: moby/buildkit `client/graph.go`, `SolveStatus`.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::command::tail;

/// What one build did.
#[derive(Debug, Default)]
pub struct Progress {
    steps: Vec<Step>,
    warnings: Vec<String>,
    text: String,
}

/// One vertex of the build's graph.
#[derive(Debug, Default)]
pub struct Step {
    /// Its name in the progress.
    pub name: String,
    /// What it printed.
    pub log: String,
    /// What the engine was at with it, as in `extracting` or `merging`.
    pub statuses: BTreeSet<String>,
    has_inputs: bool,
    /// What each build that has it was told, by the label before its name: in a bake two builds may share it.
    told: BTreeMap<String, Told>,
}

/// What one build was told of a vertex.
#[derive(Debug, Default)]
struct Told {
    /// When the engine began with it: to run it, or to find out its cache key.
    begins: BTreeSet<String>,
    /// Whether its result came from the cache.
    cached: bool,
    /// Whether the engine is at it.
    runs: bool,
}

impl Step {
    /// Says whether the engine ran it. A vertex without inputs begins once to tell its cache key, and once more
    /// when it runs.
    ///
    /// Source: moby/buildkit `solver/jobs.go`, `sharedOp.CacheMap`.
    pub fn ran(&self) -> bool {
        let for_its_key = usize::from(!self.has_inputs);
        self.told
            .values()
            .any(|told| !told.cached && told.begins.len() > for_its_key)
    }
}

impl Progress {
    /// Reads the records, and what the client printed beside them.
    pub fn parse(output: &str) -> Self {
        let mut progress = Self::default();
        let mut index = BTreeMap::new();
        // Two services of one bake that share a step are told its log once each.
        let mut seen = BTreeSet::new();
        for line in output.lines() {
            let Some(record) = record(line) else {
                progress.text.push_str(&in_one_wording(line));
                progress.text.push('\n');
                continue;
            };
            for vertex in list(&record, "vertexes") {
                let step = progress.step(&mut index, text(vertex, "digest"));
                step.name = text(vertex, "name").to_owned();
                step.has_inputs |= !list(vertex, "inputs").is_empty();
                let told = step.told.entry(split(&step.name).0.to_owned()).or_default();
                told.cached |= vertex.get("cached").and_then(Value::as_bool).unwrap_or(false);
                if !text(vertex, "started").is_empty() {
                    told.runs = text(vertex, "completed").is_empty();
                    let begin = text(vertex, "started").to_owned();
                    // What was begun and given up left no result: most often a result that is fetched from the
                    // cache until a step above turns out to be in the cache too.
                    if text(vertex, "error").ends_with("context canceled") {
                        let _ = told.begins.remove(&begin);
                    } else {
                        told.begins.insert(begin);
                    }
                }
            }
            for status in list(&record, "statuses") {
                let step = progress.step(&mut index, text(status, "vertex"));
                step.statuses.insert(text(status, "id").to_owned());
            }
            for log in list(&record, "logs") {
                let (digest, data) = (text(log, "vertex"), text(log, "data"));
                if seen.insert((
                    digest.to_owned(),
                    text(log, "timestamp").to_owned(),
                    data.to_owned(),
                )) {
                    let bytes = STANDARD.decode(data).unwrap_or_default();
                    progress
                        .step(&mut index, digest)
                        .log
                        .push_str(&String::from_utf8_lossy(&bytes));
                }
            }
            for warning in list(&record, "warnings") {
                let short = STANDARD.decode(text(warning, "short")).unwrap_or_default();
                progress
                    .warnings
                    .push(String::from_utf8_lossy(&short).into_owned());
            }
        }
        progress
    }

    fn step(&mut self, index: &mut BTreeMap<String, usize>, digest: &str) -> &mut Step {
        let place = *index.entry(digest.to_owned()).or_insert_with(|| {
            self.steps.push(Step::default());
            self.steps.len() - 1
        });
        &mut self.steps[place]
    }

    /// Returns the names, without the service's label and in alphabetical order, of the steps that ran: not from
    /// the cache, and more than the engine's own reading of files, images and metadata.
    pub fn ran(&self) -> Vec<&str> {
        let ran = self
            .steps
            .iter()
            .filter(|step| step.ran())
            .map(|step| step.name.as_str());
        let mut names: Vec<&str> = ran
            .filter(|name| !is_loading(name))
            .map(|name| split(name).1)
            .collect();
        names.sort_unstable();
        names
    }

    /// Returns the names as `ran` does, whether the steps ran or came from the cache.
    pub fn names(&self) -> Vec<&str> {
        let names = self.steps.iter().map(|step| step.name.as_str());
        let mut names: Vec<&str> = names
            .filter(|name| !is_loading(name))
            .map(|name| split(name).1)
            .collect();
        names.sort_unstable();
        names
    }

    /// Returns what the engine was at when the records ended, for people: the names of steps that had begun and not
    /// ended, with the last that each of them printed, and what the client said.
    pub fn at_its_end(&self) -> String {
        let running = self
            .steps
            .iter()
            .filter(|step| step.told.values().any(|told| told.runs));
        let mut words: String = running
            .map(|step| format!("{}:\n{}\n", step.name, tail(&step.log)))
            .collect();
        if words.is_empty() {
            words = format!("no step was running, of {} known ones\n", self.steps.len());
        }
        words + tail(&self.text)
    }

    /// Returns every step.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns what the steps printed, in the order of the steps.
    pub fn log(&self) -> String {
        self.steps.iter().map(|step| step.log.as_str()).collect()
    }

    /// Returns what the step printed that the client's error names.
    pub fn failed(&self) -> String {
        let error = self.text.lines().rfind(|line| line.starts_with("ERROR: "));
        let named =
            |step: &&Step| error.is_some_and(|error| !step.name.is_empty() && error.contains(&step.name));
        let steps = self.steps.iter().filter(named);
        steps.map(|step| step.log.as_str()).collect()
    }

    /// Returns the build's warnings.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns what the client printed that is no record: with a failure, the error and its excerpts.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Returns a line of the client's with one wording for a build that failed: the daemon's answer and the client's own end
/// of the frontend race, and whichever comes first puts its words in front. Source: moby/buildkit, `client/solve.go`.
fn in_one_wording(line: &str) -> String {
    line.replace("failed to run Build function: ", "failed to solve: ")
}

/// Says whether a vertex only brings something in or out: those have no cache of their own, and move nothing that
/// the engine already has.
fn is_loading(name: &str) -> bool {
    let loads = [
        "base ",
        "load ",
        "FROM ",
        "importing cache manifest",
        "preparing build cache",
        "resolve image config",
        "docker-image://",
        "exporting ",
        "resolving provenance",
    ];
    let (label, step) = split(name);
    label.ends_with("internal") || loads.iter().any(|start| step.starts_with(start))
}

/// Splits a name into what is in the brackets before it, to which bake adds its target, and the step.
fn split(name: &str) -> (&str, &str) {
    name.strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .unwrap_or(("", name))
}

fn record(line: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(line).ok()?;
    let known = ["vertexes", "statuses", "logs", "warnings"];
    value
        .as_object()?
        .keys()
        .all(|key| known.contains(&key.as_str()))
        .then_some(value)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn a_step_ran_when_it_started_and_never_came_from_the_cache() {
        let progress = Progress::parse(concat!(
            r#"{"vertexes":[{"digest":"a","inputs":["e"],"name":"[auth] build x"},{"digest":"c","name":"[auth] z"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"a","inputs":["e"],"name":"[auth] build x","started":"1","completed":"2"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"b","inputs":["e"],"name":"[auth] y","started":"1","completed":"2","cached":true}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"d","inputs":["e"],"name":"[auth internal] load metadata","started":"1"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"e","name":"[auth] key","started":"1"},{"digest":"f","name":"[auth] w","started":"1"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"f","name":"[auth] w","started":"2","completed":"3"}]}"#,
        ));
        assert_eq!(progress.ran(), ["build x", "w"]);
    }

    #[test]
    fn a_step_that_was_given_up_ran_only_if_it_began_anew() {
        let step = |digest: &str, start: u8, end: &str| {
            format!(
                r#"{{"vertexes":[{{"digest":"{digest}","inputs":["e"],"name":"[auth] {digest}","started":"{start}"{end}}}]}}"#
            )
        };
        let canceled = r#","completed":"2","error":"context canceled: context canceled""#;
        let records = [
            step("fetched", 1, ""),
            step("fetched", 1, canceled),
            step("anew", 1, canceled),
            step("anew", 3, r#","completed":"4""#),
            step("failed", 1, r#","completed":"2","error":"exit code: 1""#),
        ];
        assert_eq!(Progress::parse(&records.join("\n")).ran(), ["anew", "failed"]);
    }

    #[test]
    fn a_step_that_two_builds_share_ran_once_or_not_at_all() {
        let shared = |digest: &str, cached: [&str; 2]| {
            let record = |label: &str, start: u8, cached: &str| {
                format!(
                    r#"{{"vertexes":[{{"digest":"{digest}","inputs":["z"],"name":"[{label} auth] {digest}","started":"{start}"{cached}}}]}}"#
                )
            };
            format!(
                "{}\n{}\n",
                record("auth", 1, cached[0]),
                record("mail", 2, cached[1])
            )
        };
        let cached = r#","cached":true"#;
        let records =
            shared("once", ["", ""]) + &shared("first", ["", cached]) + &shared("never", [cached; 2]);
        let key = concat!(
            r#"{"vertexes":[{"digest":"key","name":"[auth auth] key","started":"1"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"key","name":"[mail auth] key","started":"2"}]}"#,
        );
        assert_eq!(Progress::parse(&(records + key)).ran(), ["first", "once"]);
    }

    #[test]
    fn a_build_without_an_end_names_the_steps_that_run() {
        let progress = Progress::parse(concat!(
            r#"{"vertexes":[{"digest":"a","name":"[auth] ended","started":"1","completed":"2"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"b","name":"[auth] runs","started":"2"},{"digest":"c","name":"[auth] waits"}]}"#,
            "\n",
            r#"{"logs":[{"vertex":"a","data":"aGk="},{"vertex":"b","data":"aGk="}]}"#,
        ));
        assert_eq!(progress.at_its_end(), "[auth] runs:\nhi\n");
        let none = Progress::parse("{\"vertexes\":[{\"digest\":\"c\",\"name\":\"waits\"}]}\nWARNING: x\n");
        assert_eq!(
            none.at_its_end(),
            "no step was running, of 1 known ones\nWARNING: x\n"
        );
    }

    #[test]
    fn what_is_no_record_is_the_clients_text() {
        let progress =
            Progress::parse("{\"logs\":[{\"vertex\":\"a\",\"data\":\"aGk=\"}]}\na.toml:1\n{}x\nERROR: no\n");
        assert_eq!(progress.text(), "a.toml:1\n{}x\nERROR: no\n");
        assert_eq!(progress.log(), "hi");
    }
}
