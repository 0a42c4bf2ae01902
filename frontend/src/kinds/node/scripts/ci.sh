#!/bin/sh
# usage: ci.sh ROOT COMMAND...
# Installs by a command of npm that runs nothing of the packages, with a cache that other builds fill too: npm takes what
# is in it by its digest, and looks at the bytes. Everything that the lockfile in ROOT says is there in the end.
set -eu
scripts=${0%/*}
root=$1
shift
# Lines of the repository's .npmrc that refer to secrets are the user's, and come before what the user passes. In memory:
# what a step leaves on disk is kept.
if [ -f "$scripts/npmrc" ]; then
    cat "$scripts/npmrc" >/dev/shm/npmrc
    [ ! -f "$scripts/npmrc.secret" ] || cat "$scripts/npmrc.secret" >>/dev/shm/npmrc
    ln -sf /dev/shm/npmrc "$HOME/.npmrc"
fi
node "$scripts/unpack.cjs" "$root"
# npm says nothing before it is done.
run() { node "$scripts/watch.cjs" "${SILENCE-1800}" "$@"; }
code=0
run "$@" || code=$?
# A registry may fall silent, and another build may empty the cache meanwhile: then once more.
if [ "$code" -ne 0 ]; then
    [ "$code" -eq 124 ] || [ ! -d "$HOME/.npm/_cacache" ] || exit 1
    run "$@"
fi
node "$scripts/installed.cjs" "$root"
