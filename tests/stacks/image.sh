#!/usr/bin/env bash
# The image that the stacks of the tests are made of: Debian 12 with PostgreSQL, Redis,
# nginx, Prometheus, Python, and Celery from PyPI. No registry is asked.
#
#   tests/stacks/image.sh    gives it to the Docker of the tests and prints its name
#
# On the Docker of the tests: eval "$(tests/support/engines.sh env)" first. The first time
# takes two minutes and the network; what came of it is kept below .tests/cache, or below
# MIDWATCH_TEST_CACHE, until this script or the list of packages changes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/common.sh
source "$here/../support/common.sh"

: "${MIDWATCH_TEST_DOCKER:?is not set: eval \"\$(tests/support/engines.sh env)\"}"
packages=(nginx-light postgresql-15 prometheus python3 redis-server)
requirements=$here/requirements.txt
made_from=$(cat "${BASH_SOURCE[0]}" "$requirements" | sha256sum | cut -c1-12)
image=midwatch-test/stacks:$made_from
cache=${MIDWATCH_TEST_CACHE:-$repository/.tests/cache}
archive=$cache/stacks-$made_from.tar

main() {
  if ! is_known; then
    [[ -s $archive ]] || make
    give
  fi
  printf '%s\n' "$image"
}

is_known() { docker --host "$MIDWATCH_TEST_DOCKER" image inspect "$image" >/dev/null 2>&1; }

# The label lets it be found and taken away.
give() {
  docker --host "$MIDWATCH_TEST_DOCKER" import --change 'LABEL midwatch.test=stacks' \
    "$archive" "$image" >/dev/null
}

# Files of a system have many owners: root has to unpack them. What fails leaves nothing.
make() {
  local root
  may_be_root || die "making the image of the stacks needs root or sudo without a password"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock --wait 300 9 || die "another image.sh has been at work in $cache for five minutes"
  [[ ! -s $archive ]] || return 0
  root=$(mktemp -d)
  # As a system has it: its users must get in.
  chmod 755 "$root"
  # shellcheck disable=SC2064
  trap "as_root rm -rf --one-file-system '$root'; rm -f '$archive.part'" EXIT
  say "making the image of the stacks; the next run finds it in $cache"
  system "$root" >"$cache/log" 2>&1 || die "no image: $(tail -n 5 "$cache/log")"
  celery "$root" >>"$cache/log" 2>&1 || die "no image: $(tail -n 5 "$cache/log")"
  rm -f "$cache"/stacks-*.tar
  as_root tar -C "$root" -c . >"$archive.part"
  mv "$archive.part" "$archive"
}

# A small Debian with the packages: nothing in it is started while they are installed, and
# what nobody reads or calls here stays away. What is mounted for it is gone with it.
system() {
  local root=$1
  as_root unshare --mount debootstrap --variant=minbase --force-check-gpg \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg bookworm "$root" \
    "${MIDWATCH_TEST_MIRROR:-http://deb.debian.org/debian}" || return
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
  as_root chmod 755 "$root/usr/sbin/policy-rc.d"
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/javascript/*' 'path-exclude=/usr/share/locale/*' \
    'path-exclude=/usr/lib/postgresql/15/lib/bitcode/*' |
    as_root tee "$root/etc/dpkg/dpkg.cfg.d/small" >/dev/null
  as_root mkdir -p "$root/etc/postgresql-common"
  echo 'create_main_cluster = false' |
    as_root tee "$root/etc/postgresql-common/createcluster.conf" >/dev/null
  as_root cp /etc/resolv.conf "$root/etc/resolv.conf"
  as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" \
    apt-get install --yes --no-install-recommends "${packages[@]}" || return
  as_root rm -rf "$root"/var/{cache/apt,lib/apt/lists} "$root"/usr/share/{doc,i18n,locale} \
    "$root/usr/bin/promtool"
}

# For the Python of the image, whatever this machine's own is.
celery() {
  as_root env PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --no-deps \
    --no-warn-conflicts --target "$1/opt/celery" --only-binary=:all: --python-version 3.11 \
    --implementation py --abi none --platform any --requirement "$requirements"
}

main
