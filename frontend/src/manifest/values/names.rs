//! Names: of packages, variables, labels, secrets and targets.

use super::text;

text! {
    /// The name of a workspace package, such as `@vextrus/auth` (npm's rules, capitals tolerated as in old names).
    PackageName, package_name,
    write "the `name` of its package.json, such as `@vextrus/auth`",
    examples ["@vextrus/auth", "auth"]
}

text! {
    /// The name of an environment variable, such as `NODE_ENV` (POSIX, XBD 8.1, small letters allowed).
    EnvName, env_name,
    write "letters, digits and `_`, such as `NODE_ENV`",
    examples ["NODE_ENV"]
}

text! {
    /// The key of an OCI label, such as `org.opencontainers.image.title`.
    LabelKey, label_key,
    write "a label key, such as `org.opencontainers.image.title`",
    examples ["org.opencontainers.image.title"]
}

text! {
    /// The name of a target, as `--target` takes it.
    TargetName, target_name,
    write "a letter, then letters, digits, `-`, `_` or `.`, such as `worker`",
    examples ["worker"]
}

text! {
    /// The id of a secret, as `--secret id=` takes it.
    SecretId, session_id,
    write "the id that `docker buildx build --secret id=…` passes, such as `npm_token`",
    examples ["npm_token"]
}

text! {
    /// The id of an ssh agent, as `--ssh` takes it.
    SshId, session_id,
    write "the id that `docker buildx build --ssh …` passes, such as `default`",
    examples ["default", "github"]
}

text! {
    /// A package of the base image's system, with an optional version: `openssl`, `curl=8.5.0-2`.
    SystemPackage, system_package,
    write "a package of the base image's system, such as `openssl` or `curl=8.5.0-2`",
    examples ["openssl", "curl=8.5.0-2"]
}

/// Returns the text where all its characters are allowed, else the first that is not.
pub(super) fn only(text: &str, allowed: impl Fn(char) -> bool) -> Result<&str, String> {
    match text.chars().find(|c| !allowed(*c)) {
        _ if text.is_empty() => Err("is empty".to_owned()),
        Some(' ') => Err("has a space".to_owned()),
        Some(c) => Err(format!("has the character `{}`", c.escape_debug())),
        None => Ok(text),
    }
}

fn starts_with_letter_or_digit(text: &str) -> Result<&str, String> {
    match text.chars().next() {
        Some(c) if !c.is_ascii_alphanumeric() => Err(format!("begins with `{}`", c.escape_debug())),
        _ => Ok(text),
    }
}

fn package_name(text: &str) -> Result<&str, String> {
    let part = |part: &str| {
        only(part, |c| c.is_ascii_alphanumeric() || "-_.~".contains(c))?;
        if part.starts_with('.') {
            Err("begins with `.`".to_owned())
        } else {
            Ok(())
        }
    };
    if text.len() > 214 {
        return Err("has more than 214 characters".to_owned());
    }
    match text.strip_prefix('@') {
        Some(scoped) => {
            let (scope, name) = scoped.split_once('/').ok_or("has a scope and no name")?;
            part(scope)?;
            part(name)?;
        }
        None => part(text)?,
    }
    Ok(text)
}

fn env_name(text: &str) -> Result<&str, String> {
    only(text, |c| c.is_ascii_alphanumeric() || c == '_')?;
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("begins with a digit".to_owned());
    }
    Ok(text)
}

fn label_key(text: &str) -> Result<&str, String> {
    only(text, |c| c.is_ascii_graphic() && !"=\"'`\\".contains(c))
}

fn target_name(text: &str) -> Result<&str, String> {
    only(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))?;
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err("does not begin with a letter".to_owned());
    }
    Ok(text)
}

fn session_id(text: &str) -> Result<&str, String> {
    // The command line passes ids in comma lists of key=value, and an id is a file name below /run/secrets.
    starts_with_letter_or_digit(only(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))?)
}

fn system_package(text: &str) -> Result<&str, String> {
    // apt: name[:arch][=version]; apk: name[=version], with `=~` for a version's beginning.
    let (name, version) = text.split_once('=').unwrap_or((text, "0"));
    starts_with_letter_or_digit(only(name, |c| c.is_ascii_alphanumeric() || "-_.+:".contains(c))?)?;
    only(version, |c| c.is_ascii_alphanumeric() || "-_.+:~".contains(c)).map_err(|why| {
        if why == "is empty" {
            "has an empty version".to_owned()
        } else {
            why
        }
    })?;
    Ok(text)
}
