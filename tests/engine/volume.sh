#!/usr/bin/env bash
# A small file system of its own, for an engine whose disk is to be full at times. It takes of the machine's disk what is
# written to it, and no more.
#   volume.sh up DIRECTORY MEGABYTES     makes it and mounts it there
#   volume.sh fill DIRECTORY MEGABYTES   takes all of it but that
#   volume.sh free DIRECTORY             gives that back
#   volume.sh down DIRECTORY             unmounts and removes it
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh

as_root "$PWD/volume.sh" "$@"
what=${1:-}
directory=${2:-}
[ -n "$directory" ] || die "volume.sh: a directory is missing"
image=$directory.ext4
case $what in
  up)
    mkdir -p "$directory"
    truncate --size "$3M" "$image"
    mkfs.ext4 -q -m 0 -E lazy_itable_init=0 "$image"
    mount -o loop "$image" "$directory"
    ;;
  fill)
    # Others write to it meanwhile: what was free is not there any more, and is looked at again.
    for n in {1..20}; do
      left=$(($(stat --file-system --format '%a * %S' "$directory") - $3 * 1024 * 1024))
      [ "$left" -gt 0 ] || break
      if fallocate --length "$left" "$directory/filler.$n" 2>/dev/null; then break; fi
    done
    ;;
  free) rm -f "$directory"/filler.* ;;
  down)
    if mountpoint --quiet "$directory"; then umount "$directory" || umount --lazy "$directory"; fi
    rm -f "$image"
    rmdir "$directory"
    ;;
  *) die "volume.sh: '$what' is not up, fill, free or down" ;;
esac
