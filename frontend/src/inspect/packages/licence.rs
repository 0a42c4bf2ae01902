//! Licences: an expression that npm's own parser takes is one of SPDX, all else is a text of the package's own.

use std::collections::HashMap;

use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::inspect::text::trim;

/// What SPDX writes where nothing is said.
pub(super) const NONE: &str = "NOASSERTION";

/// As npm parses (`spdx-expression-parse`): identifiers that SPDX has given up are known, `+` may follow any.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// The licences that are no expressions.
#[derive(Debug, Default)]
pub(super) struct Licences {
    /// The texts by the identifiers that stand for them.
    pub(super) extracted: HashMap<String, String>,
}

impl Licences {
    /// Returns the expression of what a package.json says: a text, an object with one as `type`, or several of either,
    /// as packages write it that are older than SPDX.
    pub(super) fn expression(&mut self, value: Option<&Value>) -> String {
        let values = match value {
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        let text = |value: &Value| -> Option<String> {
            let text = value.as_str().or_else(|| value.get("type")?.as_str())?;
            let text = trim(text);
            (!text.is_empty()).then(|| text.to_owned())
        };
        let names: Vec<String> = values
            .iter()
            .filter_map(text)
            .map(|name| self.one(name))
            .collect();
        match names.as_slice() {
            [] => NONE.to_owned(),
            [one] => one.clone(),
            several => {
                let several: Vec<_> = several.iter().map(|name| format!("({name})")).collect();
                several.join(" OR ")
            }
        }
    }

    fn one(&mut self, text: String) -> String {
        if is_expression(&text) {
            return text;
        }
        let mut id = "LicenseRef-".to_owned();
        let mut is_between = false;
        for c in text.chars() {
            let is_kept = c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            match is_kept {
                true => id.push(c),
                false if is_between => {}
                false => id.push('-'),
            }
            is_between = !is_kept;
        }
        self.extracted.insert(id.clone(), text);
        id
    }
}

/// Whether npm takes a text. It knows neither blanks but spaces nor what SPDX 3 adds.
fn is_expression(text: &str) -> bool {
    let is_known = text.chars().all(|c| c == ' ' || !c.is_whitespace()) && !text.contains("AdditionRef-");
    is_known && Expression::parse_mode(text, MODE).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_stay_and_texts_become_references() {
        let mut licences = Licences::default();
        for same in [
            "MIT",
            "(MIT OR Apache-2.0)",
            "GPL-2.0",
            "GPL-2.0+",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
            "(MIT AND (BSD-3-Clause OR ISC)) OR LicenseRef-own",
            "DocumentRef-x:LicenseRef-y",
        ] {
            assert_eq!(licences.expression(Some(&json!(same))), same);
        }
        assert!(licences.extracted.is_empty());
        for (text, id) in [
            ("mit", "LicenseRef-mit"),
            ("Apache 2.0", "LicenseRef-Apache-2.0"),
            ("SEE LICENSE IN a/é.md", "LicenseRef-SEE-LICENSE-IN-a-.md"),
            ("MIT OR", "LicenseRef-MIT-OR"),
            ("MIT/X11", "LicenseRef-MIT-X11"),
            ("(MIT", "LicenseRef--MIT"),
            ("MIT\tOR ISC", "LicenseRef-MIT-OR-ISC"),
        ] {
            assert_eq!(licences.expression(Some(&json!(format!(" {text}\n")))), id);
            assert_eq!(licences.extracted.get(id).map(String::as_str), Some(text));
        }
    }

    #[test]
    fn a_licence_may_be_written_as_it_once_was() {
        let mut licences = Licences::default();
        let mut of = |value: Value| licences.expression(Some(&value));
        assert_eq!(of(json!({ "type": "MIT", "url": "x" })), "MIT");
        assert_eq!(
            of(json!([{ "type": "MIT" }, "ISC OR X", " ", 1])),
            "(MIT) OR (LicenseRef-ISC-OR-X)"
        );
        for none in [
            json!(null),
            json!([]),
            json!(""),
            json!({}),
            json!({ "type": 1 }),
            json!([["MIT"]]),
        ] {
            assert_eq!(of(none), NONE);
        }
        assert_eq!(licences.expression(None), NONE);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_expression_or_becomes_a_reference(text in "([ ()+:/A-Z]|MIT|GPL-2.0|AND| OR | WITH |LicenseRef-|DocumentRef-a:|é|\\PC){0,12}") {
            let mut licences = Licences::default();
            let expression = licences.expression(Some(&Value::from(text.clone())));
            let is_kept = expression == trim(&text) || expression == NONE || expression.starts_with("LicenseRef-");
            proptest::prop_assert!(is_kept, "{}", expression);
        }
    }
}
