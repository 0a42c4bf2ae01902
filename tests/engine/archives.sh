#!/usr/bin/env bash
# Prints the paths of archives of the npm registry, a line each; they are downloaded once a machine.
#   archives.sh NAME@VERSION...
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./apt.sh
. ./registry.sh

DOWNLOADS=$TOOLS/downloads
mkdir -p "$DOWNLOADS"
for package; do npm_archive "${package%@*}" "${package##*@}"; done
