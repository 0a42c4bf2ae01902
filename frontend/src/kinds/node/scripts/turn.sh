#!/bin/sh
# usage: turn.sh QUARTERS COMMAND...
# Runs a command as one of two a processor, among all builds of the engine. It may take that many quarters of the turns:
# what others wait for finds one free that the rest may not take.
#
# A bake of a dozen services has dozens of installs. All at once they open hundreds of connections, of which name
# servers and registries refuse some, and each downloads what the others are downloading.
set -eu
turns=${0%/*}/turns
count=$(($(nproc) * $1 / 2))
queue=$turns/queue-$1
shift
command -v flock >/dev/null || exec "$@"
# Of those that wait for the same turns one looks for a free one; the others sleep until it has found it.
exec 8>"$queue"
if ! flock -n 8; then
    echo "waiting for other installs"
    flock 8
fi
while :; do
    turn=0
    while [ "$turn" -lt "$count" ]; do
        exec 9>"$turns/$turn"
        # What the command starts holds it too, and gives it back by ending, however it ends.
        if flock -n 9; then exec "$@" 8>&-; fi
        turn=$((turn + 1))
    done
    sleep 0.3
done
