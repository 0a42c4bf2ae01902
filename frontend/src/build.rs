//! The story of one build, top to bottom.
