#!/usr/bin/env bash
# Exit 0 when Chromium and its driver are there; as root on Debian install them first. The page of the reports is tested in it.
set -euo pipefail
. "$(dirname "$0")/env.sh"

command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    step "installing chromium (a minute)"
    export DEBIAN_FRONTEND=noninteractive
    packages=(chromium chromium-driver fonts-dejavu-core)
    if apt-get install -y --no-install-recommends "${packages[@]}" >/dev/null 2>&1 </dev/null; then
        exit 0
    fi
    apt-get update >/dev/null 2>&1 </dev/null
    apt-get install -y --no-install-recommends "${packages[@]}" >/dev/null </dev/null
    exit 0
fi
echo "chromium is not installed (apt-get install chromium chromium-driver): the page of the reports is not tested in a browser" >&2
exit 1
