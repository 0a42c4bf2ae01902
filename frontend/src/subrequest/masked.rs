//! Answers without the credentials that a build takes from the repository or the command line.

use serde_json::Value as Json;

use crate::secret::{is_name, is_reference, mask_forms, mask_text};

/// What stands in the place of a credential.
pub(super) const MASK: &str = "***";
/// Fields that say what the value beside them is of.
const NAMES: [&str; 4] = ["name", "key", "variable", "path"];
/// Fields with a value.
const VALUES: [&str; 3] = ["value", "default", "text"];

/// Returns a value as it may be shown, by the name of what it is given to.
pub(super) fn shown(name: &str, value: &str) -> String {
    match is_name(name) && !value.is_empty() && !is_reference(value) {
        true => MASK.to_owned(),
        false => mask_forms(value).into_owned(),
    }
}

/// Takes credentials out of an answer: what has their form, and the values of what has their name, whether that is a
/// field's, one beside it (`{"name": …, "value": …}`), or in front of it in a list (`["NAME", …]`, `["--name", …]`).
pub(super) fn mask(json: &mut Json) {
    match json {
        Json::String(text) => replace(text, |text| mask_forms(text).into_owned()),
        Json::Array(items) => list(items),
        Json::Object(fields) => {
            let names = NAMES.iter().filter_map(|field| fields.get(*field)?.as_str());
            let name = names.map(str::to_owned).find(|name| is_name(name));
            for (field, value) in fields {
                let name = name.as_deref().filter(|_| VALUES.contains(&field.as_str()));
                value_of(name.unwrap_or(field), value);
            }
        }
        _ => {}
    }
}

fn list(items: &mut [Json]) {
    let is_pair = items.len() == 2;
    let mut before: Option<String> = None;
    for item in items {
        let option = before.as_deref().and_then(|name| name.strip_prefix('-'));
        let name = option.or(before.as_deref().filter(|_| is_pair));
        let name = name.map(|name| name.trim_start_matches('-').to_owned());
        before = item.as_str().map(str::to_owned);
        match name.filter(|name| is_name(name)) {
            Some(name) => value_of(&name, item),
            // Words of commands, in which a name may have its value.
            None => match item {
                Json::String(text) => replace(text, |text| mask_text(text).into_owned()),
                item => mask(item),
            },
        }
    }
}

fn value_of(name: &str, value: &mut Json) {
    match value {
        Json::String(text) => replace(text, |text| shown(name, text)),
        value => mask(value),
    }
}

fn replace(text: &mut String, masked: impl Fn(&str) -> String) {
    *text = masked(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_masked_by_their_names_and_forms() {
        let mut json = json!({
            "env": [["DB_PASSWORD", "x"], ["PORT", "80"], ["URL", "https://u:x@h/"], ["A_TOKEN", "${A_TOKEN}"]],
            "args": [{ "name": "API_KEY", "value": "x", "description": "x" }, { "name": "PORT", "value": "x" }],
            "values": [{ "key": "run.env.db-password", "value": "x", "reason": "x" }],
            "run": { "command": ["node", "--api-key", "x", "A_TOKEN=x y"], "password": "x", "token": { "a": "x" } },
            "sizes": [1, null, true],
        });
        mask(&mut json);
        assert_eq!(
            json,
            json!({
                "env": [["DB_PASSWORD", "***"], ["PORT", "80"], ["URL", "https://***@h/"], ["A_TOKEN", "${A_TOKEN}"]],
                "args": [{ "name": "API_KEY", "value": "***", "description": "x" }, { "name": "PORT", "value": "x" }],
                "values": [{ "key": "run.env.db-password", "value": "***", "reason": "x" }],
                "run": { "command": ["node", "--api-key", "***", "A_TOKEN=***"], "password": "***", "token": { "a": "x" } },
                "sizes": [1, null, true],
            })
        );
    }
}
