# Node, and programs of the npm registry that run on it, for checks and tests without an engine. Sourced, not run;
# needs lib.sh, apt.sh, registry.sh and node.sh.
# shellcheck shell=bash

# The oldest Node whose test runner does what the tests need, and the one that is fetched in its place.
OLDEST_NODE=20
NODE_VERSION=22
DOWNLOADS=$TOOLS/downloads

# Puts Node in the PATH: the machine's, else the npm registry's, once a machine.
find_node() {
  mkdir -p "$DOWNLOADS"
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
