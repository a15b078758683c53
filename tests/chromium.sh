#!/bin/sh
# Print the path of a Chromium; install one when there is none; fail with one line when that cannot be done.
set -u
if [ -n "${CHROMIUM:-}" ]; then echo "$CHROMIUM"; exit 0; fi
find_it() { for name in chromium chromium-browser google-chrome; do command -v "$name" && return 0; done; return 1; }
find_it && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >&2 && find_it && exit 0
fi
playwright install chromium >&2 && python -c "
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)" && exit 0
echo "No Chromium: install it (Debian: apt install chromium) or set CHROMIUM=/path/to/chromium." >&2
exit 1
