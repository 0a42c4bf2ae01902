# Root file systems from Debian packages. Sourced, not run; needs lib.sh and apt.sh.
# shellcheck shell=bash

# What slim images leave out.
SLIM_EXCLUDES=(--exclude './usr/share/doc/*' --exclude './usr/share/man/*' --exclude './usr/share/locale/*'
  --exclude './usr/share/info/*' --exclude './usr/share/groff/*' --exclude './usr/share/lintian/*')

# Downloads packages of a release and all that they depend on into a directory.
# debian_fetch RELEASE DIRECTORY PACKAGE...
debian_fetch() {
  local apt=$STATE/apt/$1 release=$1 archives=$2
  shift 2
  mkdir -p "$apt" "$archives/partial"
  : >"$apt/status"
  if [ -z "$(find "$apt/updated" -mmin -600 2>/dev/null)" ]; then
    apt_sources "$release" >"$apt/sources.list"
    apt_in "$apt" apt-get update >&2
    touch "$apt/updated"
  fi
  apt_in "$apt" apt-get install -y --no-install-recommends --download-only \
    -o Dir::Cache::Archives="$archives" "$@" >&2
}

# Unpacks every package of a directory into a root, without its scripts. debian_unpack ARCHIVES ROOT
debian_unpack() {
  local dir deb
  mkdir -p "$2"/usr/{bin,sbin,lib} "$2"/{dev,proc,sys,etc,tmp,run}
  chmod 1777 "$2/tmp"
  [ "$OCI_ARCH" != amd64 ] || mkdir -p "$2/usr/lib64"
  for dir in bin sbin lib lib64; do
    [ ! -d "$2/usr/$dir" ] || ln -s "usr/$dir" "$2/$dir"
  done
  for deb in "$1"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
      tar --extract --directory "$2" --keep-directory-symlink "${SLIM_EXCLUDES[@]}"
  done
}

# Enters the unpacked packages in the root's dpkg database and lets dpkg configure them, as
# debootstrap does but with each package unpacked once. debian_configure ARCHIVES ROOT
debian_configure() {
  local deb name info=$2/var/lib/dpkg/info control
  control=$(mktemp -d)
  mkdir -p "$info" "$2/var/lib/dpkg/updates" "$2/var/lib/dpkg/triggers"
  echo 1 >"$info/format"
  : >"$2/var/lib/dpkg/available"
  for deb in "$1"/*.deb; do
    rm -rf "$control" && dpkg-deb --control "$deb" "$control"
    name=$(dpkg-deb --field "$deb" Package)
    {
      echo "Package: $name"
      echo "Status: install ok unpacked"
      grep -v '^Package:' "$control/control"
      if [ -e "$control/conffiles" ]; then
        echo "Conffiles:"
        grep '^/' "$control/conffiles" | while read -r file; do
          echo " $file $(md5sum "$2$file" | cut -d ' ' -f 1)"
        done
      fi
      echo
    } >>"$2/var/lib/dpkg/status"
    if grep -q '^Multi-Arch: same' "$control/control"; then name=$name:$OCI_ARCH; fi
    dpkg-deb --fsys-tarfile "$deb" | tar --list | sed 's|^\.||; s|/$||; s|^$|/.|' >"$info/$name.list"
    rm "$control/control"
    for file in "$control"/*; do
      [ ! -e "$file" ] || mv "$file" "$info/$name.${file##*/}"
    done
  done
  rm -rf "$control"

  # What the first scripts take for granted.
  mknod -m 666 "$2/dev/null" c 1 3
  mknod -m 666 "$2/dev/urandom" c 1 9
  [ -e "$2/bin/sh" ] || ln -s dash "$2/bin/sh"
  [ -e "$2/usr/bin/awk" ] || ln -s mawk "$2/usr/bin/awk"
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$2" sh -ec '
    dpkg --configure --force-depends base-passwd
    dpkg --configure --force-depends base-files
    dpkg --configure --pending' >"$STATE/dpkg.log" 2>&1 </dev/null || {
    tail -n 20 "$STATE/dpkg.log" >&2
    die "Debian's packages could not be configured"
  }
}

# Makes apt work in the root as it does on this machine, and keep nothing, as in Debian's images.
# debian_apt RELEASE ROOT
debian_apt() {
  rm -f "$2"/etc/apt/sources.list.d/*
  apt_sources "$1" "$1-updates" | grep -v -- '-updates-security' >"$2/etc/apt/sources.list"
  apt_transport >"$2/etc/apt/apt.conf.d/90machine"
  cat >"$2/etc/apt/apt.conf.d/docker-clean" <<'CONF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Apt::AutoRemove::SuggestsImportant "false";
CONF
  cat >"$2/etc/dpkg/dpkg.cfg.d/docker" <<'CONF'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/info/*
CONF
  printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
  chmod 755 "$2/usr/sbin/policy-rc.d"
}

# Removes what differs from run to run or is of no use in an image. debian_clean ROOT
debian_clean() {
  rm -rf "$1"/var/log/* "$1"/var/cache/*/* "$1"/var/lib/apt/lists/* "$1"/var/lib/dpkg/*-old \
    "$1"/etc/*- "$1"/dev/null "$1"/dev/urandom "$1"/tmp/* "$1"/run/*
  mkdir -p "$1/var/cache/apt/archives/partial" "$1/var/lib/apt/lists/partial" "$1/var/log/apt"
  [ ! -e "$1/etc/shadow" ] || sed -i -E 's/^([^:]*:[^:]*):[0-9]+:/\1:19000:/' "$1/etc/shadow"
}

# Gives the root the machine's authorities: the whole bundle, and those that Debian's package does
# not have in a file each, so that a later update-ca-certificates keeps them. authorities ROOT
authorities() {
  local bundle=$1/etc/ssl/certs/ca-certificates.crt extra=$1/usr/local/share/ca-certificates
  mkdir -p "$extra" "${bundle%/*}"
  touch "$bundle"
  awk -v dir="$extra" '
    /^-----BEGIN CERTIFICATE-----/ { block = "" }
    { block = block $0 "\n" }
    /^-----END CERTIFICATE-----/ {
      if (FILENAME == ARGV[1]) known[block] = 1
      else if (!(block in known)) printf "%s", block >(dir "/machine-" ++n ".crt")
    }' "$bundle" "$CA_BUNDLE"
  cp "$CA_BUNDLE" "$bundle"
}
