#!/usr/bin/env bash
# Checks a file against SPDX with the SPDX project's own tool, at the versions in spdx-tools.txt; it is
# installed from the Python package index when it is not there. spdx.sh FILE.spdx.json
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh

as_root "$PWD/spdx.sh" "$@"
key=$(sha256sum spdx-tools.txt | cut -c 1-16)
tools=$STATE/spdx-tools-$key
if [ ! -e "$tools/installed" ]; then
  ./install.sh
  log "installing $(grep '^spdx-tools' spdx-tools.txt)"
  rm -rf "$STATE"/spdx-tools-*
  mkdir -p "$STATE"
  python3 -m venv "$tools"
  PIP_CERT=${PIP_CERT:-$CA_BUNDLE} PIP_DISABLE_PIP_VERSION_CHECK=1 \
    "$tools/bin/pip" install --quiet --no-deps --requirement spdx-tools.txt >&2
  touch "$tools/installed"
fi
exec "$tools/bin/pyspdxtools" --infile "$1"
