#!/usr/bin/env bash
# Checks what no test does: formatting, clippy, and the dependencies' licences, sources and
# advisories (deny.toml).
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh

CARGO_DENY_VERSION=0.20.2

# Puts cargo-deny in the PATH; it is built once a machine.
cargo_deny() {
  local tools=${XDG_CACHE_HOME:-$HOME/.cache}/vextrus-tools
  has cargo-deny && return
  PATH=$tools/bin:$PATH
  has cargo-deny && return
  log "building cargo-deny $CARGO_DENY_VERSION, once: it takes a few minutes"
  cargo install --locked --quiet --root "$tools" "cargo-deny@$CARGO_DENY_VERSION"
}

cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- -D warnings
cargo_deny
cargo deny --locked check --hide-inclusion-graph bans licenses sources
# The advisory database is a git repository, which a closed network does not reach.
if cargo deny --locked fetch db 2>/dev/null; then
  cargo deny --locked check --hide-inclusion-graph --disable-fetch advisories
else
  log "advisories not checked: their database cannot be fetched from here"
fi
