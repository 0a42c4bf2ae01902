# Layers and images from directories, written by hand: an OCI layout with plain tar layers is the
# fastest thing that `docker load` takes, and its digests depend on its content alone.
# Sourced, not run; needs lib.sh.
# shellcheck shell=bash

LAYERS=$STATE/layers

# Makes the layer NAME, which ends in a key, from a directory; the same files give the same bytes.
# Its digest is kept beside it, and a layer of the same name under an older key goes. layer NAME DIRECTORY
layer() {
  mkdir -p "$LAYERS"
  rm -f "$LAYERS/${1%-*}"-????????????????.{tar,sha256}
  tar --create --file "$LAYERS/$1.new" --directory "$2" --format gnu --sort name --mtime @0 \
    --numeric-owner --exclude './dev/*' --exclude './proc/*' --exclude './sys/*' .
  sha256sum "$LAYERS/$1.new" | cut -d ' ' -f 1 >"$LAYERS/$1.sha256"
  mv "$LAYERS/$1.new" "$LAYERS/$1.tar"
}

has_layer() { [ -e "$LAYERS/$1.tar" ]; }

# Prints the digest that marks a layer as made from these inputs: the arguments, the scripts that
# assemble layers, the machine's authorities and archives. layer_key ARG...
layer_key() {
  { printf '%s\n' "$@" && cat debian.sh node.sh nginx.sh "$CA_BUNDLE" && apt_archives; } | sha256sum | cut -c 1-16
}

# Writes a blob into the layout and prints its descriptor. blob LAYOUT FILE MEDIATYPE
blob() {
  local digest
  digest=$(sha256sum "$2" | cut -d ' ' -f 1)
  mv "$2" "$1/blobs/sha256/$digest"
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%d}' "$3" "$digest" \
    "$(stat -c %s "$1/blobs/sha256/$digest")"
}

# Joins its arguments with commas.
commas() { local IFS=, && echo "$*"; }

# Writes an image's configuration and manifest into a layout and prints the manifest's descriptor, with its platform.
# The layers are linked from LAYERS. manifest LAYOUT ARCHITECTURE CONFIG LAYER...
manifest() {
  local layout=$1 architecture=$2 config=$3 name digest descriptor
  local diffs=() history=() layers=()
  shift 3
  for name in "$@"; do
    digest=$(cat "$LAYERS/$name.sha256")
    ln -f "$LAYERS/$name.tar" "$layout/blobs/sha256/$digest"
    diffs+=("\"sha256:$digest\"")
    history+=("{\"created\":\"1970-01-01T00:00:00Z\",\"created_by\":\"stand-in layer ${name%-*}\"}")
    layers+=("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:$digest\",\"size\":$(stat -c %s "$LAYERS/$name.tar")}")
  done
  cat >"$layout/config" <<JSON
{"created":"1970-01-01T00:00:00Z","architecture":"$architecture","os":"linux","config":{$config},"rootfs":{"type":"layers","diff_ids":[$(commas "${diffs[@]}")]},"history":[$(commas "${history[@]}")]}
JSON
  config=$(blob "$layout" "$layout/config" application/vnd.oci.image.config.v1+json)
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
    "$config" "$(commas "${layers[@]}")" >"$layout/manifest"
  descriptor=$(blob "$layout" "$layout/manifest" application/vnd.oci.image.manifest.v1+json)
  printf '%s,"platform":{"architecture":"%s","os":"linux"}}' "${descriptor%\}}" "$architecture"
}

# Loads a stand-in into the engine unless the very same is there: config is the "config" object of
# the OCI image configuration without its Labels. A base that has_foreign is loaded for linux/arm64 too.
# load_image "NAME..." DESCRIPTION CONFIG LAYER...
load_image() {
  local names=$1 description=$2 config=$3 layout name key digest labels manifest own foreign=()
  local files=() index=() tags=()
  shift 3
  # shellcheck disable=SC2154 # What bases.sh is at.
  if has_foreign "$base"; then mapfile -t foreign < <(foreign "$base" "$version"); fi
  key=$({
    echo "$names" "$config" && cd "$LAYERS" && cat "${@/%/.sha256}"
    [ ${#foreign[@]} = 0 ] || { echo "${foreign[0]}" && cd "$FOREIGN_STATE/layers" && cat "${foreign[@]/%/.sha256}" 2>/dev/null; } || true
  } | sha256sum | cut -c 1-16)
  name=${names%% *}
  if [ "$(stand_in_key "$name")" = "$key" ]; then
    log "$name: the stand-in is there"
    return
  fi

  layout=$(mktemp -d "$STATE/layout.XXXXXX")
  mkdir -p "$layout/blobs/sha256"
  labels="\"Labels\":{\"io.vextrus.stand-in\":\"true\",\"io.vextrus.stand-in.key\":\"$key\",\"org.opencontainers.image.description\":\"$description\"}"
  own=$(manifest "$layout" "$OCI_ARCH" "$config,$labels" "$@")
  manifest=$own
  if [ ${#foreign[@]} -gt 0 ]; then
    digest=$(LAYERS=$FOREIGN_STATE/layers && manifest "$layout" arm64 "${foreign[0]},$labels" "${foreign[@]:1}")
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s,%s]}' \
      "$own" "$digest" >"$layout/platforms"
    manifest=$(blob "$layout" "$layout/platforms" application/vnd.oci.image.index.v1+json)
  fi
  for name in $names; do
    index+=("${manifest%\}},\"annotations\":{\"io.containerd.image.name\":\"$(full_name "$name")\",\"org.opencontainers.image.ref.name\":\"${name##*:}\"}}")
    tags+=("\"$name\"")
  done
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' \
    "$(commas "${index[@]}")" >"$layout/index.json"
  # The classic image store reads this file instead of the index.
  for name in "$@"; do files+=("\"blobs/sha256/$(cat "$LAYERS/$name.sha256")\""); done
  digest=$(grep -o 'sha256:[0-9a-f]*' <<<"$own" | cut -d : -f 2)
  digest=$(grep -o 'sha256:[0-9a-f]*' "$layout/blobs/sha256/$digest" | head -n 1 | cut -d : -f 2)
  printf '[{"Config":"blobs/sha256/%s","RepoTags":[%s],"Layers":[%s]}]' "$digest" \
    "$(commas "${tags[@]}")" "$(commas "${files[@]}")" >"$layout/manifest.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  tar --create --directory "$layout" . | docker load --quiet >/dev/null
  rm -rf "$layout"
  log "loaded the stand-in ${names// /, }"
}

# Prints the key of the stand-in that the engine has under a name, or nothing.
stand_in_key() {
  docker image inspect --format '{{index .Config.Labels "io.vextrus.stand-in.key"}}' "$1" 2>/dev/null || true
}

# Prints an image's name with its registry, as containerd keeps it.
full_name() {
  case $1 in
    *.*/* | *:*/*) echo "$1" ;;
    */*) echo "docker.io/$1" ;;
    *) echo "docker.io/library/$1" ;;
  esac
}
