# Names, paths and small helpers of the test engine. Sourced by every script here, run by none.
# shellcheck shell=bash disable=SC2034

# A function that fails in $(…) ends the script, as one outside does under `set -e`.
shopt -s inherit_errexit

# What outlives an engine: downloads, assembled base images, its images and build cache.
STATE=${VEXTRUS_STATE:-/var/lib/vextrus-engine}
DOWNLOADS=$STATE/downloads

# What checks of the sources need, of this user, fetched or built once a machine.
TOOLS=${XDG_CACHE_HOME:-$HOME/.cache}/vextrus-tools

# What dies with it.
RUN_ROOT=/run/vextrus-engine

# Sets the paths and names of one engine. Each has its own, so that several run side by side. The
# socket's path is short because it may have 107 bytes, and so may a bridge's name 15. engine NAME
engine() {
  case $1 in
    *[!a-z0-9]* | '' | ????????????*) die "an engine's name is 1 to 11 characters of a-z and 0-9, not '$1'" ;;
  esac
  NAME=$1
  DATA_ROOT=$STATE/engines/$NAME
  RUN_DIR=$RUN_ROOT/$NAME
  EXEC_ROOT=$RUN_DIR/exec
  SOCKET=$RUN_DIR/docker.sock
  CONFIG_FILE=$RUN_DIR/daemon.json
  PID_FILE=$RUN_DIR/docker.pid
  NAME_SERVER_PID_FILE=$RUN_DIR/dns.pid
  LOG_FILE=$RUN_DIR/docker.log
  BRIDGE=vx-$NAME
  CGROUP=vextrus-engine-$NAME
  RULE_TAG=vextrus-engine:$NAME
}

# Where the kernel is told of emulators, and what ours is called there.
BINFMT=/proc/sys/fs/binfmt_misc
BINFMT_NAME=vextrus-aarch64

# The machine's certificate authorities.
CA_BUNDLE=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

# Debian keeps dockerd, ip and iptables in sbin, which a user's PATH may lack.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

log() { printf '%s\n' "$*" >&2; }

die() {
  log "error: $*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Starts the calling script again as root, with the settings that these scripts read.
# Does nothing for root. The script's own path and arguments are the arguments here.
as_root() {
  [ "$(id -u)" = 0 ] && return
  has sudo || die "this needs root: run it as root, or install sudo"
  local name settings=()
  for name in NODE BASES FOREIGN_BASES VEXTRUS_STATE DOCKER_HOST DOCKER_CONTEXT SSL_CERT_FILE \
    NPM_CONFIG_REGISTRY PIP_INDEX_URL http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || settings+=("$name=${!name}")
  done
  exec sudo env "${settings[@]}" "$@"
}

# Succeeds when the engine that DOCKER_HOST, or the given address, names answers.
answers() {
  has docker || return 1
  if [ $# -gt 0 ]; then
    timeout 15 docker --host "$1" info --format '{{.ServerVersion}}' >/dev/null 2>&1
  else
    timeout 15 docker info --format '{{.ServerVersion}}' >/dev/null 2>&1
  fi
}
