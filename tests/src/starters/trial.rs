//! One project: built from the one line, and what its image says of itself.

use std::time::Duration;

use serde_json::Value;

use super::report::Tried;
use super::{Starter, last_lines, service};
use crate::{Docker, Image, Workspace};

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
        return Err(format!(
            "{error}\n{}\n{}",
            last_lines(&attempt.failed),
            last_lines(&attempt.said)
        ));
    };
    read_image(&image, tried);
    service::run(starter, &image, tried)
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
    let ours = check.iter().position(|word| word.ends_with("/healthcheck.cjs"));
    tried.check = match ours.and_then(|place| check.get(place + 2)) {
        Some(protocol) => protocol.clone(),
        None if check.is_empty() => "none".to_owned(),
        None => "its own".to_owned(),
    };
    tried.size = format!("{}", inspected["Size"].as_u64().unwrap_or_default() / 1_000_000);
}
