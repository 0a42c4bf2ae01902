#!/usr/bin/env bash
# Checks what no test does: formatting, clippy, the scripts, and the dependencies' licences, sources
# and advisories (deny.toml).
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh

CARGO_DENY_VERSION=0.20.2

# Puts cargo-deny in the PATH; it is built once a machine.
cargo_deny() {
  has cargo-deny && return
  PATH=$TOOLS/bin:$PATH
  has cargo-deny && return
  log "building cargo-deny $CARGO_DENY_VERSION, once: it takes a few minutes"
  # It runs for a second: what would make it fast takes longer to build.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --locked --quiet --root "$TOOLS" "cargo-deny@$CARGO_DENY_VERSION"
}

# What ShellCheck takes for mistakes and is meant here: a $ in single quotes, variables that a subshell
# sets for itself, functions whose arguments may be left out.
MEANT=SC2016,SC2030,SC2031,SC2119,SC2120

shell_scripts() {
  local files
  mapfile -t files < <(git ls-files '*.sh' .ci/run)
  shellcheck --external-sources --source-path SCRIPTDIR --exclude $MEANT "${files[@]}"
}

tests/engine/install.sh lint
shell_scripts
tests/engine/scripts.sh lint
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
