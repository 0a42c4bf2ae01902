//! Texts without the credentials that are in them.

use std::borrow::Cow;
use std::ops::Range;

use super::{assigned, form, url};

/// What stands in the place of a credential.
const MASK: &str = "***";

/// What ends an address in a text that has more than that.
const ENDS: [char; 9] = [' ', '\t', '\r', '\n', '"', '\'', '`', '<', '>'];

/// Returns a file's text with `***` in the place of credentials: what has their form, and the values of what has their
/// name. Every line stays the line that it is.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    replaced(text, all(text))
}

/// Returns the 1-based line of a file's first credential, of those that [`mask_text`] finds.
pub fn first_line(text: &str) -> Option<u32> {
    let first = all(text).into_iter().map(|range| range.start).min()?;
    let above = text.get(..first)?.matches('\n').count();
    u32::try_from(above + 1).ok()
}

fn all(text: &str) -> Vec<Range<usize>> {
    let mut found = forms(text);
    found.extend(assigned::ranges(text));
    found
}

/// Returns a message with `***` in the place of what has the form of a credential.
pub fn mask_forms(text: &str) -> Cow<'_, str> {
    replaced(text, forms(text))
}

fn forms(text: &str) -> Vec<Range<usize>> {
    let mut found = form::tokens(text);
    found.extend(form::private_keys(text));
    found.extend(url::ranges(text, &ENDS));
    found
}

fn replaced(text: &str, mut found: Vec<Range<usize>>) -> Cow<'_, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for range in found {
        if range.end <= done {
            continue;
        }
        masked.push_str(text.get(done..range.start).unwrap_or_default());
        // What overlaps the one before is part of it.
        if range.start >= done {
            masked.push_str(MASK);
        }
        let hidden = text.get(range.start.max(done)..range.end).unwrap_or_default();
        masked.extend(hidden.matches('\n'));
        done = range.end;
    }
    masked.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_masked_and_lines_stay() {
        let npm = format!("npm_{}", "a1".repeat(18));
        let text = format!(
            "1 {npm}.\n2 postgres://u:p@db/x\n-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
        );
        assert_eq!(
            mask_forms(&text),
            "1 ***.\n2 postgres://***@db/x\n-----BEGIN PRIVATE KEY***\n\n-----END PRIVATE KEY-----\n"
        );
        let plain = "https://h/@scope/x, `pnpm@9.15.9` and joe@h";
        assert!(matches!(mask_forms(plain), Cow::Borrowed(same) if same == plain));
        assert_eq!(
            mask_forms("https://u:npm_x@h https://a@b"),
            "https://***@h https://***@b"
        );
        assert_eq!(mask_forms(&format!("https://u:{npm}@h")), "https://***@h");
    }

    #[test]
    fn values_are_masked_by_their_names() {
        for (text, masked) in [
            (
                "env = { DB_PASSWORD = \"x y\", PORT = \"80\" }",
                "env = { DB_PASSWORD = ***, PORT = \"80\" }",
            ),
            (
                "DB_PASSWORD = '''\na\nb'''\nx = 1",
                "DB_PASSWORD = ***\n\n\nx = 1",
            ),
            ("\"DB_PASS\\u0057ORD\" = \"x\"", "\"DB_PASS\\u0057ORD\" = ***"),
            ("a.\"b.token\" = 'x' # c", "a.\"b.token\" = *** # c"),
            (
                "{\"apiKey\" : \"x\\\"y\", \"a\": 1}",
                "{\"apiKey\" : ***, \"a\": 1}",
            ),
            ("{\"apiKey\":\n  \"x\"}", "{\"apiKey\":\n  ***}"),
            (
                "\"build\": \"TOKEN=abc node x\"",
                "\"build\": \"TOKEN=*** node x\"",
            ),
            (
                "\"build\": \"T_TOKEN=\\\"a b\\\" node\"",
                "\"build\": \"T_TOKEN=*** node\"",
            ),
            (
                "\"b\": \"node --password abc --port 1\"",
                "\"b\": \"node --password *** --port 1\"",
            ),
            (
                "[\"node\", \"--api-key\", \"abc\"]",
                "[\"node\", \"--api-key\", \"***\"]",
            ),
            ("password: it is long\nx: 1", "password: ***\nx: 1"),
            ("  - token: abc # c", "  - token: ***"),
            ("token: |-\n  abc\n\n  def\nx: 1", "token: ***\n\n\n\nx: 1"),
            ("'token': 'it''s', x: 1", "'token': ***, x: 1"),
            ("https://h/?token=abc&x=1", "https://h/?token=***&x=1"),
            ("//h/:_authToken=abc", "//h/:_authToken=***"),
            ("_password[] = abc", "_password[] = ***"),
            ("token = \"abc", "token = ***"),
            ("DB_PASSWORD = ['x',\n'y'] # c", "DB_PASSWORD = ***\n # c"),
            ("DB_PASSWORD = { a = { b = 'x' } } # c", "DB_PASSWORD = *** # c"),
            (
                "{\"token\": [\"x\", [\"y\"]], \"a\": 1}",
                "{\"token\": ***, \"a\": 1}",
            ),
            ("token: [x", "token: ***"),
        ] {
            assert_eq!(mask_text(text), masked, "{text}");
        }
    }

    #[test]
    fn what_is_no_credential_stays() {
        for text in [
            "secrets = [{ id = \"NPM_TOKEN\", env = \"NPM_TOKEN\" }]",
            "//h/:_authToken=${NPM_TOKEN}",
            "token: ${NPM_TOKEN}\n",
            "\"build\": \"TOKEN=$TOKEN node x\"",
            "\"jsonwebtoken\": \"^9.0.0\"",
            "token = \"\"\npassword = true",
            "token:\n  nested: x\n",
            "tokens: { token: { a: 1 } }",
            "token = []",
            "PASSWORD_MIN_LENGTH = 8",
            "see --token and --password.",
            "# token\nport = 80",
            "",
        ] {
            assert_eq!(mask_text(text), text);
        }
    }

    #[test]
    fn the_first_line_with_a_credential() {
        assert_eq!(first_line("a = 1\nurl = https://u:p@h\ntoken = x"), Some(2));
        assert_eq!(first_line("\n\ntoken = x\n"), Some(3));
        assert_eq!(first_line("a = 1\n"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_lines(
            text in "(\\PC|\n|=|:|\"|'|token|password|http://|@|-----BEGIN PRIVATE KEY){0,60}",
        ) {
            let masked = mask_text(&text);
            proptest::prop_assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
        }
    }
}
