//! Plan to LLB, one vertex a line; decides nothing.
