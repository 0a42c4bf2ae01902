#!/usr/bin/env bash
# Stops private engines and removes what they put into the machine: processes, mounts, bridge,
# rules, sockets. All of them, unless one is named.
#   --name NAME  only that one
#   --clean      also frees its images and build cache; of all engines, the downloads as well
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./network.sh
. ./processes.sh

arguments=("$@")
name=
clean=
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    '--name '?*) name=$2 && shift ;;
    '--clean '*) clean=yes ;;
    *) die "down.sh: '$1 ${2:-}' is not --name NAME or --clean" ;;
  esac
  shift
done

# Leaves nothing of one engine but its data. down NAME
down() {
  engine "$1"
  stop_processes
  unmount_all
  remove_cgroups
  network_down
  rm -rf "$RUN_DIR"
  forwarding_restore
  [ -z "$clean" ] || rm -rf "$DATA_ROOT"
  log "the private engine $NAME is down"
}

# The names of the engines that run, ran, or were killed.
names() {
  local path
  for path in "$RUN_ROOT"/*/ "$STATE"/engines/*/; do
    [ ! -d "$path" ] || basename "$path"
  done | sort -u
}

as_root "$PWD/down.sh" "${arguments[@]}"
if [ -n "$name" ]; then
  down "$name"
  exit
fi
for name in $(names); do down "$name"; done
[ ! -e "$BINFMT/$BINFMT_NAME" ] || echo -1 >"$BINFMT/$BINFMT_NAME"
rm -rf "$RUN_ROOT"
if [ -n "$clean" ]; then
  rm -rf "${STATE:?}"/*
  # Unless it is a file system of its own.
  rmdir "$STATE" 2>/dev/null || true
fi
