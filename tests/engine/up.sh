#!/usr/bin/env bash
# Finds the engine that `docker info` answers for, else starts a private one, and prints the line
# `export DOCKER_HOST=…` for eval. Everything else goes to stderr. Asking again changes nothing.
#   --name NAME     a private engine of that name, whatever else there is
#   --store classic a private engine with the classic image store, which has no MergeOp; its name
#                   is "classic" unless another is given
#   --release NAME  a private engine of the Docker Engine that this Debian release has; its name is
#                   the release's unless another is given
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./network.sh
. ./processes.sh
. ./apt.sh
. ./release.sh

arguments=("$@")
name=
store=containerd
release=
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    '--name '?*) name=$2 ;;
    '--store containerd' | '--store classic') store=$2 ;;
    '--release '[a-z]*) release=$2 ;;
    *) die "up.sh: '$1 ${2:-}' is not --name NAME, --store containerd, --store classic or --release NAME" ;;
  esac
  shift 2
done
private_only() { [ -n "$name$release" ] || [ "$store" = classic ]; }
snapshotter=true
[ "$store" = containerd ] || snapshotter=false

# Prints the line for an address, with the note for people.
found() {
  log "$2"
  echo "export DOCKER_HOST=$1"
  exit 0
}

require_kernel() {
  unshare --mount sh -c 'mount -t tmpfs none /mnt' 2>/dev/null ||
    die "mounting is not permitted here: the engine needs a privileged container or a machine of its own"
  if ! grep -q ' /sys/fs/cgroup' /proc/self/mountinfo; then
    die "no cgroups at /sys/fs/cgroup: mount them, or start this container with them"
  elif [ -e /sys/fs/cgroup/cgroup.procs ] && [ ! -w /sys/fs/cgroup/cgroup.procs ]; then
    die "/sys/fs/cgroup is read-only: the engine needs to make control groups of its own"
  fi
}

require_dockerd() {
  local major
  major=$(dockerd --version | sed -n 's/^Docker version \([0-9]*\).*/\1/p')
  [ "${major:-0}" -ge 23 ] ||
    die "$(command -v dockerd) is Docker ${major:-unknown}; 23 or later is needed: upgrade it, or set DOCKER_HOST"
}

# Results of builds beyond some size go, those first that were not used for long: nothing else bounds the disk that a
# run of all tests takes. The free space of the disk, which others fill too, decides nothing.
write_config() {
  cat >"$CONFIG_FILE" <<JSON
{
  "data-root": "$DATA_ROOT",
  "exec-root": "$EXEC_ROOT",
  "pidfile": "$PID_FILE",
  "hosts": ["unix://$SOCKET"],
  "group": "${SUDO_GID:-0}",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "cgroup-parent": "/$CGROUP",
  "bridge": "$BRIDGE",
  "mtu": $MTU,
  "dns": ["$NAME_SERVER"],
  "iptables": false,
  "ip6tables": false,
  "ip-forward": false,
  "features": {"containerd-snapshotter": $snapshotter},
  "builder": {"gc": {"enabled": true, "policy": [{"all": true, "keepStorage": "16GB"}]}}
}
JSON
}

start() {
  local pid n
  mkdir -p "$RUN_DIR" "$DATA_ROOT"
  log "starting a private Docker Engine ($NAME, $store image store${release:+, Debian $release})"
  stop_processes
  unmount_all
  remove_cgroups
  prepare_cgroups
  # With the network that dockerd remembers it would give the bridge back an address that is not its own any more.
  rm -rf "$EXEC_ROOT" "$SOCKET" "$PID_FILE" "$DATA_ROOT/network"
  network_up
  write_config
  echo "$store $release" >"$RUN_DIR/kind"
  # A session of its own, and no file of ours left open: the caller may be `eval "$(make engine)"`.
  {
    enter_cgroup
    exec env -u DOCKER_HOST -u DOCKER_CONTEXT setsid dockerd --config-file "$CONFIG_FILE"
  } >"$LOG_FILE" 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  pid=$!
  for ((n = 0; n < 240; n++)); do
    if answers "unix://$SOCKET"; then return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  tail -n 20 "$LOG_FILE" >&2
  die "dockerd did not come up; its whole log is $LOG_FILE"
}

if ! private_only && answers; then
  host=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}')}
  docker buildx version >/dev/null 2>&1 || ./install.sh
  found "$host" "using the engine at $host"
fi

as_root "$PWD/up.sh" "${arguments[@]}"
if [ "$store" = classic ]; then usual=classic; else usual=default; fi
engine "${name:-${release:-$usual}}"
./install.sh
if answers "unix://$SOCKET"; then
  root=$(docker --host "unix://$SOCKET" info --format '{{.DockerRootDir}}')
  [ "$root" = "$DATA_ROOT" ] || die "the engine $NAME keeps its data in $root, not in $DATA_ROOT: choose another name"
  [ "$(cat "$RUN_DIR/kind" 2>/dev/null || echo "$store $release")" = "$store $release" ] ||
    die "the engine $NAME is another one than $store${release:+ of Debian $release}: choose another name"
  found "unix://$SOCKET" "the private engine $NAME is running"
fi
require_kernel
if [ -n "$release" ]; then use_release "$release"; else require_dockerd; fi
start
found "unix://$SOCKET" "the private engine $NAME is up; its log is $LOG_FILE"
