#!/bin/sh
# usage: setup.sh ROOT COMMAND...
# Runs a command where an install of pnpm in ROOT left packages whose install scripts are still to be run.
#
# pnpm lists them in node_modules/.modules.yaml, as YAML up to version 9 and as JSON from 10 on.
set -eu
root=$1
shift
# Only a list that is known to be empty is a reason not to run it.
find "$root" -name node_modules -prune -exec sh -c '
    for modules do
        [ -f "$modules/.modules.yaml" ] || continue
        grep -Eq "(^|[{, ])\"?pendingBuilds\"?: *\[\]" "$modules/.modules.yaml" || exit 1
    done' sh {} + || exec "$@"
