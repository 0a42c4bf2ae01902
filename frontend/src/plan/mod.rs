//! Decides everything about a build, as plain data that can be printed and compared.
