# The Docker Engine of another Debian release, unpacked beside the machine's and never installed.
# Sourced, not run; needs lib.sh and apt.sh.
# shellcheck shell=bash

# Puts that engine's programs first in the PATH. use_release RELEASE
use_release() {
  local root=$DOWNLOADS/engines/$1
  [ -e "$root/usr/sbin/dockerd" ] || unpack_release "$1"
  PATH=$root/usr/sbin:$root/usr/bin:$PATH
  LD_LIBRARY_PATH=$root/lib/$(uname -m)-linux-gnu
  export LD_LIBRARY_PATH
}

unpack_release() {
  local dir=$DOWNLOADS/engines/$1.apt root=$DOWNLOADS/engines/$1 archive
  log "unpacking the Docker Engine of Debian $1"
  rm -rf "$root.new"
  mkdir -p "$dir" "$root.new"
  apt_sources "$1" >"$dir/sources.list"
  # An empty status: what the machine has installed is no candidate.
  : >"$dir/status"
  apt_in "$dir" apt-get update >&2
  # Device mapper's library: the one that older engines are linked with and a machine may lack.
  (cd "$dir" && apt_in "$dir" apt-get download docker.io containerd runc libdevmapper1.02.1 >&2)
  for archive in "$dir"/*.deb; do dpkg-deb -x "$archive" "$root.new"; done
  # A newer release's runc may want a newer libc than the machine's; then the machine's runc serves.
  "$root.new/usr/sbin/runc" --version >/dev/null 2>&1 || rm -f "$root.new/usr/sbin/runc"
  LD_LIBRARY_PATH=$root.new/lib/$(uname -m)-linux-gnu "$root.new/usr/sbin/dockerd" --version >/dev/null || die "the Docker Engine of Debian $1 does not run here"
  rm -rf "$dir"
  mv "$root.new" "$root"
}
