#!/usr/bin/env bash
# Runs every check and every test, the end-to-end ones on an engine with the frontend's image and
# the base images, and ends with the number of tests that passed. Arguments choose the engine, as
# up.sh has them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh

# A snapshot that differs is a failure, never a file to look at later.
export INSTA_UPDATE=no

tests/engine/lint.sh
output=$(mktemp)
trap 'rm -f "$output"' EXIT
tests/engine/scripts.sh test 2>&1 | tee "$output"
cargo test --locked --workspace --exclude vextrus-e2e 2>&1 | tee -a "$output"
# The part of `make fuzz` that needs the real pnpm: a handful of workspaces, the same in every run.
tests/engine/fuzz.sh TARGETS=installed SEED=1 BATCHES=4

engine=$(tests/engine/up.sh "$@")
eval "$engine"
# What earlier runs built is no help: an engine that has reached the limit of what it keeps has taken away a part of that,
# which a build asks for again when a test does not expect it. An engine that is somebody's own is left alone.
case $DOCKER_HOST in
  "unix://$RUN_ROOT"/*) docker buildx prune --all --force >/dev/null ;;
esac
tests/engine/image.sh
tests/engine/bases.sh
tests/engine/install.sh browser
# Most threads wait for their turn on the engine, one builds on it, and one on engines of its own.
cargo test --locked -p vextrus-e2e -- --test-threads=16 2>&1 | tee -a "$output"

awk '/^test result: ok\./ { passed += $4 } /^ℹ pass / { passed += $3 } END { print passed + 0, "tests passed" }' "$output"
