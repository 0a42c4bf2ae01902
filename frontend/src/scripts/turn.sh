#!/bin/sh
# usage: turn.sh first|second COMMAND...
# Runs a command as one of two a processor, among all builds of the engine; those for which nothing waits until the end
# come second and have half of the turns.
#
# A bake of a dozen services has dozens of installs. All at once they open hundreds of connections, of which name
# servers and registries refuse some, and each downloads what the others are downloading.
set -eu
turns=${0%/*}/turns
count=$(($(nproc) * 2))
[ "$1" = first ] || count=$((count / 2))
shift
command -v flock >/dev/null || exec "$@"
waiting=
while :; do
    turn=0
    while [ "$turn" -lt "$count" ]; do
        exec 9>"$turns/$turn"
        # What the command starts holds it too, and gives it back by ending, however it ends.
        if flock -n 9; then exec "$@"; fi
        turn=$((turn + 1))
    done
    [ -n "$waiting" ] || echo "waiting for other installs"
    waiting=1
    sleep 0.2
done
