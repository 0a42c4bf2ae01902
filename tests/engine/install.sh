#!/usr/bin/env bash
# Installs what the test engine needs and the machine lacks, from Debian's packages; or, as
# `install.sh lint`, what lint.sh needs, as `install.sh browser`, the browser that sites are looked
# at with, and its driver. Where nothing is lacking it does nothing. No service is
# started and the machine's apt sources stay as they are.
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./apt.sh

# The release whose docker.io has the image store and the BuildKit that the tests are about; the
# machine's own release may be years behind. Only these packages are taken from it.
ENGINE_RELEASE=forky
ENGINE_PACKAGES=(docker.io docker-cli docker-buildx docker-compose docker-registry tini-static)

# The tool that tells whether a package is needed, then the packages that bring it.
needs() {
  has curl || echo curl
  has openssl || echo openssl
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  if [ "${1:-}" = lint ]; then
    has shellcheck || echo shellcheck
    return
  fi
  if [ "${1:-}" = browser ]; then
    has chromium-headless-shell || echo chromium-headless-shell
    has chromedriver || echo chromium-driver
    return
  fi
  has dockerd || echo docker.io containerd runc tini-static
  has docker || echo docker-cli
  docker buildx version >/dev/null 2>&1 || echo docker-buildx
  docker compose version >/dev/null 2>&1 || echo docker-compose
  has docker-registry || echo docker-registry
  has iptables || echo iptables
  has dnsmasq || echo dnsmasq-base
  has ip || echo iproute2
  has unzip || echo unzip
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

# Forbids that a package starts its service while it is installed (Debian Policy, 9.3.3), and
# takes the ban back afterwards. Whatever policy the machine had comes back with it.
POLICY=/usr/sbin/policy-rc.d
forbid_services() {
  if [ -e $POLICY ] && [ ! -e $POLICY.vextrus ]; then mv $POLICY $POLICY.vextrus; fi
  trap allow_services EXIT
  printf '#!/bin/sh\nexit 101\n' >$POLICY
  chmod 755 $POLICY
}
allow_services() {
  rm -f $POLICY
  if [ -e $POLICY.vextrus ]; then mv $POLICY.vextrus $POLICY; fi
}

mapfile -t packages < <(needs "$@" | tr ' ' '\n' | sort -u)
[ ${#packages[@]} -gt 0 ] || exit 0
as_root "$PWD/install.sh" "$@"
has apt-get || die "missing: ${packages[*]}; install them, or run on Debian, where this script can"

log "installing ${packages[*]}"
dir=$STATE/apt/machine
mkdir -p "$dir"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-$ENGINE_RELEASE}")
releases=("$codename")
[ "$codename" = "$ENGINE_RELEASE" ] || releases+=("$ENGINE_RELEASE")
apt_sources "${releases[@]}" >"$dir/sources.list"
cat >"$dir/preferences" <<PINS
Package: *
Pin: release n=$ENGINE_RELEASE
Pin-Priority: 90

Package: ${ENGINE_PACKAGES[*]}
Pin: release n=$ENGINE_RELEASE
Pin-Priority: 600
PINS

units_before=$(systemctl list-unit-files --no-legend 'docker*' 'containerd*' 2>/dev/null || true)
forbid_services
apt_in "$dir" apt-get update >&2
apt_in "$dir" apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold \
  "${packages[@]}" >"$dir/install.log" 2>&1 || {
  tail -n 20 "$dir/install.log" >&2
  die "Debian's packages could not be installed; the whole log is $dir/install.log"
}

# Nor at the next boot: these are the tests' tools, not a service that somebody asked for.
if [ -d /run/systemd/system ]; then
  for unit in docker.socket docker.service docker-registry.service containerd.service; do
    case $units_before in
      *"$unit"*) ;;
      *) systemctl disable --quiet "$unit" 2>/dev/null || true ;;
    esac
  done
fi
