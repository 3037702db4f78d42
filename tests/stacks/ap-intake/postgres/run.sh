# PostgreSQL with the database of the stack. While faults/postgres is there nobody listens,
# though the container runs.
set -eu
programs=/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/data
fault=/srv/faults/postgres

as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups -- "$@"; }

if [ ! -d "$data" ]; then
  install -d -o postgres -g postgres -m 700 "$data"
  printf '%s' "$POSTGRES_PASSWORD" >/tmp/password
  chown postgres /tmp/password
  as_postgres "$programs/initdb" --pgdata="$data" --username=ap_user --pwfile=/tmp/password \
    --auth=scram-sha-256 --no-sync --encoding=UTF8 --no-locale >/dev/null
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  echo 'create database ap_intake' |
    as_postgres "$programs/postgres" --single -D "$data" postgres >/dev/null
fi

trap 'kill -INT "$server"; wait; exit 0' TERM INT
while :; do
  if [ ! -e "$fault" ]; then
    # Not by the function: what is told to stop would be the shell that runs it.
    setpriv --reuid postgres --regid postgres --clear-groups -- "$programs/postgres" \
      -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp &
    server=$!
    wait "$server" || true
  fi
  sleep 0.2
done
