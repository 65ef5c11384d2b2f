#!/usr/bin/env bash
# Run the integration tests. The lab is up already.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
read -ra arguments <<<"${ARGS:-}"
if [ -n "${RESULTS:-}" ]; then
    arguments+=(-qq "--junitxml=$RESULTS/integration.xml")
fi
step "integration tests"
exec .venv/bin/python -m pytest tests/integration "${arguments[@]}"
