//! The options that BuildKit passes in the environment of the frontend.
