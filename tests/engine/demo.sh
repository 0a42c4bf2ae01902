#!/usr/bin/env bash
# Shows the frontend at work on one service of examples/erp, or on the front end of
# examples/samplemind, with plain docker commands: build, run locked down, call, change one line,
# rebuild. Prints what that took. Works on a copy; fails when the image does not keep what it promises.
#   demo.sh [--compare] [--kind node|static] [DIRECTORY]
#     --compare   builds it with a naive Dockerfile too, which takes several times as long; of a service alone
#     --kind      what is built: a service of Node, which is usual, or a static site
#     DIRECTORY   another workspace of the same shape
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/engine/lib.sh

NAIVE=erp/auth-naive

compare='' kind=node
while [ $# -gt 0 ]; do
  case $1 in
    --compare) compare=yes && shift ;;
    --kind) kind=${2:-} && shift 2 ;;
    *) break ;;
  esac
done
case $kind in
  node)
    EXAMPLE=examples/erp MANIFEST=services/auth/service.toml IMAGE=erp/auth
    SOURCE=services/auth/src/main.ts PORT=3000 HEALTH=/health/live
    BASES_NEEDED=(node:22-bookworm-slim) BASES_MADE=slim
    ;;
  static)
    EXAMPLE=examples/samplemind/frontend MANIFEST=service.toml IMAGE=samplemind/frontend
    SOURCE=src/main.tsx PORT=8080 HEALTH=/healthz
    BASES_NEEDED=(node:22-bookworm-slim nginxinc/nginx-unprivileged:stable-alpine-slim) BASES_MADE='slim nginx'
    [ -z "$compare" ] || die "a static site is not compared: leave --compare out"
    ;;
  *) die "no demo of the kind '$kind': write node or static" ;;
esac
answers || die "no engine answers: run make engine first"
work=$(mktemp -d)
container=
cleanup() {
  [ -z "$container" ] || docker rm --force "$container" >/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

# Runs a command, its output going to a log that is shown when it fails, and sets `seconds`.
timed() {
  local start=${EPOCHREALTIME//./}
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    die "failed: $*"
  }
  seconds=$(awk -v from="$start" -v to="${EPOCHREALTIME//./}" 'BEGIN { printf "%.1f", (to - from) / 1e6 }')
}

# Prints the sum of an image's unpacked layers in bytes.
size_of() {
  docker history --human=false --format '{{.Size}}' "$1" | awk '{ sum += $1 } END { printf "%.0f", sum }'
}

# Prints "DIGEST BYTES" of each layer as the engine keeps it, which is as it would be pushed.
layers_of() {
  docker save "$1" >"$work/image.tar"
  tar --extract --to-stdout --file "$work/image.tar" manifest.json |
    grep -oE '"Layers":\[[^]]*\]' | grep -oE 'sha256/[0-9a-f]{64}' | sort >"$work/names"
  tar --list --verbose --file "$work/image.tar" | awk '{ print $NF, $3 }' | sed 's|^blobs/||' | sort |
    join "$work/names" -
  rm "$work/image.tar"
}

# Prints the bytes of the layers in the second listing that the first does not have.
new_bytes() {
  comm -13 "$1" "$2" | awk '{ sum += $2 } END { printf "%.0f", sum }'
}

human() { numfmt --to=si --suffix=B --format=%.1f "$1"; }

build() { docker buildx build --load -f $MANIFEST -t $IMAGE "$@" .; }

naive() { docker buildx build --load -f "$naive_file" -t $NAIVE "$@" .; }

# Changes what a user would: one line of the service's own source.
change() { echo "console.info('changed line $1');" >>$SOURCE; }

# Starts the image as production would, and waits for its health check.
start_locked_down() {
  local n state
  container=$(docker run --detach --read-only --cap-drop ALL --security-opt no-new-privileges \
    --env PORT=$PORT --publish 127.0.0.1:0:$PORT $IMAGE)
  for ((n = 0; n < 300; n++)); do
    state=$(docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}without a health check{{end}} {{.State.Status}}' "$container")
    case $state in
      'healthy running') return ;;
      starting* | unhealthy\ running) sleep 0.2 ;;
      *) break ;;
    esac
  done
  docker logs "$container" >&2
  die "the container is $state"
}

# Fails unless the running container answers, is not root, and ends when it is asked to.
assert_promises() {
  local user address
  address=$(docker port "$container" $PORT/tcp | head -n 1)
  curl -fsS --max-time 5 "http://$address$HEALTH" >"$work/answer" || die "$HEALTH does not answer"
  log "  GET $HEALTH: $(head -c 120 "$work/answer")"
  user=$(docker inspect --format '{{.Config.User}}' "$container")
  case $user in 1001 | 1001:*) ;; *) die "the image runs as '$user', not as 1001" ;; esac
  timed docker stop --timeout 10 "$container"
  awk -v s="$seconds" 'BEGIN { exit !(s < 2) }' || die "the container took $seconds s to stop"
  [ "$(docker inspect --format '{{.State.ExitCode}}' "$container")" != 137 ] || die "the container had to be killed"
  log "  user $user, stopped in $seconds s"
  docker rm "$container" >/dev/null
  container=
}

workspace=${1:-$EXAMPLE}
[ -e "$workspace/$MANIFEST" ] || die "$workspace has no $MANIFEST"
naive_file=$PWD/bench/builders/naive.Dockerfile
tar --create --directory "$workspace" --exclude node_modules --exclude dist . |
  (mkdir "$work/copy" && tar --extract --directory "$work/copy")
# Whatever the engine has of that name will do; else not for another processor than this one.
docker image inspect "${BASES_NEEDED[@]}" >/dev/null 2>&1 ||
  NODE=22 BASES=$BASES_MADE FOREIGN_BASES=none tests/engine/bases.sh
cd "$work/copy"

log "building $IMAGE from nothing"
timed build --no-cache && first=$seconds
size=$(size_of $IMAGE)
layers_of $IMAGE >"$work/before"
log "running it read-only, without capabilities"
start_locked_down
assert_promises
log "rebuilding with one line changed"
change 1
timed build && again=$seconds
layers_of $IMAGE >"$work/after"
push=$(new_bytes "$work/before" "$work/after")

row() {
  printf '%-26s' "$1"
  shift
  printf ' %18s' "$@"
  echo
}
titles=("$(dirname "$EXAMPLE/$MANIFEST")" vextrus/frontend)
sizes=('image size' "$(human "$size")")
firsts=('first build' "$first s")
rebuilds=('rebuild, one line changed' "$again s")
pushes=('the rebuild would push' "$(human "$push")")

if [ -n "$compare" ]; then
  log "the same twice with a naive Dockerfile"
  timed naive --no-cache
  titles+=('naive Dockerfile') sizes+=("$(human "$(size_of $NAIVE)")") firsts+=("$seconds s")
  layers_of $NAIVE >"$work/before"
  change 2
  timed naive
  layers_of $NAIVE >"$work/after"
  rebuilds+=("$seconds s") pushes+=("$(human "$(new_bytes "$work/before" "$work/after")")")
fi

row "${titles[@]}"
row "${sizes[@]}"
row "${firsts[@]}"
row "${rebuilds[@]}"
row "${pushes[@]}"
