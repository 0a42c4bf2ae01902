//! Directories relative to the workspace root, as the lockfile writes them: `/` between segments, `.` for
//! the root itself.

/// Returns the directory that `relative` names when read from `base`, both relative to the root.
///
/// `..` may lead out of the root (`../x`); empty segments and `.` are dropped. An absolute `relative` is
/// returned normalised on its own, as `/x`.
///
/// ```
/// # use vextrus_frontend::path::join;
/// assert_eq!(join("services/auth", "../../libs/kernel"), "libs/kernel");
/// assert_eq!(join(".", "../x"), "../x");
/// ```
pub fn join(base: &str, relative: &str) -> String {
    let absolute = relative.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    let base = if absolute { "" } else { base };
    for segment in base.split('/').chain(relative.split('/')) {
        match segment {
            "" | "." => {}
            ".." => match segments.last() {
                Some(&last) if last != ".." => {
                    segments.pop();
                }
                _ if absolute => {}
                _ => segments.push(".."),
            },
            _ => segments.push(segment),
        }
    }
    match (absolute, segments.is_empty()) {
        (true, _) => format!("/{}", segments.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => segments.join("/"),
    }
}

/// Returns `path` as [`join`] writes it: the normal form of a path relative to the root.
pub fn normalize(path: &str) -> String {
    join(".", path)
}

/// Returns the path that leads from the directory `from` to `to`, both normal and relative to the root.
///
/// `None` where `from` lies outside the root in a directory whose name is not known (`..`): no relative
/// path back in can be written.
///
/// ```
/// # use vextrus_frontend::path::relative;
/// assert_eq!(relative("services/auth", "libs/kernel").as_deref(), Some("../../libs/kernel"));
/// assert_eq!(relative(".", "shared/kernel").as_deref(), Some("shared/kernel"));
/// ```
pub fn relative(from: &str, to: &str) -> Option<String> {
    let segments = |path: &str| -> Vec<String> {
        path.split('/')
            .filter(|s| !s.is_empty() && *s != ".")
            .map(str::to_owned)
            .collect()
    };
    let (from, to) = (segments(from), segments(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.len() - shared;
    if from.iter().skip(shared).any(|s| s == "..") {
        return None;
    }
    let path: Vec<&str> = std::iter::repeat_n("..", up)
        .chain(to.iter().skip(shared).map(String::as_str))
        .collect();
    Some(if path.is_empty() {
        ".".to_owned()
    } else {
        path.join("/")
    })
}

/// Returns whether a normal path leads out of the root, or begins at another one.
///
/// ```
/// # use vextrus_frontend::path::leaves;
/// assert!(leaves("..") && leaves("../x") && leaves("/etc"));
/// assert!(!leaves("..x") && !leaves("a/x") && !leaves("."));
/// ```
pub fn leaves(path: &str) -> bool {
    path == ".." || path.starts_with("../") || path.starts_with('/')
}

/// Returns the directory around a path, empty for one without.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Returns the last part of a path.
pub fn base_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Returns whether a path is a directory or lies below it; everything lies below the root.
///
/// ```
/// # use vextrus_frontend::path::is_within;
/// assert!(is_within("shared/kernel/src", "shared/kernel"));
/// assert!(!is_within("shared/kernel-extra", "shared/kernel"));
/// ```
pub fn is_within(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || directory == "."
        || path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_normalises() {
        for (base, rel, want) in [
            (".", ".", "."),
            ("a/b", "..", "a"),
            ("a", "..", "."),
            ("a", "../..", ".."),
            ("../x", "../y", "../y"),
            ("a", "./b//c/", "a/b/c"),
            ("a", "/b/../c", "/c"),
            ("a", "/..", "/"),
        ] {
            assert_eq!(join(base, rel), want, "{base} + {rel}");
        }
    }

    #[test]
    fn a_relative_path_leads_back() {
        for (from, to) in [
            ("a/b", "a/c"),
            (".", "x"),
            ("x", "."),
            ("a", "a"),
            ("a/b", "../o"),
            ("../o", "../p"),
        ] {
            let path = relative(from, to).unwrap();
            assert_eq!(join(from, &path), to, "{from} -> {to} by {path}");
        }
        assert_eq!(relative("../o", "a"), None);
    }
}
