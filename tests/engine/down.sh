#!/usr/bin/env bash
# Stops private engines and removes what they put into the machine: processes, mounts, bridge,
# rules, sockets. Without a NAME all of them. With --clean also their images and the downloads.
set -euo pipefail
cd "$(dirname "$0")"
one=${NAME:+yes}
. ./lib.sh
as_root "$PWD/down.sh" "$@"

if [ -z "$one" ]; then
  shopt -s nullglob
  for dir in "$RUN_ROOT"/*/ "$STATE"/engines/*/; do basename "$dir"; done | sort -u |
    while read -r name; do NAME=$name ./down.sh "$@"; done
  rmdir "$RUN_ROOT" 2>/dev/null || true
  if [ "${1:-}" = --clean ]; then rm -rf "$STATE"; fi
  exit 0
fi

. ./network.sh
. ./processes.sh
stop_processes
unmount_all
network_down
rm -rf "$RUN_DIR"
forwarding_restore
if [ "${1:-}" = --clean ]; then rm -rf "$DATA_ROOT"; fi
log "the private engine $NAME is down"
