#!/usr/bin/env bash
# A load to be looked at, for the benchmark:
#
#   tests/support/load.sh 50        starts load-1 to load-50, a line a second each
#   tests/support/load.sh --remove  removes them, however many there are
#
# On the Docker of the tests: eval "$(tests/support/engines.sh env)" first.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/common.sh
source "$here/common.sh"

: "${MIDWATCH_TEST_DOCKER:?is not set: eval \"\$(tests/support/engines.sh env)\"}"
docker=(docker --host "$MIDWATCH_TEST_DOCKER")

# With a pid 1 that ends when asked, or removing 50 takes minutes.
start() {
  seq 1 "$1" | xargs -P 4 -I '{}' "${docker[@]}" run --detach --init --name 'load-{}' \
    --label midwatch.test=load "$test_image" \
    sh -c 'n=0; while :; do n=$((n+1)); echo "INFO request $n answered in $((n % 90 + 10)) ms"; sleep 1; done' >/dev/null
}

remove() {
  "${docker[@]}" ps --all --quiet --filter label=midwatch.test=load |
    xargs --no-run-if-empty "${docker[@]}" rm --force >/dev/null
}

case ${1:-} in
  --remove) remove ;;
  [1-9]*) start "$1" ;;
  *) die "usage: tests/support/load.sh N | --remove" ;;
esac
