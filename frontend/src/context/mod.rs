//! The files of a build: the build file, what lies beside it, and the workspace it belongs to.
