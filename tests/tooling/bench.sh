#!/usr/bin/env bash
# bench.sh [--quick]: run the benchmark. As root on Debian it installs the peers mawk and gawk where they are missing.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

missing=()
for program in mawk gawk; do
    command -v "$program" >/dev/null || missing+=("$program")
done
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    step "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get install -y --no-install-recommends "${missing[@]}" ||
            { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; }
    } >/dev/null 2>&1 </dev/null || step "apt-get could not install them: their rows stay empty"
fi

exec .venv-bench/bin/python tests/benchmark "$@"
