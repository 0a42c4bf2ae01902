#!/usr/bin/env bash
# Sees to it that the engine has the base images that the tests build on, under their usual names:
# pulls each, and loads a stand-in made from Debian's packages and the npm registry where that
# fails. Stand-ins carry the label io.vextrus.stand-in=true.
#   NODE="20 22"   Node versions: majors, or exact ones
#   BASES="slim"   which of slim, alpine, distroless, nginx; all by default
#   FOREIGN_BASES  which of the stand-ins have linux/arm64 too; slim and alpine by default, or none
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./apt.sh
. ./registry.sh
. ./debian.sh
. ./oci.sh
. ./node.sh
. ./nginx.sh
. ./foreign.sh

NODE=${NODE:-22}
BASES=${BASES:-slim alpine distroless nginx}
DEBIAN=bookworm
# Debian's musl before 1.2.5 crashes with Node's musl builds.
MUSL_RELEASE=trixie

case $(uname -m) in
  x86_64) OCI_ARCH=amd64 NPM_ARCH=x64 MUSL_ARCH=x86_64 ;;
  aarch64) OCI_ARCH=arm64 NPM_ARCH=arm64 MUSL_ARCH=aarch64 ;;
  *) die "no stand-ins for $(uname -m): x86_64 and aarch64 have them" ;;
esac

# Registries that did not answer in this run; one attempt each is enough.
unreachable=

# Succeeds when the engine has the real image of that name, or can pull it. real NAME
real() {
  local registry=${1%%/*}
  case $(full_name "$1") in docker.io/*) registry=docker.io ;; esac
  if [ -n "$(stand_in_key "$1")" ]; then
    :
  elif docker image inspect "$1" >/dev/null 2>&1; then
    log "$1: the image is there"
    return 0
  fi
  case " $unreachable " in *" $registry "*) return 1 ;; esac
  if timeout 300 docker pull --quiet "$1" >/dev/null 2>"$STATE/pull.log"; then
    log "$1: pulled"
    return 0
  fi
  log "$1 cannot be pulled: $(tail -n 1 "$STATE/pull.log" | cut -c 1-160)"
  # An answer about this image alone does not speak for the registry's others.
  grep -qiE 'not found|manifest unknown|denied' "$STATE/pull.log" || unreachable="$unreachable $registry"
  return 1
}

as_root "$PWD/bases.sh" "$@"
answers || die "no engine answers: run make engine first"
mkdir -p "$STATE" "$DOWNLOADS"

for base in $BASES; do
  case $base in
    slim | alpine | distroless)
      for version in $NODE; do
        real "$(node_names "$base" "$version" | cut -d ' ' -f 1)" || "node_$base" "$version"
      done
      ;;
    nginx)
      for variant in slim debian; do
        real "$(nginx_names "$variant" | cut -d ' ' -f 1)" || nginx "$variant"
      done
      ;;
    *) die "BASES: no base is called $base; write slim, alpine, distroless or nginx" ;;
  esac
done
