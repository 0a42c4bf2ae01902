# Debian packages through a private apt: its own sources, lists, pins and archive, so that the
# machine's apt configuration is read and never written. Sourced, not run; needs lib.sh.
# shellcheck shell=bash

# Prints "URI SUITE" of each Debian archive among the machine's sources, the main one first.
apt_archives() {
  local codename
  codename=$(. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_CODENAME:-sid}") ||
    die "this takes packages from Debian's archive, which a machine with Debian knows"
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Identifier: Packages' |
    awk -v codename="$codename" '
      { sub(/\/$/, "", $1) }
      $2 == codename || $2 ~ /^(old)*stable$|^testing$|^unstable$|^sid$/ { if (!main) main = $1 }
      $2 ~ /-security$/ { if (!security) security = $1 }
      END { if (main) print main, "main"; if (security) print security, "security" }'
}

# Writes the sources.list of one Debian release, or of several, in the machine's own archives.
# apt_sources RELEASE... >FILE
apt_sources() {
  local archives keyring='' file release uri kind
  archives=$(apt_archives)
  [ -n "$archives" ] || die "no Debian archive among this machine's apt sources"
  for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [ -e "$file" ] && keyring="[signed-by=$file] " && break
  done
  for release in "$@"; do
    while read -r uri kind; do
      case $kind in
        main) echo "deb $keyring$uri $release main" ;;
        security) [ "$release" = forky ] || echo "deb $keyring$uri $release-security main" ;;
      esac
    done <<<"$archives"
  done
}

# The machine's settings for reaching its archives, as an apt.conf.
apt_transport() {
  apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries|ForceIPv)' || true
}

# Runs an apt command on the private directory DIR, which holds sources.list and maybe preferences.
# The dpkg status is the machine's unless DIR holds one, and the architecture unless APT_ARCH names another.
# apt_in DIR apt-get ARG...
apt_in() {
  local dir=$1 tool=$2 status=/var/lib/dpkg/status
  shift 2
  mkdir -p "$dir/lists/partial" "$dir/archives/partial"
  [ ! -e "$dir/status" ] || status=$dir/status
  touch "$dir/preferences"
  DEBIAN_FRONTEND=noninteractive "$tool" ${APT_ARCH:+-o APT::Architecture="$APT_ARCH" -o APT::Architectures="$APT_ARCH"} \
    -o Dir::State::Lists="$dir/lists" -o Dir::State::Status="$status" \
    -o Dir::Cache::Archives="$dir/archives" -o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= \
    -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences="$dir/preferences" -o Dir::Etc::PreferencesParts=/dev/null \
    -o APT::Update::Post-Invoke-Success::= -o APT::Sandbox::User=root -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled=false \
    -o Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled=false \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -qq "$@"
}
