# shellcheck shell=bash
# What the scripts of the test set-up share. To be sourced, never run.

# What a login shell of an ordinary user may lack: the engines live there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
# Or every `docker` here would speak to whatever the caller's shell speaks to.
unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Used by the scripts that source this one.
# shellcheck disable=SC2034
test_image=midwatch-test/busybox:1

say() { printf '%s\n' "$*" >&2; }

die() {
  say "tests: $*"
  exit 1
}

# Where everything lives that the test set-up makes, engines included.
#
# A Unix socket's path holds 107 bytes, of which an engine and `tests/run` need up
# to 57 below this folder: a checkout with a long path gets a short one elsewhere.
state_folder() {
  local folder=${MIDWATCH_TEST_DIR:-$repository/.tests}
  if ((${#folder} > 50)); then
    folder=/tmp/midwatch-tests-$(printf '%s' "$folder" | sha256sum | cut -c1-12)
  fi
  printf '%s\n' "$folder"
}

# Makes a folder for state. One that somebody else owns is refused: what root
# starts from it would be theirs to replace.
make_folder() {
  local owner
  mkdir -p -m 755 "$1"
  owner=$(stat -c %u "$1")
  [[ $owner == 0 || $owner == "${SUDO_UID:-$EUID}" ]] ||
    die "$1 belongs to somebody else; remove it or set MIDWATCH_TEST_DIR"
}

# Whether commands may be run as root without a question.
may_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }

as_root() {
  if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

# Runs a command every 0.1 s until it succeeds. $1: how many seconds at most.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# Whether a process has ended. One that waits for its parent to notice has, too:
# where pid 1 reaps nobody, it stays like that for good.
has_ended() {
  local state
  state=$(ps -o state= -p "$1") || return 0
  [[ $state == Z* ]]
}

# Whether an engine answers at a socket.
answers() {
  curl --silent --fail --max-time 2 --output /dev/null --unix-socket "$1" http://engine/_ping
}
