//! Names of packages, by npm's rules for those that exist: capitals and marks that new names may not have are let through.
//! Source: npm/validate-npm-package-name, `validForOldPackages`.

/// The longest name, in bytes.
const LONGEST: usize = 214;

/// Returns what is wrong with a name.
pub fn wrong(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("is empty".to_owned());
    }
    if name.len() > LONGEST {
        return Some(format!("has more than {LONGEST} characters"));
    }
    if ["node_modules", "favicon.ico"].contains(&name.to_lowercase().as_str()) {
        return Some("means something else".to_owned());
    }
    let parts: Vec<&str> = match name.strip_prefix('@') {
        Some(scoped) => scoped.split('/').collect(),
        None => vec![name],
    };
    if name.starts_with('@') && (parts.len() != 2 || parts.contains(&"")) {
        return Some("has no scope and name as `@scope/name`".to_owned());
    }
    // What a URL has unescaped.
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || "-_.~!*'()".contains(character);
    if let Some(character) = parts
        .iter()
        .flat_map(|part| part.chars())
        .find(|c| !is_allowed(*c))
    {
        return Some(format!("has the character `{}`", character.escape_default()));
    }
    let first = parts.last().and_then(|part| part.chars().next());
    match first {
        Some('.') => Some("begins with `.`".to_owned()),
        Some('_') if parts.len() == 1 => Some("begins with `_`".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn names_that_npm_has_pass() {
        for name in [
            "a",
            "@t/app",
            "JSONStream",
            "Base64",
            "crypto",
            "@a.b/_c",
            "a~!*'()",
            "-rf",
            "9",
        ] {
            assert_eq!(wrong(name), None, "{name}");
        }
        assert_eq!(wrong(&"a".repeat(214)), None);
    }

    #[test]
    fn other_names_are_wrong() {
        for (name, why) in [
            ("", "is empty"),
            ("@t", "has no scope"),
            ("@/a", "has no scope"),
            ("@t/a/b", "has no scope"),
            ("a/b", "has the character `/`"),
            (" a", "has the character ` `"),
            ("a\nb", r"has the character `\n`"),
            ("a\0", r"has the character `\u{0}`"),
            ("a\u{1b}[2J", r"has the character `\u{1b}`"),
            ("@t/\u{430}pp", r"has the character `\u{430}`"),
            ("a\u{202e}b", r"has the character `\u{202e}`"),
            ("$(touch x)", "has the character `$`"),
            (".a", "begins with `.`"),
            ("@t/.a", "begins with `.`"),
            ("_a", "begins with `_`"),
            ("Node_Modules", "means something else"),
        ] {
            let said = wrong(name).unwrap();
            assert!(said.starts_with(why), "{name}: {said}");
        }
        assert!(wrong(&"a".repeat(1 << 20)).unwrap().contains("214"));
    }
}
