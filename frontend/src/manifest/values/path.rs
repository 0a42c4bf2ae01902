//! Paths: in the workspace, in the image, and of a URL.

use super::names::only;
use super::{reserved, text};
use crate::pattern;

text! {
    /// A path or glob below the workspace root, normalised: no leading `./`, no trailing `/`.
    WorkspacePath, workspace_path,
    write "a path or glob from the workspace root, such as `proto/**`",
    examples ["tsconfig.base.json", "proto/**"]
}

text! {
    /// A directory of the image that the service may write: absolute, or from the service's directory.
    WritableDirectory, writable_directory,
    write "a directory such as `uploads` or `/var/cache/app`",
    examples ["uploads", "/var/cache/app"]
}

text! {
    /// The path of a URL, with an optional query: `/health/ready`.
    UrlPath, url_path,
    write "the path alone, such as `/health/ready`; the host is the container itself, the port `run.port`",
    examples ["/health/ready"]
}

/// Where dependencies are installed.
const MODULES: &str = "node_modules";

/// Joins the parts of a relative path again, without `.` and empty parts.
fn parts(text: &str) -> Result<String, String> {
    if text.contains('\\') {
        return Err("has a `\\`, where every system takes `/`".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("has a control character".to_owned());
    }
    let parts: Vec<&str> = text
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.contains(&"..") {
        return Err("has a `..` that leaves the directory it starts from".to_owned());
    }
    Ok(parts.join("/"))
}

fn workspace_path(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        return Err("is absolute".to_owned());
    }
    if text.starts_with('!') {
        return Err("takes files away, as only `.dockerignore` can".to_owned());
    }
    let path = parts(text)?;
    if path.split('/').any(|part| part == MODULES) {
        return Err("is where dependencies are installed, of which the context gives nothing".to_owned());
    }
    if path.is_empty() || path.split('/').all(|part| ["*", "**"].contains(&part)) {
        return Err(if text.is_empty() {
            "is empty"
        } else {
            "is the whole workspace"
        }
        .to_owned());
    }
    pattern::check(&path).map_err(|why| format!("is not a glob: it has {why}"))?;
    Ok(path)
}

fn writable_directory(text: &str) -> Result<String, String> {
    let path = parts(text)?;
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.starts_with('/') {
        let path = format!("/{path}");
        reserved::writable(&path)?;
        return Ok(path);
    }
    if path.split('/').next() == Some(MODULES) {
        return Err("holds the dependencies".to_owned());
    }
    Ok(if path.is_empty() { ".".to_owned() } else { path })
}

pub(super) fn url_path(text: &str) -> Result<&str, String> {
    if text.contains("://") {
        return Err("is a whole URL".to_owned());
    }
    if !text.is_empty() && !text.starts_with('/') {
        return Err("does not begin with `/`".to_owned());
    }
    // RFC 3986, 3.3 and 3.4: what stands in a path or a query unescaped.
    only(text, |c| {
        c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?%".contains(c)
    })
}
