//! Credentials in a manifest.

use crate::manifest::Manifest;
use crate::warning::{Warning, rules};

/// Words that end the name of a variable which holds a credential.
const NAMES: [&str; 17] = [
    "ACCESS_KEY",
    "APIKEY",
    "API_KEY",
    "AUTH_KEY",
    "CLIENT_SECRET",
    "CREDENTIAL",
    "CREDENTIALS",
    "ENCRYPTION_KEY",
    "MASTER_KEY",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "SECRET",
    "SECRET_KEY",
    "SIGNING_KEY",
    "TOKEN",
];

/// How the tokens of well-known services begin, and how many characters follow at least.
const TOKENS: [(&str, usize); 17] = [
    ("AIza", 35),
    ("AKIA", 16),
    ("ASIA", 16),
    ("dckr_pat_", 20),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 36),
    ("glpat-", 20),
    ("npm_", 36),
    ("pypi-", 40),
    ("rk_live_", 20),
    ("sk_live_", 20),
    ("sk-ant-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("-----BEGIN ", 20),
];

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
        let what = if is_secret_name(name) && may_be_secret(value) {
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
    let arguments = arguments.filter(|name| is_secret_name(name)).map(|name| {
        let message = format!(
            "what `--build-arg {name}` gives is in the build's record; take it from a secret: `secrets` of `[build]`"
        );
        rules::SECRET_IN_BUILD_ARG
            .warn(message)
            .at(manifest.nearest_place(&format!("build.args.{name}")))
    });
    named.chain(unnamed).map(warning).chain(arguments).collect()
}

/// Whether a variable of this name holds a credential. The name ends in the word: `TOKEN_TTL` and
/// `PASSWORD_MIN_LENGTH` hold none.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ends = |word: &str| {
        name.strip_suffix(word)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    };
    NAMES.iter().any(|word| ends(word)) && !name.contains("PUBLIC")
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
    let is_token = |(start, length): &(&str, usize)| {
        value
            .strip_prefix(start)
            .is_some_and(|rest| rest.chars().count() >= *length)
    };
    let is_key = !value.starts_with("-----BEGIN ") || value.contains("PRIVATE KEY");
    if TOKENS.iter().any(is_token) && is_key {
        return Some("its value is a token or a private key");
    }
    let (_, rest) = value.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty() && !password.starts_with('$')).then_some("its URL has a password in it")
}
