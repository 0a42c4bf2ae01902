#!/usr/bin/env bash
# Tries inputs that nobody wrote, for as long as it is told to, and ends with their number for each target.
#   fuzz.sh [MINUTES=10] [SEED=N] [TARGETS=NAME,NAME] [FROM=N] [BATCHES=N]
# The program says what each may be (frontend/examples/fuzz). It is given the real pnpm of some majors, whose installs
# are compared with those of what the frontend leaves of a workspace, unless targets are named that need none.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh
. tests/engine/apt.sh
. tests/engine/registry.sh
. tests/engine/node.sh
. tests/engine/tools.sh

# Those that run on the oldest Node; the versions are the fixtures'.
MAJORS=(8 9 10)

# Prints the programs of pnpm with commas between.
programs() {
  local major version
  for major in "${MAJORS[@]}"; do
    version=$(node --print "require('./tests/fixtures/pnpm.json')['$major'].version")
    tool "pnpm-$major" pnpm "$version"
    echo "$TOOLS/pnpm-$major/bin/pnpm.cjs"
  done | paste -sd ,
}

needs_pnpm=yes
for argument; do
  case $argument in
    TARGETS=*installed*) needs_pnpm=yes ;;
    TARGETS=*) needs_pnpm= ;;
  esac
done
if [ "$needs_pnpm" ]; then
  if ! has curl || ! has openssl; then tests/engine/install.sh lint; fi
  find_node
  pnpm=$(programs)
  set -- "$@" "PNPM=$pnpm"
fi
exec cargo run --quiet --locked -p vextrus-frontend --example fuzz -- "$@"
