#!/usr/bin/env bash
# Exit 0 when shellcheck is there; as root on Debian install it first.
set -euo pipefail
. "$(dirname "$0")/env.sh"

command -v shellcheck >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    step "installing shellcheck"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get install -y --no-install-recommends shellcheck >/dev/null 2>&1 </dev/null; then
        exit 0
    fi
    apt-get update >/dev/null 2>&1 </dev/null
    apt-get install -y --no-install-recommends shellcheck >/dev/null </dev/null
    exit 0
fi
echo "shellcheck is not installed (apt-get install shellcheck): shell scripts go unchecked" >&2
exit 1
