#!/bin/sh
# usage: install.sh STORE ROOT COMMAND...
# Installs by a command of pnpm that runs nothing of the packages, from a store that other builds fill too. What is
# taken of the store is what the lockfiles in ROOT say, and everything that they say is there in the end.
set -eu
scripts=${0%/*}
store=$1
root=$2
shift 2
node "$scripts/unpack.cjs" "$root"
node "$scripts/patches.cjs" "$root"
look() { node --no-warnings "$scripts/store.cjs" "$store" "$root"; }
look
# Another build may empty or mend the store meanwhile: then once more.
if ! "$@"; then
    [ -n "$(look)" ] || [ ! -d "$store" ] || exit 1
    "$@"
fi
node "$scripts/complete.cjs" "$root"
