# shellcheck shell=bash
# The image of the tests: a static busybox, made here, from no registry. To be
# sourced, never run.

# Gives the image to Docker and, through Docker, to Podman. $1: state folder.
image_up() {
  local socket
  socket=$(docker_socket "$1")
  docker --host "unix://$socket" image inspect "$test_image" >/dev/null 2>&1 || make_image "$1" "$socket"
  "$1/podman/client" image exists "$test_image" || copy_image "$1" "$socket"
}

# `import` needs no builder, which not every Docker has. The files are owned by
# root and dated alike, whoever makes them.
make_image() {
  local state=$1 socket=$2 root
  root=$state/image
  rm -rf "$root"
  mkdir -p "$root"/{bin,etc,tmp,www}
  cp "$(command -v busybox)" "$root/bin/busybox"
  busybox --list | grep -v -x busybox | while read -r applet; do ln -s busybox "$root/bin/$applet"; done
  echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  echo ok >"$root/www/health"
  tar -C "$root" --owner=0 --group=0 --mtime=@0 -c . |
    docker --host "unix://$socket" import --change 'ENV PATH=/bin' --change 'CMD ["sh"]' - "$test_image" >/dev/null
  rm -rf "$root"
  touch "$state/made-image"
}

copy_image() {
  docker --host "unix://$2" save "$test_image" | "$1/podman/client" load --quiet >/dev/null
}
