#!/usr/bin/env bash
# Sees to it that the kernel runs programs for linux/arm64, by QEMU where the machine is another one.
# The emulator is taken from Debian's package, which is not installed; down.sh takes it back.
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./apt.sh
. ./registry.sh

as_root "$PWD/emulation.sh" "$@"
[ "$(uname -m)" != aarch64 ] || exit 0
[ -e "$BINFMT/register" ] || mount -t binfmt_misc binfmt_misc "$BINFMT" ||
  die "binfmt_misc cannot be mounted: the kernel lacks it, or this container is not privileged"
# Whoever registered one: the files of a foreign image cannot be run but with F, the emulator kept open.
for file in "$BINFMT"/*; do
  if grep -qs '^magic 7f454c460201010\{19\}200b7' "$file" && grep -qs '^flags: .*F' "$file"; then exit 0; fi
done

emulator=$STATE/qemu-aarch64-static
if [ ! -e "$emulator" ]; then
  log "fetching the emulator for linux/arm64"
  mkdir -p "$DOWNLOADS"
  debian_file qemu-user-static /usr/bin/qemu-aarch64-static >"$emulator.new"
  chmod 755 "$emulator.new"
  mv "$emulator.new" "$emulator"
fi
# The header of an ELF program of 64 bits, little-endian, for AArch64, as in QEMU's scripts/qemu-binfmt-conf.sh.
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf '%s' ":$BINFMT_NAME:M::$magic:$mask:$emulator:OCF" >"$BINFMT/register"
log "programs for linux/arm64 run by $emulator"
