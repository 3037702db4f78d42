#!/usr/bin/env bash
# Clears away after a tests/run that was killed without a chance to do so itself.
# $1: its process; $2: its folder, which names the session of its last phase.
set -uo pipefail

tail --pid="$1" --follow /dev/null
if [[ -s $2/phase ]]; then pkill -KILL --session "$(<"$2/phase")"; fi
MIDWATCH_TEST_DIR=$2 "$(dirname "${BASH_SOURCE[0]}")/engines.sh" down && rm -rf "$2"
