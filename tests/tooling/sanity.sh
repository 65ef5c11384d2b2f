#!/usr/bin/env bash
# Run ansible-test sanity on a copy of the checkout: every test, no ignore file, no container.
# A test that ansible-test would skip counts as a failure.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

python=$ROOT/.venv/bin/python
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ignore=$(find tests -path 'tests/sanity/ignore*' -print -quit)
[ -z "$ignore" ] || die "$ignore: this collection has no sanity ignore file; fix the finding instead"
tests/tooling/install_shellcheck.sh || true

"$python" tests/tooling/seed_ansible_test_pip.py
copy=$("$python" tests/tooling/copy_collection.py)
# ansible-test looks for git upwards, and would find the checkout, which ignores the copy.
if command -v git >/dev/null && [ ! -d "$copy/.git" ]; then
    git init --quiet "$copy"
fi
mkdir -p .build/log
log=$ROOT/.build/log/sanity.txt
: >"$log"

# ansible-test finds further interpreters by their name in PATH.
interpreters=$ROOT/.build/interpreters
mkdir -p "$interpreters"

run() {
    # The screen gets the tests and their findings, the log gets pip's tale too.
    (cd "$copy" && PATH=$PATH:$interpreters ansible-test sanity --color no "$@" 2>&1) | tee -a "$log" |
        { grep --line-buffered -E '^(Running sanity test|ERROR|FATAL|WARNING: Skipping|See documentation)' || true; }
}

step "ansible-test sanity on Python $version (some minutes the first time, seconds later)"
status=0
run --python "$version" --requirements || status=$?

if oldest=$(tests/tooling/find_python.sh 3.9); then
    ln -sf "$oldest" "$interpreters/python3.9"
    step "ansible-test sanity on Python 3.9, the oldest on a managed host: compile and import"
    run --python 3.9 --requirements --test compile --test import || status=$?
fi

ran=$(grep -c '^Running sanity test ' "$log" || true)
failed=$(sed -nE 's/^(ERROR|FATAL): The ([0-9]+) sanity test\(s\).*/\2/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
skipped=$(grep -E 'Skipping (sanity )?test|All targets skipped' "$log" || true)
if [ -n "$skipped" ]; then
    printf '%s\n' "not run, so not passed:" "$skipped" >&2
    status=1
fi
if [ "$ran" -lt 20 ]; then
    echo "ansible-test ran only $ran tests" >&2
    status=1
fi
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
    failed=1
fi
for ((number = 0; number < ran - failed; number++)); do record passed sanity; done
for ((number = 0; number < failed; number++)); do record failed sanity; done
[ "$failed" = 0 ] || die "ansible-test sanity failed: the log is .build/log/sanity.txt"
step "ansible-test sanity: $ran tests passed"
