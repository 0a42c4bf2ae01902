//! The service of an image: run locked down, asked, found well, and stopped.

use std::thread;
use std::time::{Duration, Instant};

use super::report::Tried;
use super::{Starter, last_lines};
use crate::{Container, Image};

/// The time in which a service answers, and then is found well.
const LIMIT: Duration = Duration::from_secs(90);
/// The time after which an answer stays what it is.
const SETTLED: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(200);
/// The longest time that a service may take to stop: Docker kills after ten seconds, and half of that is slow.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Runs the image as production would, with what the framework wants by design.
pub(super) fn run(starter: &Starter, image: &Image, tried: &mut Tried) -> Result<(), String> {
    let mut container = image.container().tmpfs("/tmp");
    for (name, value) in &starter.env {
        container = container.env(name, value);
    }
    for directory in &starter.tmpfs {
        container = container.tmpfs(directory);
    }
    let container = container.started_with_quick_checks();
    if let Err(why) = answer(starter, &container, tried) {
        let logs = container.logs();
        return Err(format!("{why}\n{}", last_lines(&logs)));
    }
    if starter.ends {
        return Ok(());
    }
    well(starter, &container, tried);
    let (stop, _) = container.stop();
    tried.stop = format!("{:.1}", stop.as_secs_f64());
    if stop > STOP_LIMIT {
        tried
            .wrong
            .push(format!("it takes {:.0} s to stop", stop.as_secs_f64()));
    }
    Ok(())
}

/// Waits for the answer that the list expects. Some answer with 200 before they are ready; one that still has another
/// text some seconds later will keep to it.
fn answer(starter: &Starter, container: &Container, tried: &mut Tried) -> Result<(), String> {
    let wanted = starter
        .answer
        .as_deref()
        .or(starter.says.as_deref())
        .unwrap_or_default();
    let deadline = Instant::now() + LIMIT;
    let (mut seen, mut other) = ("nothing".to_owned(), None);
    loop {
        let lives = container.state()["Status"] == "running";
        match ask(starter, container) {
            Some((told, text)) if text.contains(wanted) && (told == "200" || told.is_empty()) => {
                tried.answer = if told.is_empty() {
                    "as expected".to_owned()
                } else {
                    told
                };
                // It ends a moment after it says why.
                let late = starter.ends && lives && !ended(container, deadline);
                return if late {
                    Err("it does not end".to_owned())
                } else {
                    Ok(())
                };
            }
            Some((told, text)) => {
                if told == "200" {
                    other.get_or_insert(Instant::now());
                }
                let start: String = text.chars().take(60).collect();
                seen = format!("{told} {start:?}").trim_start().to_owned();
            }
            None => {}
        }
        if !lives {
            let code = &container.state()["ExitCode"];
            return Err(format!("the container ended with {code}"));
        }
        let settled = other.is_some_and(|since| since.elapsed() > SETTLED);
        if settled || Instant::now() > deadline {
            tried.answer.clone_from(&seen);
            return Err(format!("the answer is {seen}, not {wanted:?}"));
        }
        thread::sleep(POLL);
    }
}

/// Asks once, at the container's own address, since what listens on localhost alone serves nobody. Returns the status,
/// if there is such a thing, and the text.
fn ask(starter: &Starter, container: &Container) -> Option<(String, String)> {
    if let Some(path) = &starter.get {
        let (status, text) = container.get_from_outside(starter.port, path, &starter.headers)?;
        return Some((status.to_string(), text));
    }
    if let Some(program) = &starter.exec {
        let words: Vec<&str> = program.iter().map(String::as_str).collect();
        let (succeeded, text) = container.exec(&words);
        return succeeded.then(|| (String::new(), text));
    }
    Some((String::new(), container.logs()))
}

fn ended(container: &Container, deadline: Instant) -> bool {
    while container.state()["Status"] == "running" {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}

/// Waits for the word of the image's own check, and compares it with what the list expects.
fn well(starter: &Starter, container: &Container, tried: &mut Tried) {
    let deadline = Instant::now() + LIMIT;
    let health = loop {
        let health = container.state()["Health"].clone();
        if health["Status"] != "starting" || Instant::now() > deadline {
            break health;
        }
        thread::sleep(POLL);
    };
    let status = health["Status"].as_str().unwrap_or("no check");
    status.clone_into(&mut tried.healthy);
    if status == "no check" && starter.check {
        tried.wrong.push("no health check".to_owned());
    } else if status != "no check" && status != "healthy" {
        let last = health["Log"].as_array().and_then(|log| log.last());
        let said = last.and_then(|last| last["Output"].as_str()).unwrap_or_default();
        tried.wrong.push(format!("{status}: {}", said.trim()));
    }
}
