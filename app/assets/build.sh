#!/bin/sh
# Build the front end with the node on PATH, else with the one from the pinned wheel. BIN: the environment's bin folder.
set -eu
here=$(dirname "$0")
if ! command -v npm >/dev/null 2>&1; then
  "$BIN/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt"
  # The wheel's node and npm are Python entry points in the same bin folder.
  PATH="$BIN:$PATH"
fi
cd "$here"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node build.mjs
cd ../..
"$BIN/python" -m whitenoise.compress --quiet app/static/dist
