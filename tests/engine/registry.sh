# Downloads from the npm registry and the Python package index that this machine is set up for,
# with curl alone, each kept in $DOWNLOADS. Sourced, not run; needs lib.sh.
# shellcheck shell=bash

fetch() { curl -fsSL --retry 5 --retry-all-errors --connect-timeout 20 --netrc-optional "$@"; }

# Prints a file of a Debian package, which is downloaded and not installed.
# debian_file PACKAGE PATH
debian_file() {
  local apt=$DOWNLOADS/defaults archive
  archive=$(find "$apt/archives" -name "$1_*.deb" 2>/dev/null | head -n 1)
  if [ -z "$archive" ]; then
    mkdir -p "$apt/archives"
    apt_sources "$(. /etc/os-release && echo "$VERSION_CODENAME")" >"$apt/sources.list"
    apt_in "$apt" apt-get update >&2
    (cd "$apt/archives" && apt_in "$apt" apt-get download "$1" >&2)
    archive=$(find "$apt/archives" -name "$1_*.deb" | head -n 1)
  fi
  dpkg-deb --fsys-tarfile "$archive" | tar -xO ".$2"
}

# Prints the npm registry that this machine names, if it names another one than npm itself.
npm_setting() {
  local url=${NPM_CONFIG_REGISTRY:-${npm_config_registry:-}}
  if [ -z "$url" ] && has npm; then url=$(npm config get registry 2>/dev/null || true); fi
  case $url in http*) [ "${url%/}" = "$(npm_default)" ] || echo "${url%/}" ;; esac
}

# Prints npm's own default registry.
npm_default() {
  local url
  if has npm; then
    url=$(env -i PATH="$PATH" HOME=/nonexistent npm --userconfig /dev/null --globalconfig /nonexistent \
      config get registry 2>/dev/null)
  else
    url=$(debian_file npm /usr/share/nodejs/npm/lib/utils/config/definitions.js |
      sed -nE "/define\('registry'/,/^}\)/s|.*default: [^h]*(https://[^'/]*).*|\1|p" | head -n 1)
  fi
  echo "${url%/}"
}

# Prints the npm registry's address, without a slash at the end: the machine's, else npm's own default.
npm_registry() {
  local url
  url=$(npm_setting)
  [ -n "$url" ] || url=$(npm_default)
  [ -n "$url" ] || die "npm's own default registry is not to be read; set NPM_CONFIG_REGISTRY"
  echo "$url"
}

# Prints the Python index's address, without a slash at the end: the machine's, else pip's own default.
pypi_index() {
  local url=${PIP_INDEX_URL:-}
  if [ -z "$url" ] && has pip; then url=$(pip config get global.index-url 2>/dev/null || true); fi
  case $url in
    http*) ;;
    *)
      url=$(debian_file python3-pip /usr/lib/python3/dist-packages/pip/_internal/models/index.py |
        sed -nE 's|^PyPI = PackageIndex\("([^"]*)/".*|\1/simple|p')
      ;;
  esac
  [ -n "$url" ] || die "pip's own default index is not to be read; set PIP_INDEX_URL"
  echo "${url%/}"
}

# Prints the newest release of an npm package under a version prefix ("22", "22.11", "22.11.0");
# fails when there is none. The answer is kept, so that later runs build the same image.
# npm_version PACKAGE PREFIX
npm_version() {
  local answer=$DOWNLOADS/versions/$1@$2
  mkdir -p "${answer%/*}"
  if [ ! -s "$answer" ]; then
    fetch -H 'Accept: application/vnd.npm.install-v1+json' "$(npm_registry)/$1" |
      grep -oE '"[0-9]+\.[0-9]+\.[0-9]+":' | tr -d '":' |
      grep -E "^${2//./\\.}(\.|\$)" | sort -V | tail -n 1 >"$answer.new" || true
    [ -s "$answer.new" ] || return 1
    mv "$answer.new" "$answer"
  fi
  cat "$answer"
}

# Prints the path of an npm package's archive, checked against the registry's integrity.
# npm_archive PACKAGE VERSION
npm_archive() {
  local file=$DOWNLOADS/$1-$2.tgz manifest url sum
  if [ ! -e "$file" ]; then
    # A scope is a directory.
    mkdir -p "${file%/*}"
    manifest=$(fetch "$(npm_registry)/$1/$2")
    url=$(grep -oE '"tarball": *"[^"]*"' <<<"$manifest" | head -n 1 | cut -d '"' -f 4)
    sum=$(grep -oE '"integrity": *"sha512-[^"]*"' <<<"$manifest" | head -n 1 | sed 's/.*sha512-//; s/"//')
    log "downloading $1 $2"
    fetch -o "$file.new" "$url"
    [ "$(openssl dgst -sha512 -binary "$file.new" | base64 -w 0)" = "$sum" ] ||
      die "$url does not have the registry's integrity sha512-$sum"
    mv "$file.new" "$file"
  fi
  echo "$file"
}

# Prints the path of the newest wheel of a Python package under a version prefix for a platform
# tag, checked against the index's sha256; fails when there is none. wheel PACKAGE PREFIX PLATFORM
wheel() {
  local answer=$DOWNLOADS/versions/$1@$2.$3 index href file sum
  mkdir -p "${answer%/*}"
  if [ ! -s "$answer" ]; then
    index=$(pypi_index)/$1/
    href=$(fetch "$index" | grep -oE 'href="[^"]*"' | cut -d '"' -f 2 |
      grep -E "/${1//-/_}-${2//./\\.}(\\.[0-9.]+)?-[^/]*$3\.whl#" |
      sed -E 's|^(.*/)([^/]*)$|\2 \1\2|' | sort -V | tail -n 1 | cut -d ' ' -f 2) || true
    [ -n "$href" ] || return 1
    case $href in
      http*) ;;
      /*) href=$(grep -oE '^https?://[^/]*' <<<"$index")$href ;;
      *) href=$index$href ;;
    esac
    echo "$href" >"$answer"
  fi
  href=$(cat "$answer")
  file=${href%%#*}
  file=$DOWNLOADS/${file##*/}
  sum=${href##*sha256=}
  if [ ! -e "$file" ]; then
    log "downloading ${file##*/}"
    fetch -o "$file.new" "${href%%#*}"
    echo "$sum  $file.new" | sha256sum --check --quiet >&2 || die "${href%%#*} does not have the index's sha256"
    mv "$file.new" "$file"
  fi
  echo "$file"
}
