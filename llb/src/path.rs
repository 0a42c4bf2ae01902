//! Paths inside a file system of the graph: slash-separated, absolute, cleaned by their text alone.

/// Returns the shortest equal path from the root: no `.`, no `..`, no double or last slash.
pub(crate) fn absolute(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Returns the same, but with the last `/` or `/.` kept: at the end of a copy's destination they say "into".
pub(crate) fn destination(path: &str) -> String {
    let mut cleaned = absolute(path);
    if (path.ends_with('/') || path.ends_with("/.")) && cleaned != "/" {
        cleaned.push('/');
    }
    if path.ends_with("/.") {
        cleaned.push('.');
    }
    cleaned
}

#[cfg(test)]
mod tests;
