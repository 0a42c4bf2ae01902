#!/bin/sh
# usage: turn.sh QUARTERS COMMAND...
# Runs a command as one of two a processor, among all builds of the engine. It may take that many quarters of the turns:
# what others wait for finds one free that the rest may not take.
#
# A bake of a dozen services has dozens of installs. All at once they open hundreds of connections, of which name
# servers and registries refuse some, and each downloads what the others are downloading.
#
# Turns are a courtesy, never a condition: where one cannot be had, or none is free for WAIT seconds (10 minutes), the
# command runs without. A lock is a directory, opened to be read, so that taking it writes nothing.
set -eu
turns=${0%/*}/turns
count=$(($(nproc) * $1 / 2))
queue=queue-$1
wait=${WAIT-600}
shift
command -v flock >/dev/null || exec "$@"

# A directory for a lock, and nothing that only looks like one. lock NAME
lock() {
    mkdir "$turns/$1" 2>/dev/null || [ -d "$turns/$1" ] && [ ! -L "$turns/$1" ]
}

# Of those that wait for the same turns one looks for a free one; the others sleep until it has found it.
lock "$queue" || exec "$@"
exec 8<"$turns/$queue"
if ! flock -n 8; then
    echo "waiting for other installs"
    flock -w "$wait" 8 || exec "$@" 8<&-
fi
tries=$((wait * 3))
while [ "$tries" -gt 0 ]; do
    turn=0
    while [ "$turn" -lt "$count" ]; do
        lock "turn-$turn" || exec "$@" 8<&-
        exec 9<"$turns/turn-$turn"
        # What the command starts holds it too, and gives it back by ending, however it ends.
        if flock -n 9; then exec "$@" 8<&-; fi
        turn=$((turn + 1))
    done
    sleep 0.3
    tries=$((tries - 1))
done
exec "$@" 8<&- 9<&-
