//! The pnpm workspace: projects, lockfile, closure, pruning. Pure: text in, data out.
