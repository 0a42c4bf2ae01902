//! What looks like a credential: by the name that it has, or by its own form; and texts without them.
//!
//! Lint rules warn by it, filters leave out by it, and no excerpt of a file and no message shows what it finds.

mod assigned;
mod content;
mod form;
mod mask;
mod name;
mod url;

pub use content::{Held, held, is_public};
pub use form::{is_private_key, is_token};
pub use mask::{first_line, mask_forms, mask_text};
pub use name::is_name;
pub use url::has_credentials;

/// Returns whether a value is nothing but a reference to an environment variable, `${NAME}` or `${NAME?}`. One with a
/// default (`${NAME:-secret}`) holds a literal again.
pub fn is_reference(value: &str) -> bool {
    let name = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| {
        let name = name.strip_suffix('?').unwrap_or(name);
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
