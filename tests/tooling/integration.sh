#!/usr/bin/env bash
# Run the integration tests. The lab is up already.
# First what takes all guests, then what takes one: the guests work side by side.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
read -ra arguments <<<"${ARGS:-}"

# What each guest is alone with: its name, then files.
left_out=(--ignore tests/integration/test_bare_guest.py) # make bare
if [ "${LAB_EVERY_RELEASE:-}" = 1 ]; then
    alone=(
        "bullseye tests/integration/test_instance.py"
        "bookworm tests/integration/test_large_table.py tests/integration/test_instance.py"
        "trixie tests/integration/test_instance.py"
    )
else
    alone=(
        "bookworm tests/integration/test_large_table.py tests/integration/test_facts.py tests/integration/test_install.py"
        "trixie tests/integration/test_instance.py"
    )
    # Roles with many tasks, on several guests at once: a quarter to half an hour each.
    for name in configure synchronisation deploy; do
        left_out+=(--ignore "tests/integration/test_$name.py")
    done
fi

report() { # NAME
    if [ -n "${RESULTS:-}" ]; then
        echo "-qq --junitxml=$RESULTS/$1.xml"
    fi
}

if [ ${#arguments[@]} -gt 0 ]; then
    step "integration tests: ${arguments[*]}"
    # shellcheck disable=SC2046
    exec .venv/bin/python -m pytest tests/integration $(report integration) "${arguments[@]}"
fi

status=0
for one in "${alone[@]}"; do
    read -ra words <<<"$one"
    for file in "${words[@]:1}"; do
        left_out+=(--ignore "$file")
    done
done
step "integration tests"
# shellcheck disable=SC2046
.venv/bin/python -m pytest tests/integration $(report integration) "${left_out[@]}" || status=$?

mkdir -p .build/log
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
for one in "${alone[@]}"; do
    read -ra words <<<"$one"
    name=${words[0]}
    selected=()
    if [ "${LAB_EVERY_RELEASE:-}" = 1 ]; then
        selected=(-k "$name or large_table") # a file has tests of every guest
    fi
    step "integration tests that $name is alone with (in the background: .build/log/integration-$name.txt)"
    # shellcheck disable=SC2046
    .venv/bin/python -m pytest "${words[@]:1}" "${selected[@]}" $(report "integration-$name") \
        >".build/log/integration-$name.txt" 2>&1 </dev/null &
    pids+=($!)
done
for index in "${!alone[@]}"; do
    name=${alone[index]%% *}
    wait "${pids[index]}" || status=$?
    step "what they printed on $name"
    cat ".build/log/integration-$name.txt"
done
trap - EXIT
exit $status
