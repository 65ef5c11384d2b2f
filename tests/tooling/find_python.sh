#!/usr/bin/env bash
# Print the path of an interpreter.
#   find_python.sh          one that ansible-core 2.21 and 2.19 run on; $PYTHON overrides; may fetch a private one
#   find_python.sh 3.9      that version, or nothing and exit status 1
set -euo pipefail
. "$(dirname "$0")/env.sh"

# A name in PATH may be a shim that runs nothing: only an interpreter that answers counts.
# Prints the real executable, so that a virtual environment of another tool does not become the base of ours.
probe() { # COMMAND LOWEST HIGHEST
    "$1" - "$2" "$3" 2>/dev/null <<'PYTHON'
import os, sys
def number(text): return tuple(int(part) for part in text.split("."))
if not number(sys.argv[1]) <= sys.version_info[:2] <= number(sys.argv[2]):
    sys.exit(1)
import ensurepip, ssl, venv
path = sys.executable
if sys.prefix != sys.base_prefix:
    path = os.path.join(sys.base_prefix, "bin", "python%d.%d" % sys.version_info[:2])
print(path)
PYTHON
}

search() { # LOWEST HIGHEST VERSION...
    local lowest=$1 highest=$2 version candidate
    shift 2
    for version; do
        probe "python$version" "$lowest" "$highest" && return
    done
    probe python3 "$lowest" "$highest" && return
    for version; do
        for candidate in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
            probe "$candidate" "$lowest" "$highest" && return
        done
    done
    return 1
}

# PATH without our own .venv, which would find itself.
PATH=${PATH#"$ROOT/.venv/bin:"}

if [ $# -gt 0 ]; then
    search "$1" "$1" "$1"
    exit
fi

if [ -n "${PYTHON:-}" ]; then
    probe "$PYTHON" 3.12 3.14 || die "PYTHON=$PYTHON is no Python 3.12 to 3.14 with ssl, venv and ensurepip"
    exit 0
fi

# 3.13 first: ansible-core 2.19 does not run on 3.14, nor 2.21 on 3.11.
search 3.12 3.14 3.13 3.12 3.14 || "$ROOT/tests/tooling/private_python.sh"
