//! Credentials in a manifest.

use crate::manifest::Manifest;
use crate::secret::{self, is_name};
use crate::warning::{Warning, rules};

/// Warns of every value that looks like a credential.
pub(super) fn find(manifest: &Manifest) -> Vec<Warning> {
    let mut variables: Vec<(String, &str, &str)> = Vec::new();
    let mut values: Vec<(String, &str)> = Vec::new();
    let build = manifest.build.env.iter();
    variables.extend(build.map(|(name, value)| {
        (
            format!("build.env.{}", name.as_str()),
            name.as_str(),
            value.as_str(),
        )
    }));
    let targets = manifest.target.iter();
    let targets = targets.map(|(name, run)| (format!("target.{}", name.as_str()), run));
    for (table, run) in targets.chain([("run".to_owned(), &manifest.run)]) {
        let env = run.env.iter();
        variables.extend(env.map(|(name, value)| {
            (
                format!("{table}.env.{}", name.as_str()),
                name.as_str(),
                value.as_str(),
            )
        }));
        let words = run.command.iter().flat_map(|command| command.words());
        values.extend(words.map(|word| (format!("{table}.command"), word.as_str())));
    }
    let labels = manifest.image.labels.iter();
    values.extend(labels.map(|(key, value)| (format!("image.labels.{}", key.as_str()), value.as_str())));

    let named = variables.into_iter().filter_map(|(path, name, value)| {
        let what = if is_name(name) && may_be_secret(value) {
            Some("its name says that it is a credential")
        } else {
            credential(value)
        };
        Some((path, what?))
    });
    let unnamed = values
        .into_iter()
        .filter_map(|(path, value)| Some((path, credential(value)?)));
    let warning = |(path, what): (String, &str)| {
        let (key, instead) = match path.strip_prefix("build.") {
            Some(_) => (&path, "take it from a secret: `secrets` of `[build]`"),
            None => (&path, "give it to the container when it is started"),
        };
        rules::SECRET_IN_MANIFEST
            .warn(format!("`{key}` is in the repository, and {what}; {instead}"))
            .at(manifest.nearest_place(&path))
    };
    let arguments = manifest.build.args.keys().map(|name| name.as_str());
    let arguments = arguments.filter(|name| is_name(name)).map(|name| {
        let message = format!(
            "what `--build-arg {name}` gives is in the build's record; take it from a secret: `secrets` of `[build]`"
        );
        rules::SECRET_IN_BUILD_ARG
            .warn(message)
            .at(manifest.nearest_place(&format!("build.args.{name}")))
    });
    named.chain(unnamed).map(warning).chain(arguments).collect()
}

/// Whether a value may be a credential at all: no switch, number, path, or reference to something else.
fn may_be_secret(value: &str) -> bool {
    let is_plain = value.is_empty()
        || ["true", "false", "yes", "no", "on", "off", "none", "null"].contains(&value)
        || value.parse::<f64>().is_ok()
        || value.starts_with(['/', '.', '$', '<']);
    !is_plain
}

/// Returns what a value gives away by its form.
fn credential(value: &str) -> Option<&'static str> {
    if secret::is_token(value) || secret::is_private_key(value) {
        return Some("its value is a token or a private key");
    }
    // A shell fills in what begins with `$`.
    (secret::has_credentials(value) && !value.contains(":$")).then_some("its URL has a password in it")
}
