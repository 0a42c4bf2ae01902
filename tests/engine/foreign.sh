# Stand-ins for linux/arm64 beside the machine's own platform, in one image. Sourced by bases.sh, not run.
# shellcheck shell=bash

# The bases that have them: what the tests of several platforms build on. A machine that is linux/arm64 has them
# anyway, and the classic image store keeps one platform an image.
FOREIGN_BASES=${FOREIGN_BASES:-slim alpine}

# Whether a base is to have linux/arm64 as well. has_foreign BASE
has_foreign() {
  case " $FOREIGN_BASES " in *" $1 "*) ;; *) return 1 ;; esac
  [ "$OCI_ARCH" != arm64 ] &&
    docker info --format '{{json .DriverStatus}}' 2>/dev/null | grep -q io.containerd.snapshotter
}

# Assembles a base for linux/arm64 as for the machine's own platform, and prints the image's configuration and then
# the names of its layers, a line each; they are kept in FOREIGN_STATE. foreign BASE VERSION
FOREIGN_STATE=$STATE/arm64
# The function that is called by its name in the last line reads these variables and functions.
# shellcheck disable=SC2034,SC2317,SC2329
foreign() (
  # What has no scripts to run needs no emulator here but for busybox, which lists its own applets.
  ./emulation.sh >&2
  OCI_ARCH=arm64 NPM_ARCH=arm64 MUSL_ARCH=aarch64 APT_ARCH=arm64
  STATE=$FOREIGN_STATE
  LAYERS=$STATE/layers
  mkdir -p "$STATE"
  # The machine's own strip knows the machine's programs alone.
  strip_binary() { :; }
  load_image() {
    echo "$3"
    shift 3
    printf '%s\n' "$@"
  }
  "node_$1" "$2"
)
