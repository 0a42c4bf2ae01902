//! Directories that a service writes at its start.

use super::{Kind, Missing, Report};
use crate::diagnostic::shown;
use crate::manifest::values::reserved;
use crate::path::is_within;
use crate::plan::{Check, WORKSPACE};
use crate::warning::{Warning, rules};

/// Returns the directory that a service writes at its start and that a volume can be for, with what is said of it; none where
/// it writes none, or one that holds what the image is made of, or the system's files.
///
/// A volume keeps what was in the image when it was made, so that none may lie over code: the container would go on with that
/// of an image before.
pub(super) fn directory(check: &Check, report: &Report) -> Option<(String, Warning)> {
    let denied = report.missing.as_ref();
    let denied = denied.filter(|missing| missing.kind == Kind::Denied && !missing.holds_code)?;
    let directory = &denied.name;
    let is_of_system = denied.is_there && !is_within(directory, WORKSPACE);
    let holds_package = check
        .packages
        .iter()
        .any(|package| is_within(&package.directory, directory));
    if is_of_system
        || holds_package
        || check.writable.contains(directory)
        || reserved::writable(directory).is_err()
    {
        return None;
    }
    let message = format!(
        "the service writes {} at its start, so that it is a volume of its user's; write `writable = [\"{}\"]` into `[run]`",
        shown(denied.from.as_ref().unwrap_or(directory)),
        shown(from_service(check, directory)),
    );
    let warning = rules::WRITTEN_DIRECTORY.warn(message).at(check.writes.clone());
    Some((directory.clone(), warning))
}

/// Returns the warning of a directory that nothing makes writable.
pub(super) fn refused(check: &Check, missing: &Missing) -> Option<Warning> {
    let is_named = check.writable.contains(&missing.name);
    let warning = || {
        rules::WRITTEN_DIRECTORY
            .warn(refusal(check, missing))
            .at(check.writes.clone())
    };
    (!is_named).then(warning)
}

/// Says that a service writes where its user may not.
pub(super) fn refusal(check: &Check, missing: &Missing) -> String {
    let file = missing.from.as_ref().unwrap_or(&missing.name);
    format!(
        "the service ends at its start, since it writes {} and its user may not; have it write into a directory of its own, and \
         name that in `writable` of `[run]`",
        shown(from_service(check, file)),
    )
}

/// Returns a path from the service's directory, as a manifest names it.
fn from_service<'p>(check: &Check, path: &'p str) -> &'p str {
    let service = check.packages.last().map(|package| package.directory.as_str());
    let inside = service.and_then(|service| path.strip_prefix(service)?.strip_prefix('/'));
    inside.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diagnostic::{Place, SourceFile};
    use crate::plan::{Checked, Files};

    /// Returns what the directory is that a look has found, or what is said where it is none.
    fn found(missing: serde_json::Value) -> Result<(String, String), String> {
        let place = Place::of_line(&SourceFile::new("service.toml", ""), 1);
        let package = |directory: &str| Checked {
            name: "x".to_owned(),
            directory: directory.to_owned(),
            source: "x".to_owned(),
            file: "x/package.json".to_owned(),
            place: place.clone(),
            tools: BTreeMap::new(),
        };
        let check = Check {
            report: Files::Empty,
            packages: vec![package("/app/libs/kernel"), package("/app/services/s")],
            of_root: BTreeMap::new(),
            complete: None,
            is_hoped: false,
            writable: vec!["/app/services/s/data".to_owned()],
            writes: place.clone(),
            approval: String::new(),
            command: place.clone(),
            base: place.clone(),
        };
        let report: Report = serde_json::from_value(serde_json::json!({ "missing": missing })).unwrap();
        match directory(&check, &report) {
            Some((directory, warning)) => Ok((directory, warning.to_string())),
            None => Err(refused(&check, report.missing.as_ref().unwrap())
                .map_or_else(String::new, |warning| warning.to_string())),
        }
    }

    #[test]
    fn a_directory_of_its_own_is_a_volume() {
        for (name, from, is_there, named) in [
            (
                "/app/services/s/logs",
                "/app/services/s/logs/a.log",
                false,
                "logs",
            ),
            (
                "/app/services/s/uploads",
                "/app/services/s/uploads/a",
                true,
                "uploads",
            ),
            ("/app/.cache", "/app/.cache", false, "/app/.cache"),
            ("/srv/api", "/srv/api/db", false, "/srv/api"),
        ] {
            let missing =
                serde_json::json!({ "kind": "denied", "name": name, "from": from, "isThere": is_there });
            let (directory, said) = found(missing).unwrap();
            assert_eq!(directory, name);
            assert!(
                said.contains(&format!("the service writes {from} "))
                    && said.contains(&format!("writable = [\"{named}\"]")),
                "{said}"
            );
        }
    }

    #[test]
    fn what_others_have_is_none() {
        // What is named already is not found without end.
        let named = serde_json::json!({ "kind": "denied", "name": "/app/services/s/data", "isThere": true });
        assert_eq!(found(named), Err(String::new()));
        for (name, from, more) in [
            ("/app/services/s", "/app/services/s/app.log", "isThere"),
            (
                "/app/services/s/dist",
                "/app/services/s/dist/app.log",
                "holdsCode",
            ),
            ("/app/services", "/app/services/other.log", "isThere"),
            ("/app", "/app/x.log", "isThere"),
            ("/app/node_modules/x", "/app/node_modules/x/a", "isThere"),
            ("/var/log", "/var/log/a.log", "isThere"),
            ("/", "/data.json", "isThere"),
        ] {
            let missing = serde_json::json!({ "kind": "denied", "name": name, "from": from, more: true });
            let said = found(missing).unwrap_err();
            let shown = from.strip_prefix("/app/services/s/").unwrap_or(from);
            assert!(
                said.contains(&format!("it writes {shown} and its user may not")),
                "{said}"
            );
        }
    }
}
