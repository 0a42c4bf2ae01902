#!/usr/bin/env bash
# Builds the frontend's static binary on this machine and its image in the engine, without needing
# a registry: Dockerfile.frontend with the binary in place of its build stage. Arguments go to
# `docker buildx build`, for example -t registry.example/frontend:1 --push.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh

case $(uname -m) in
  x86_64 | aarch64) triple=$(uname -m)-unknown-linux-gnu ;;
  *) die "no frontend image for $(uname -m): x86_64 and aarch64 have one" ;;
esac
answers || die "no engine answers: run make engine first"

# The target is named, so that the flags reach the binary alone and not the procedural macros.
RUSTFLAGS='-C target-feature=+crt-static' \
  cargo build --locked --release --target "$triple" -p vextrus-frontend --bin vextrus-frontend >&2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
install -m 755 "${CARGO_TARGET_DIR:-target}/$triple/release/vextrus-frontend" "$directory/"
# The file's time is part of the image: let it be no other with each build. It follows from what the file holds, since the
# engine takes a file of the same length and time for the one that it was sent before.
digest=$(sha256sum "$directory/vextrus-frontend")
touch -d "@$((16#${digest:0:7}))" "$directory/vextrus-frontend"

# Loaded into the engine unless the arguments say where the image goes.
output=(--load)
for argument in "$@"; do
  case $argument in --push | --load | --output | --output=* | -o | -o*) output=() ;; esac
done
docker buildx build "${output[@]}" --provenance=false --build-arg SOURCE_DATE_EPOCH=0 \
  -f Dockerfile.frontend --build-context "build=$directory" -t vextrus/frontend "$@" . >&2
log "vextrus/frontend: $(stat -c %s "$directory/vextrus-frontend" | numfmt --to=si)B"
