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

# The oldest Node whose test runner does what the tests need, and the one that is fetched in its place.
OLDEST_NODE=20
NODE_VERSION=22
TYPESCRIPT_VERSION=5.9.3
NODE_TYPES_VERSION=22.20.5
DOWNLOADS=$TOOLS/downloads

# Puts Node in the PATH: the machine's, else the npm registry's, once a machine.
find_node() {
  if has node && [ "$(node --print 'parseInt(process.versions.node)')" -ge $OLDEST_NODE ]; then return; fi
  local arch
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "install Node $OLDEST_NODE or newer: it is fetched for x86_64 and aarch64 alone" ;;
  esac
  tests/engine/install.sh lint
  tool node "node-linux-$arch" "$(npm_version "node-linux-$arch" $NODE_VERSION)"
  PATH=$TOOLS/node/bin:$PATH
}

# Unpacks an exact version of an npm package, which stays. tool DIRECTORY PACKAGE VERSION
tool() {
  [ "$(cat "$TOOLS/$1.version" 2>/dev/null)" != "$2 $3" ] || return 0
  rm -rf "${TOOLS:?}/$1"
  npm_unpack "$2" "$3" "$TOOLS/$1"
  echo "$2 $3" >"$TOOLS/$1.version"
}

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

mkdir -p "$DOWNLOADS"
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
