# shellcheck shell=bash
# The Docker engine of the tests. To be sourced, never run.

# The socket of an engine that answers already, if one does: the caller's choice,
# or the default. The tests speak to Unix sockets only.
borrowed_docker() {
  local socket
  for socket in "${DOCKER_HOST:-}" unix:///var/run/docker.sock; do
    [[ $socket == unix://* ]] || continue
    if answers "${socket#unix://}"; then
      printf '%s\n' "${socket#unix://}"
      return
    fi
  done
  return 1
}

# The socket to use in a state folder: a borrowed engine's, else our own.
docker_socket() {
  if [[ -s $1/borrowed ]]; then
    cat "$1/borrowed"
  else
    printf '%s\n' "$1/docker/docker.sock"
  fi
}

# Brings up Docker in a state folder, or finds the one that answers. One of ours
# that died comes back with its containers, as after a crash of the host.
docker_up() {
  local state=$1 folder=$1/docker
  if answers "$folder/docker.sock"; then return; fi
  if borrowed_docker >"$state/borrowed"; then
    say "docker: using the one at $(<"$state/borrowed")"
    return
  fi
  rm -f "$state/borrowed"
  mkdir -p "$folder"
  # The shims of a killed engine hold its containers, its pid file a number that
  # may be anybody's by now.
  stop_engine "$folder"
  rm -rf "$folder/run" "$folder/dockerd.pid" "$folder/docker.sock"
  docker_bridge "$folder"
  docker_start "$folder"
}

docker_bridge() {
  local folder=$1 bridge
  bridge=$(bridge_name "$folder")
  [[ -s $folder/network ]] || free_network "$folder" >"$folder/network"
  if [[ ! -e /sys/class/net/$bridge ]]; then
    ip link add "$bridge" type bridge
    ip address add "$(<"$folder/network").0.1/18" dev "$bridge"
    ip link set "$bridge" up
  fi
}

# No firewall rule and no forwarding: the host's network stays as it is but for
# its bridges. Published ports are served by docker-proxy all the same.
docker_start() {
  local folder=$1
  # An empty one, or the one of the host counts.
  echo '{}' >"$folder/daemon.json"
  # shellcheck disable=SC2016
  start_engine "$folder" -- 'exec dockerd "$@"' \
    --host="unix://$folder/docker.sock" --group="$(socket_group)" \
    --data-root="$folder/data" --exec-root="$folder/run" --pidfile="$folder/dockerd.pid" \
    --config-file="$folder/daemon.json" \
    --bridge="$(bridge_name "$folder")" \
    --default-address-pool="base=$(<"$folder/network").128.0/17,size=24" \
    --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false
  await_engine "$folder" "$folder/docker.sock"
}

# Takes a Docker of ours down, with all that it runs; of a borrowed one only what
# bears the label of the tests.
docker_down() {
  local state=$1 socket
  if [[ -s $state/borrowed ]]; then
    socket=$(<"$state/borrowed")
    if answers "$socket"; then give_back "$state" "$socket"; fi
    rm -f "$state/borrowed"
  fi
  if [[ -d $state/docker ]]; then docker_remove "$state/docker"; fi
  rm -f "$state/made-image"
}

# Leaves a borrowed engine as it was found.
give_back() {
  remove_containers "$2" --filter label=midwatch.test
  docker --host "unix://$2" network prune --force --filter label=midwatch.test >/dev/null || true
  if [[ -e $1/made-image ]]; then docker --host "unix://$2" image rm "$test_image" >/dev/null || true; fi
  # Those that tests/stacks/image.sh gave it.
  docker --host "unix://$2" image prune --all --force --filter label=midwatch.test >/dev/null || true
}

docker_remove() {
  local folder=$1
  if answers "$folder/docker.sock"; then
    remove_containers "$folder/docker.sock" || true
    docker --host "unix://$folder/docker.sock" network prune --force >/dev/null || true
  fi
  stop_engine "$folder"
  remove_bridges "$folder"
  rm -rf "$folder"
}

# Removes containers and their volumes. $1: socket; then filters.
remove_containers() {
  local socket=$1 ids
  shift
  ids=$(docker --host "unix://$socket" ps --all --quiet "$@")
  # shellcheck disable=SC2086
  [[ -z $ids ]] || docker --host "unix://$socket" rm --force --volumes $ids >/dev/null
}

# An interface name holds 15 bytes; several checkouts may run engines at once.
bridge_name() { printf 'mw-%s\n' "$(printf '%s' "$1" | sha256sum | cut -c1-8)"; }

# The first two bytes of a network which the host has no route to, `10.148`.
free_network() {
  local routes start byte i
  routes=$(ip -4 route show table all)
  start=$((16#$(printf '%s' "$1" | sha256sum | cut -c1-4)))
  for ((i = 0; i < 100; i++)); do
    byte=$((100 + (start + i) % 100))
    if ! grep -q -E "(^| )10\.$byte\." <<<"$routes"; then
      printf '10.%s\n' "$byte"
      return
    fi
  done
  die "the host has routes to all of 10.100.0.0 to 10.199.0.0: no network is left for Docker"
}

# Ours, and those of compose projects that an engine left when it was killed. What
# is plugged into them goes with them: a container that never came up keeps both
# ends of its cable here.
remove_bridges() {
  local folder=$1 bridge port
  [[ -s $folder/network ]] || return 0
  ip -o -4 address | awk -v net="$(<"$folder/network")." 'index($4, net) == 1 { print $2 }' |
    while read -r bridge; do
      for port in "/sys/class/net/$bridge/brif"/*; do
        if [[ -e $port ]]; then ip link delete "${port##*/}" || true; fi
      done
      ip link delete "$bridge" || true
    done
}
