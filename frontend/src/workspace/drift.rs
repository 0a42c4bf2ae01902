//! x
use std::collections::BTreeMap;
pub fn check(
    _l: &super::Lockfile,
    _m: &BTreeMap<&str, &super::PackageJson>,
    _s: &super::Settings,
) -> Result<Vec<(String, crate::diagnostic::Diagnostic)>, crate::diagnostic::Diagnostics> {
    Ok(vec![])
}
