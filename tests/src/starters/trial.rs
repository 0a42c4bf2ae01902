//! One project: built from the one line, run locked down, asked, and stopped.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::report::Tried;
use super::{Starter, last_lines};
use crate::{Container, Docker, Image, Workspace};

/// The time in which a service answers, and then is found well.
const LIMIT: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(200);
/// The longest time that a service may take to stop: twice that, and it would have been killed in many clusters.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Tries a project that lies in the directory `app` of a workspace; fails where no later step makes sense.
pub(super) fn try_out(
    starter: &Starter,
    workspace: &Workspace,
    docker: &Docker,
    tried: &mut Tried,
) -> Result<(), String> {
    let file = format!("app/{}", starter.manifest);
    workspace.write(&file, starter.manifest_text());
    let build = || docker.build(workspace).file(&file).context("app");
    let outline = build().args(["--call=outline,format=json"]).call();
    tried.base = base(&outline.answer);
    if !tried.base.is_empty() && !tried.base.contains(expected(&starter.base)) {
        tried.wrong.push(format!("the base is not {}", starter.base));
    }
    let attempt = build().attempt(Duration::from_secs(starter.minutes * 60), None);
    let Some(image) = attempt.image else {
        let error = attempt.said.lines().rfind(|line| line.starts_with("ERROR: "));
        let error = error.unwrap_or("it is not built");
        let error = error.rsplit("failed to solve: ").next().unwrap_or(error);
        let whole = attempt.log + &attempt.said;
        return Err(format!("{error}\n{}", last_lines(&whole)));
    };
    read_image(&image, tried);
    run(starter, &image, tried)
}

/// Returns the base that an outline tells of, as a Dockerfile would name it.
fn base(outline: &str) -> String {
    let outline: Value = serde_json::from_str(outline).unwrap_or_default();
    let values = outline["values"].as_array();
    let base = values.and_then(|values| values.iter().find(|value| value["key"] == "base"));
    let name = base.and_then(|base| base["value"].as_str()).unwrap_or_default();
    name.trim_start_matches("docker.io/library/").to_owned()
}

/// Returns what the image's name has of a base of the list.
fn expected(base: &str) -> &str {
    if base == "debian" { "slim" } else { base }
}

fn read_image(image: &Image, tried: &mut Tried) {
    let inspected = image.inspect();
    let config = &inspected["Config"];
    let words = |list: &Value| -> Vec<String> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let command = [words(&config["Entrypoint"]), words(&config["Cmd"])]
        .concat()
        .join(" ");
    // What every image has is not what was inferred.
    tried.command = command.replace("--require /usr/lib/vextrus/init.cjs ", "");
    let check = words(&config["Healthcheck"]["Test"]);
    tried.check = match check.iter().any(|word| word == "http") {
        true => "HTTP".to_owned(),
        false if check.is_empty() => "none".to_owned(),
        false => "yes".to_owned(),
    };
    tried.size = format!("{}", inspected["Size"].as_u64().unwrap_or_default() / 1_000_000);
}

/// Runs the image as production would, with what the framework wants by design.
fn run(starter: &Starter, image: &Image, tried: &mut Tried) -> Result<(), String> {
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
    well(starter, &container, tried);
    if starter.ends {
        return Ok(());
    }
    let (stop, _) = container.stop();
    tried.stop = format!("{:.1}", stop.as_secs_f64());
    if stop > STOP_LIMIT {
        tried
            .wrong
            .push(format!("it takes {:.0} s to stop", stop.as_secs_f64()));
    }
    Ok(())
}

/// Waits for the answer that the list expects.
fn answer(starter: &Starter, container: &Container, tried: &mut Tried) -> Result<(), String> {
    let wanted = starter
        .answer
        .as_deref()
        .or(starter.says.as_deref())
        .unwrap_or_default();
    let deadline = Instant::now() + LIMIT;
    let mut seen = "nothing".to_owned();
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
            Some((told, _)) => seen = told,
            None => {}
        }
        if !lives {
            let code = &container.state()["ExitCode"];
            return Err(format!("the container ended with {code}"));
        }
        if Instant::now() > deadline {
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
