#!/usr/bin/env bash
# Ends the dockerd of a private engine at once, as a lack of memory does, and nothing else: up.sh starts it again on
# the same data.
#   --name NAME  which engine
set -euo pipefail
cd "$(dirname "$0")"
. ./lib.sh
. ./processes.sh

if [ $# != 2 ] || [ "$1" != --name ]; then die "kill.sh: '$*' is not --name NAME"; fi
as_root "$PWD/kill.sh" "$@"
engine "$2"
pid=$(daemon_pid) || die "the engine $NAME does not run"
kill -KILL "$pid"
await_end "$pid" 30 || die "the engine $NAME goes on after SIGKILL"
