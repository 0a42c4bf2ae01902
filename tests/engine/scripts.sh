#!/usr/bin/env bash
# Checks and tests the scripts that run in every build, without an engine.
#   scripts.sh lint             syntax, and types as far as TypeScript tells them
#   scripts.sh test [FILE...]   runs tests/scripts, or some files of it
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh
. tests/engine/apt.sh
. tests/engine/registry.sh
. tests/engine/node.sh
. tests/engine/tools.sh

TYPESCRIPT_VERSION=5.9.3
NODE_TYPES_VERSION=22.20.5

lint() {
  local file files checked=()
  mapfile -t files < <(node --print 'require("./tests/scripts/tree.cjs").all().join("\n")')
  for file in "${files[@]}"; do
    node --check "$file"
    # Its pairs of a name and a number are lists of either to TypeScript, which then refuses both uses.
    [ "${file##*/}" = init.cjs ] || checked+=("$file")
  done
  tool typescript typescript $TYPESCRIPT_VERSION
  tool types/node @types/node $NODE_TYPES_VERSION
  # The scripts have no annotations: parameters may be anything, and what may be undefined is not told.
  node "$TOOLS/typescript/bin/tsc" --noEmit --allowJs --checkJs --target es2023 --module node16 \
    --typeRoots "$TOOLS/types" --types node --skipLibCheck --strict --noImplicitAny false \
    --strictNullChecks false --noUnusedLocals --noUnusedParameters --noImplicitReturns "${checked[@]}"
}

find_node
case ${1:-} in
  lint) lint ;;
  test)
    shift
    [ $# -gt 0 ] || set -- tests/scripts/*.test.cjs
    node --test --test-reporter=spec "$@"
    ;;
  *) die "scripts.sh: '${1:-}' is not lint or test" ;;
esac
