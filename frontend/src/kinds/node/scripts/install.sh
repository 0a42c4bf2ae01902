#!/bin/sh
# usage: install.sh STORE ROOT COMMAND...
# Installs by a command of pnpm that runs nothing of the packages, from a store that other builds fill too. What is
# taken of the store is what the lockfiles in ROOT say, and everything that they say is there in the end.
set -eu
scripts=${0%/*}
store=$1
root=$2
shift 2
# Lines of the repository's .npmrc that refer to secrets are the user's, and come before what the user passes. In memory:
# what a step leaves on disk is kept.
if [ -f "$scripts/npmrc" ]; then
    cat "$scripts/npmrc" >/dev/shm/npmrc
    [ ! -f "$scripts/npmrc.secret" ] || cat "$scripts/npmrc.secret" >>/dev/shm/npmrc
    ln -sf /dev/shm/npmrc "$HOME/.npmrc"
fi
node "$scripts/unpack.cjs" "$root"
node "$scripts/patches.cjs" "$root"
look() { node --no-warnings "$scripts/store.cjs" "$store" "$root"; }
look
run() { node "$scripts/watch.cjs" "${SILENCE-600}" "$@"; }
code=0
run "$@" || code=$?
# Another build may empty or mend the store meanwhile, and a registry may fall silent: then once more.
if [ "$code" -ne 0 ]; then
    [ "$code" -eq 124 ] || [ -n "$(look)" ] || [ ! -d "$store" ] || exit 1
    run "$@"
fi
node "$scripts/complete.cjs" "$root"
