#!/usr/bin/env bash
# Runs every check and every test, the end-to-end ones on an engine with the frontend's image and
# the base images, and ends with the number of tests that passed. Arguments choose the engine, as
# up.sh has them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh

# A snapshot that differs is a failure, never a file to look at later.
export INSTA_UPDATE=no

output=$(mktemp)
export VEXTRUS_TEST_TIMES=$output.times
preparing=
ended() {
  # The job and what it started, where the checks end before it.
  [ -z "$preparing" ] || kill -- "-$preparing" 2>/dev/null || true
  rm -f "$output" "$output.prepared" "$VEXTRUS_TEST_TIMES"
}
trap ended EXIT

# One after another: each may install packages.
tests/engine/install.sh
tests/engine/install.sh lint
tests/engine/install.sh browser
engine=$(tests/engine/up.sh "$@")

# Puts the frontend's image and the base images into the engine.
prepare() {
  eval "$engine"
  # What earlier runs built is no help: an engine that has reached the limit of what it keeps has taken away a part of that,
  # which a build asks for again when a test does not expect it. An engine that is somebody's own is left alone.
  case $DOCKER_HOST in
    "unix://$RUN_ROOT"/*) docker buildx prune --all --force >/dev/null ;;
  esac
  tests/engine/image.sh
  tests/engine/bases.sh
}

# Images wait for downloads, and the frontend's for one thread of the linker: beside the checks that costs less time.
set -m
prepare >"$output.prepared" 2>&1 &
preparing=$!
set +m

tests/engine/lint.sh
tests/engine/scripts.sh test 2>&1 | tee "$output"
cargo test --locked --workspace --exclude vextrus-e2e 2>&1 | tee -a "$output"
# The part of `make fuzz` that needs the real pnpm: a handful of workspaces, the same in every run.
tests/engine/fuzz.sh TARGETS=installed SEED=1 BATCHES=4

status=0
wait "$preparing" || status=$?
preparing=
cat "$output.prepared"
[ "$status" = 0 ] || die "the images were not prepared: see above"
eval "$engine"
# Most threads wait for their turn on the engine, one builds on it, and one on engines of its own.
cargo test --locked -p vextrus-e2e -- --test-threads=16 2>&1 | tee -a "$output"

echo "the tests that had an engine the longest, in seconds:"
sort --reverse --numeric-sort "$VEXTRUS_TEST_TIMES" | head --lines=12
awk '/^test result: ok\./ { passed += $4 } /^ℹ pass / { passed += $3 } END { print passed + 0, "tests passed" }' "$output"
