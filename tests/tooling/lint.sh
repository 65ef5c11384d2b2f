#!/usr/bin/env bash
# Every static check but ansible-test's. All run, then the failed ones are named.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
failed=()

check() { # NAME COMMAND...
    local name=$1 output
    shift
    step "$name"
    if output=$("$@" 2>&1); then
        record passed "lint: $name"
    else
        printf '%s\n' "$output" >&2
        record failed "lint: $name"
        failed+=("$name")
    fi
}

check_types() {
    local status=0
    MYPYPATH=.collections mypy --python-version 3.9 --package ansible_collections.nat64.jool.plugins.module_utils |
        sed 's|^\.collections/ansible_collections/nat64/jool/||' || status=1
    if [ -f tests/lab/__init__.py ]; then
        MYPYPATH=tests mypy --package lab || status=1
    fi
    MYPYPATH=tests:.collections mypy --package benchmark || status=1
    return $status
}

check_docs() {
    antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all \
        "$ROOT/.collections/ansible_collections/nat64/jool"
}

check_shell() {
    local scripts=()
    mapfile -t scripts < <(find .ci tests -name '.lab' -prune -o -type f \( -name '*.sh' -o -path '.ci/*' \) -print | sort)
    shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
}

check "ruff check" ruff check --quiet .
check "ruff format" ruff format --check --quiet .
check "mypy" check_types
check "antsibull-changelog" antsibull-changelog lint
check "antsibull-docs" check_docs
check "galaxy build" python tests/tooling/check_artifact.py
if tests/tooling/install_shellcheck.sh; then
    check "shellcheck" check_shell
else
    record skipped "lint: shellcheck"
fi
check "ansible-lint" ansible-lint --offline --profile production --strict -q

if [ ${#failed[@]} -gt 0 ]; then
    die "lint failed: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
fi
step "all checks passed"
