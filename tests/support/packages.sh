#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, where it may: on Debian and
# Ubuntu, as root or with sudo that asks nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/common.sh
source "$here/common.sh"

# What must be there, and the packages that bring it. `docker` alone is no sign of
# an engine: it may be the client.
needed() {
  cat <<'NEEDED'
cc gcc libc6-dev
curl curl
debootstrap debootstrap
docker docker.io
dockerd docker.io
docker-compose docker-compose
ip iproute2
iptables iptables
nsenter util-linux
podman podman
ps procps
runc runc
tmux tmux
/usr/lib/cni/bridge containernetworking-plugins
/usr/lib/postgresql/15/bin/postgres postgresql-15
nginx nginx-light
pip3 python3-pip
prometheus prometheus
prometheus-alertmanager prometheus-alertmanager
redis-server redis-server
setpriv util-linux
NEEDED
}

missing_packages() {
  local thing packages
  needed | while read -r thing packages; do
    command -v "$thing" >/dev/null || printf '%s\n' $packages
  done
  # By it debootstrap knows what is Debian's, which is no command's business elsewhere.
  [[ -s /usr/share/keyrings/debian-archive-keyring.gpg ]] || echo debian-archive-keyring
  # Nothing to link against is in the image: any other busybox would not start.
  busybox_is_static || echo busybox-static
}

busybox_is_static() {
  local program
  program=$(command -v busybox) && ! ldd "$program" >/dev/null 2>&1
}

# A package that brings a service would start it: an engine that nobody here
# stops. This file is how Debian is told not to, where nobody has told it yet.
install() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  as_root apt-get update --quiet &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$@"
)

mapfile -t missing < <(missing_packages | sort -u)
((${#missing[@]})) || exit 0
what="missing on this machine: ${missing[*]}"
command -v apt-get >/dev/null || die "$what; only apt-get is known here, install them by hand or use --without-engine"
may_be_root || die "$what; installing needs root or sudo without a password, or use --without-engine"
say "installing: ${missing[*]}"
install "${missing[@]}" </dev/null || die "$what; apt-get failed, see above, or use --without-engine"
mapfile -t missing < <(missing_packages | sort -u)
((${#missing[@]} == 0)) || die "still missing after the installation: ${missing[*]}; or use --without-engine"
