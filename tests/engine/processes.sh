# The processes and mounts of a private engine, found by the paths that only it uses: nothing is
# ever ended by its name. Sourced, not run; needs lib.sh.
# shellcheck shell=bash

# Prints the id of the engine's dockerd, when it runs.
daemon_pid() {
  local pid
  pid=$(cat "$PID_FILE" 2>/dev/null) || return 1
  # The file may be a killed engine's, and the id another process's by now.
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "--config-file $CONFIG_FILE" && echo "$pid"
}

# Prints the ids of all that a killed dockerd leaves: its containerd, shims and port proxies (they
# name its directories in their arguments), and container processes (a mount namespace of their own,
# whose root lies in the engine's data).
leftover_pids() {
  local proc pid own
  own=$(readlink /proc/self/ns/mnt)
  for proc in /proc/[0-9]*; do
    pid=${proc#/proc/}
    [ "$pid" != $$ ] || continue
    if tr '\0' '\n' 2>/dev/null <"$proc/cmdline" | grep -qE "^$EXEC_ROOT/|^$CONFIG_FILE\$"; then
      echo "$pid"
    elif [ "$(readlink "$proc/ns/mnt")" != "$own" ] &&
      awk -v data="$DATA_ROOT/" '$5 == "/" && index($0, data) { found = 1 } END { exit !found }' \
        "$proc/mountinfo" 2>/dev/null; then
      echo "$pid"
    fi
  done
}

# Waits up to SECONDS for a process to end. await_end PID SECONDS
await_end() {
  local n
  for ((n = 0; n < $2 * 10; n++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

# Stops dockerd if it runs, then all that it started.
stop_processes() {
  local pid
  if pid=$(daemon_pid); then
    kill "$pid" 2>/dev/null || true
    await_end "$pid" 15 || kill -KILL "$pid" 2>/dev/null || true
  fi
  for pid in $(leftover_pids); do
    kill -KILL "$pid" 2>/dev/null || true
    await_end "$pid" 5 || true
  done
}

# Unmounts what lies under the engine's directories, the innermost first.
unmount_all() {
  local mount
  awk -v a="$DATA_ROOT/" -v b="$RUN_DIR/" 'index($5 "/", a) == 1 || index($5 "/", b) == 1 { print $5 }' \
    /proc/self/mountinfo | sort -r | while read -r mount; do
    mount=$(printf '%b' "$mount")
    umount "$mount" 2>/dev/null || umount --lazy "$mount" 2>/dev/null || true
  done
}

# Moves the calling process into a group beside the engine's containers, so that one control group, by
# the engine's name, holds all that the engine uses: itself, the steps of builds, containers.
enter_cgroup() {
  local root=/sys/fs/cgroup hierarchy hierarchies
  hierarchies=("$root"/*)
  [ ! -e $root/cgroup.controllers ] || hierarchies=("$root")
  for hierarchy in "${hierarchies[@]}"; do
    if [ -e "$hierarchy/cgroup.procs" ] && mkdir -p "$hierarchy/$CGROUP/daemon"; then
      # Hierarchies that count nothing, such as cpuset's, may refuse it.
      echo "$BASHPID" >"$hierarchy/$CGROUP/daemon/cgroup.procs" || true
    fi
  done 2>/dev/null
}

# Removes the engine's control groups, which are empty by now, from every hierarchy.
remove_cgroups() {
  find /sys/fs/cgroup -depth -type d \( -path "*/$CGROUP" -o -path "*/$CGROUP/*" \) -exec rmdir {} + 2>/dev/null || true
}

# In a container with cgroup v2, the group that looks like the root is none, and may not have both
# processes and controlled children: its processes move into a child, as in Docker's own images.
prepare_cgroups() {
  local root=/sys/fs/cgroup controller controllers pid
  [ -e $root/cgroup.type ] && [ -s $root/cgroup.procs ] || return 0
  mkdir -p $root/init
  while read -r pid; do
    echo "$pid" >$root/init/cgroup.procs 2>/dev/null || true
  done <$root/cgroup.procs
  # Without any the file is empty, at which read fails.
  read -ra controllers <$root/cgroup.controllers || true
  for controller in "${controllers[@]}"; do
    echo "+$controller" >$root/cgroup.subtree_control 2>/dev/null || true
  done
}
