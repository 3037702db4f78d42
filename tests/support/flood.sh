#!/usr/bin/env bash
# A container that says far more than anybody can read, for the benchmark:
#
#   tests/support/flood.sh          starts flood-1, about 150 000 lines a second
#   tests/support/flood.sh 50000    the same, with as many lines
#   tests/support/flood.sh --remove removes it
#
# Beside it, load.sh starts quiet ones. What the engine keeps of it is bounded.
#
# On the Docker of the tests: eval "$(tests/support/engines.sh env)" first.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/common.sh
source "$here/common.sh"

: "${MIDWATCH_TEST_DOCKER:?is not set: eval \"\$(tests/support/engines.sh env)\"}"
docker=(docker --host "$MIDWATCH_TEST_DOCKER")

# A tenth of a second's lines are made once and written ten times a second: nothing in a
# shell is as fast as a copy. The engine reads slower than that when it has to, and the
# rate is then what it can take.
start() {
  "${docker[@]}" run --detach --init --name flood-1 --label midwatch.test=load \
    --log-opt max-size=256m --log-opt max-file=2 "$test_image" \
    sh -c 'awk -v lines='"$(($1 / 10))"' "BEGIN {
        for (n = 1; n <= lines; n++) {
          level = n % 1000 ? (n % 100 ? \"INFO\" : \"WARN\") : \"ERROR\"
          printf \"%s request %d of user %d was answered after %d ms, as %d others before it\\n\",
            level, n, n * 7919 % 5000, n % 90 + 10, n % 17
        }
      }" >/block
      while :; do cat /block & sleep 0.1; wait; done' >/dev/null
}

remove() { "${docker[@]}" rm --force flood-1 >/dev/null; }

case ${1:-150000} in
  --remove) remove ;;
  [1-9]*) start "${1:-150000}" ;;
  *) die "usage: tests/support/flood.sh [LINES A SECOND] | --remove" ;;
esac
