# shellcheck shell=bash
# The Podman of the tests, always one of their own. To be sourced, never run.

podman_socket() { printf '%s\n' "$1/podman/podman.sock"; }

podman_up() {
  local folder=$1/podman
  if answers "$folder/podman.sock"; then return; fi
  mkdir -p "$folder"
  stop_engine "$folder"
  # Without these it takes its containers for ended, which they are by now.
  rm -rf "$folder/run" "$folder/tmp" "$folder/podman.sock"
  podman_configure "$folder"
  podman_start "$folder"
}

# Files, not flags: what comes by the API gets the same limits as what comes from
# the command line. A container that asked for more than this host gives would
# not start where we may not raise limits (no CAP_SYS_RESOURCE, no pids
# controller in the second hierarchy).
podman_configure() {
  local folder=$1
  cat >"$folder/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
log_driver = "k8s-file"

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "$folder/tmp"

[network]
network_config_dir = "$folder/networks"
CONF
  cat >"$folder/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$folder/storage"
runroot = "$folder/run"
CONF
  mkdir -p "$folder/networks" "$folder/tmp"
  podman_client "$folder" >"$folder/client"
  chmod 755 "$folder/client"
}

# A program that runs podman's command line beside the service: in its
# namespaces, on its storage.
podman_client() {
  local folder
  folder=$(printf '%q' "$1")
  cat <<CLIENT
#!/usr/bin/env bash
# podman as the tests have it; tests/support/podman.sh made this.
set -euo pipefail
folder=$folder
enter=()
[[ \$(id -u) == 0 ]] || enter=(sudo -n)
exec "\${enter[@]}" nsenter --mount --net --target "\$(<"\$folder/pid")" -- \\
  env CONTAINERS_CONF="\$folder/containers.conf" CONTAINERS_STORAGE_CONF="\$folder/storage.conf" \\
  podman "\$@"
CLIENT
}

# In a network namespace too: its bridges, leases and firewall rules are nobody
# else's. Published ports are listed but answer only in there.
podman_start() {
  local folder=$1
  # With control groups of both versions mounted, runc takes version 1 and podman
  # version 2: only the second is left to them.
  # shellcheck disable=SC2016
  start_engine "$folder" --net -- '
    ip link set lo up
    if [[ $(stat -f -c %T /sys/fs/cgroup) != cgroup2fs ]]; then
      umount -R /sys/fs/cgroup
      mount -t cgroup2 none /sys/fs/cgroup
    fi
    mkdir -p /var/lib/cni
    mount -t tmpfs tmpfs /var/lib/cni
    export CONTAINERS_CONF=$folder/containers.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf
    exec podman system service --time=0 "unix://$folder/podman.sock"'
  await_engine "$folder" "$folder/podman.sock"
  chgrp "$(socket_group)" "$folder/podman.sock"
  chmod 660 "$folder/podman.sock"
}

podman_down() {
  if [[ -d $1/podman ]]; then podman_remove "$1/podman"; fi
}

podman_remove() {
  local folder=$1
  if engine_runs "$folder"; then
    timeout 30 "$folder/client" rm --force --all --time 0 >/dev/null 2>>"$folder/log" || true
  fi
  stop_engine "$folder"
  rm -rf "$folder"
}
