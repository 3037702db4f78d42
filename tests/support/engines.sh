#!/usr/bin/env bash
# The engines that the tests run against, for use by hand:
#
#   tests/support/engines.sh up            brings up Docker, Podman and the image
#   eval "$(tests/support/engines.sh env)" tells the tests of this shell about them
#   tests/support/engines.sh down          takes them down, with all that they run
#
# `up` leaves alone what runs and brings back what died: to see midwatch lose an
# engine, kill the process named in docker/pid. All is below MIDWATCH_TEST_DIR, or
# below .tests in the checkout.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/common.sh
source "$here/common.sh"
# shellcheck source=tests/support/namespace.sh
source "$here/namespace.sh"
# shellcheck source=tests/support/docker.sh
source "$here/docker.sh"
# shellcheck source=tests/support/podman.sh
source "$here/podman.sh"
# shellcheck source=tests/support/image.sh
source "$here/image.sh"

state=$(state_folder)

up() {
  make_folder "$state"
  lock
  docker_up "$state"
  podman_up "$state"
  image_up "$state"
}

down() {
  [[ -d $state ]] || return 0
  lock
  podman_down "$state"
  docker_down "$state"
}

# Two at once would start two engines in one folder.
lock() {
  exec 9>"$state/lock"
  flock --wait 120 9 || die "another engines.sh has been at work in $state for two minutes"
}

# The exports that the tests read.
environment() {
  printf 'export MIDWATCH_TEST_DOCKER=%q\n' "unix://$(docker_socket "$state")"
  printf 'export MIDWATCH_TEST_PODMAN=%q\n' "unix://$(podman_socket "$state")"
  printf 'export MIDWATCH_TEST_PODMAN_CLI=%q\n' "$state/podman/client"
  printf 'export MIDWATCH_TEST_IMAGE=%q\n' "$test_image"
}

# Namespaces and mounts are root's. The folder is made first, so that it is the
# caller's own.
become_root() {
  ((EUID != 0)) || return 0
  may_be_root || die "the engines need root or sudo without a password; tests/run --without-engine needs neither"
  make_folder "$state"
  exec sudo -n MIDWATCH_TEST_DIR="$state" DOCKER_HOST="${DOCKER_HOST:-}" bash "$here/engines.sh" "$@"
}

case ${1:-} in
  up | down)
    become_root "$1"
    "$1"
    ;;
  env) environment ;;
  *) die "usage: tests/support/engines.sh up|down|env" ;;
esac
