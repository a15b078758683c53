#!/bin/sh
# Everything a trial needs on one machine: schema, demo world, web server and worker. Ctrl-C stops both.
set -eu
PORT=${PORT:-8000}
export BASE_URL="${BASE_URL:-http://127.0.0.1:$PORT}"
mkdir -p var
flask db upgrade
flask demo load
flask jobs work &
worker=$!
trap 'kill $worker 2>/dev/null; wait $worker 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM
echo "Sangam is on $BASE_URL (Ctrl-C stops it)."
PORT=$PORT gunicorn --config docs/deploy/gunicorn.conf.py wsgi:app &
wait $!
