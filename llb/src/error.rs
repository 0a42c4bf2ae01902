//! What can be wrong with a graph.

use std::fmt;

/// Says why a graph cannot become a [`Definition`](crate::Definition).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The output is scratch: BuildKit refuses an empty definition, a frontend returns an empty ref instead.
    #[error("scratch has no definition; return an empty reference instead")]
    Scratch,
    /// Vertices that BuildKit would refuse or misread. All of them are named, in graph order.
    #[error("{}", join(.0))]
    Invalid(Vec<Problem>),
    /// A definition that was read back is not a graph.
    #[error("malformed definition: {0}")]
    Malformed(String),
}

/// One mistake in one vertex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The vertex's progress name, or what it does when it has no name.
    pub vertex: String,
    /// What was found and what to give instead.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.vertex, self.message)
    }
}

fn join(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
