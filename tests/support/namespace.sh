# shellcheck shell=bash
# How an engine of the tests is started and stopped. To be sourced, never run.
#
# Each runs in a session and a mount namespace of its own. So its mounts are gone
# with its last process, it sees no other engine's sockets, locks and leases in
# /run and /dev/shm, and each of its processes, containers included, can be told
# from every other process of the host: its mounts name the engine's folder.

# Starts a command as an engine. $1: the engine's folder; then `unshare` options,
# `--`, and a script for bash with its arguments. Gives no output, ever: whoever
# reads ours must not wait for an engine.
start_engine() {
  local folder=$1
  shift
  local -a options=(--mount)
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  setsid unshare "${options[@]}" bash -c "$engine_prologue"$'\n'"$1" engine "$folder" "${@:2}" \
    </dev/null >"$folder/log" 2>&1 9>&- &
  echo $! >"$folder/pid"
  # Or bash says that it was killed, in the middle of something else.
  disown
}

# Waits for an engine that was started. $1: its folder; $2: its socket.
await_engine() {
  wait_until 60 answers_or_ended "$@" && answers "$2" ||
    die "no engine at $2; its log ends with: $(tail -n 5 "$1/log")"
}

answers_or_ended() { answers "$2" || has_ended "$(<"$1/pid")"; }

# Who may speak to an engine besides root: the person who called sudo.
socket_group() { printf '%s\n' "${SUDO_GID:-0}"; }

# Runs first inside the new namespace. The folder is mounted on itself: that is
# the mark. What name resolution needs from /run is carried over.
# shellcheck disable=SC2016
engine_prologue='
set -euo pipefail
folder=$1
shift
resolver=$(readlink -f /etc/resolv.conf || true)
names=$(cat "$resolver" 2>/dev/null || true)
mount --bind "$folder" "$folder"
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir -p /run/lock
if [[ $resolver == /run/* ]]; then
  mkdir -p "${resolver%/*}"
  printf "%s\n" "$names" >"$resolver"
fi
'

# The processes of the engine in a folder: itself, its helpers, its containers.
processes_of_engine() {
  local table own
  own=$(readlink /proc/self/ns/mnt)
  # A process that ends meanwhile is none.
  for table in $(grep -l -s -F -e "$1 " -e "$1/" /proc/[0-9]*/mountinfo || true); do
    table=${table%/mountinfo}
    [[ $(readlink "$table/ns/mnt" || true) == "$own" ]] || printf '%s\n' "${table#/proc/}"
  done
}

# Whether the pid file of a folder names a process of that folder's engine; after
# a crash or a restart of the host the number may be anybody's.
engine_runs() {
  local pid
  [[ -s $1/pid ]] && pid=$(<"$1/pid") || return 1
  ! has_ended "$pid" && grep -q -s -F -e "$1 " -e "$1/" "/proc/$pid/mountinfo"
}

# Asks the engine in a folder to stop, then ends what is left of it.
stop_engine() {
  local folder=$1 pid left
  if engine_runs "$folder"; then
    pid=$(<"$folder/pid")
    kill -TERM "$pid" || true
    wait_until 15 has_ended "$pid" || say "tests: $folder: does not stop when asked; killed"
  fi
  left=$(processes_of_engine "$folder")
  # shellcheck disable=SC2086
  [[ -z $left ]] || kill -KILL $left 2>/dev/null || true
  wait_until 10 no_process_of_engine "$folder" || die "$folder: processes stay: $left"
  rm -f "$folder/pid"
}

no_process_of_engine() { [[ -z $(processes_of_engine "$1") ]]; }
