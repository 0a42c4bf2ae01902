//! What the examples share.

use std::io::{self, Write};

use buildkit_llb::{Definition, dump};

/// Writes the definition to stdout: its bytes, or with the argument `--dump` its text.
pub(crate) fn print(definition: &Definition) -> Result<(), Box<dyn std::error::Error>> {
    let as_text = std::env::args().any(|argument| argument == "--dump");
    let bytes = if as_text {
        dump(definition).into_bytes()
    } else {
        definition.to_bytes()
    };
    Ok(io::stdout().write_all(&bytes)?)
}
