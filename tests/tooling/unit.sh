#!/usr/bin/env bash
# Run the unit tests on the controller's Python, and those of the engine on Python 3.9, the oldest on a managed host.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
status=0
read -ra arguments <<<"${ARGS:-}"

report() { # NAME
    if [ -n "${RESULTS:-}" ]; then
        # The closing line of `make test` counts: two less of verbosity leaves out pytest's own.
        echo "-qq --junitxml=$RESULTS/$1.xml"
    fi
}

# Without a browser the tests of the reports' page are skipped and say so; in CI they fail.
tests/tooling/install_chromium.sh || true

# Two files at a time, in their order (slow ones are first): many tests wait for a process of their own.
beside=(--numprocesses 2 --dist loadscope --no-loadscope-reorder)

step "unit tests"
# shellcheck disable=SC2046
.venv/bin/python -m pytest "${beside[@]}" tests/unit $(report unit) "${arguments[@]}" || status=$?

if oldest=$(tests/tooling/find_python.sh 3.9); then
    # Made here and not by `make setup`: most machines have no 3.9.
    if [ "$(cat .venv-3.9/.ready 2>/dev/null)" != "$ROOT" ] || [ tests/requirements/python-3.9.txt -nt .venv-3.9/.ready ]; then
        tests/tooling/venv.sh .venv-3.9 tests/requirements/python-3.9.txt "the engine alone" "$oldest"
    fi
    step "unit tests of the engine on Python 3.9"
    # shellcheck disable=SC2046
    PYTHONPATH=tests/tooling .venv-3.9/bin/python -m pytest "${beside[@]}" -p engine_only tests/unit $(report unit-3.9) \
        "${arguments[@]}" || status=$?
else
    step "no Python 3.9 here: the engine is tested on $(.venv/bin/python --version) only"
    record skipped "unit: engine on Python 3.9"
fi
exit $status
