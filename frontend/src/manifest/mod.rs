//! The manifest: TOML text to a checked model whose every value knows its line.
