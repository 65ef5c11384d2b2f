# shellcheck shell=bash
# Sourced by the other scripts: the root of the checkout, the place of the collection, the tools of .venv, progress lines.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export ROOT
export ANSIBLE_COLLECTIONS_PATH=$ROOT/.collections
export ANSIBLE_NOCOWS=1
export PATH=$ROOT/.venv/bin:$PATH
# ansible-core refuses to start without a UTF-8 locale, and a bare machine has none set.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
*[Uu][Tt][Ff]*8*) ;;
*) export LC_ALL=C.UTF-8 ;;
esac

step() {
    printf '==> %s\n' "$*" >&2
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# record RESULT NAME: one line for the closing summary of `make test`.
record() {
    if [ -n "${RESULTS:-}" ]; then
        printf '%s\t%s\n' "$1" "$2" >>"$RESULTS/checks.tsv"
    fi
}
