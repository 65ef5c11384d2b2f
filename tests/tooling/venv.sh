#!/usr/bin/env bash
# venv.sh DIRECTORY REQUIREMENTS CONTENT [PYTHON]: build a virtual environment with the newest usable interpreter, or PYTHON.
# Its stamp `.ready` holds the path of the checkout.
set -euo pipefail
. "$(dirname "$0")/env.sh"
directory=$1 requirements=$2 content=$3 base=${4:-}
cd "$ROOT"

[ -n "$base" ] || base=$(tests/tooling/find_python.sh)
version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

if [ "$content" = "ansible-core 2.19" ] && [ "$version" = 3.14 ]; then
    base=$(tests/tooling/find_python.sh 3.13 || tests/tooling/find_python.sh 3.12) ||
        die "ansible-core 2.19 runs on Python 3.11 to 3.13: install python3.13 beside 3.14"
    version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
fi

step "building the virtual environment $directory ($content, Python $version): up to a minute"
rm -rf "$directory"
"$base" -m venv "$directory"
log=$directory/pip.log
if ! "$directory/bin/python" -m pip install --disable-pip-version-check --no-input --requirement "$requirements" >"$log" 2>&1; then
    grep -v 'is ignored: it is neither a file nor a directory' "$log" | tail -n 20 >&2
    die "pip could not install $requirements: see $directory/pip.log"
fi
echo "$ROOT" >"$directory/.ready"
