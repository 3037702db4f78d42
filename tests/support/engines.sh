#!/usr/bin/env bash
# The engines that the tests run against, for use by hand:
#
#   tests/support/engines.sh up            brings up Docker, Podman and the image
#   eval "$(tests/support/engines.sh env)" tells the tests of this shell about them
#   tests/support/engines.sh down          takes them down, with all that they run
#
# Everything is below MIDWATCH_TEST_DIR, else below .tests in the checkout.
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
  make_state_folder "$state"
  docker_up "$state"
  podman_up "$state"
  image_up "$state"
}

# Podman first: it has the image from Docker, never the other way round.
down() {
  [[ -d $state ]] || return 0
  podman_down "$state"
  docker_down "$state"
}

# The exports that the tests read.
environment() {
  printf 'export MIDWATCH_TEST_DOCKER=%q\n' "unix://$(docker_socket "$state")"
  printf 'export MIDWATCH_TEST_PODMAN=%q\n' "unix://$(podman_socket "$state")"
  printf 'export MIDWATCH_TEST_PODMAN_CLI=%q\n' "$state/podman/client"
  printf 'export MIDWATCH_TEST_IMAGE=%q\n' "$test_image"
}

case ${1:-} in
  up) up ;;
  down) down ;;
  env) environment ;;
  *) die "usage: tests/support/engines.sh up|down|env" ;;
esac
