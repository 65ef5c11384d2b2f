#!/usr/bin/env bash
# Audit the fleet of $INVENTORY, or the lab. $ARGS goes to ansible-playbook.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
inventory=${INVENTORY:-.lab/inventory.yml}
[ -e "$inventory" ] || [[ $inventory == *,* ]] || die "$inventory: no such inventory"
read -ra arguments <<<"${ARGS:-}"
umask 077 # sessions are personal data
mkdir -p audit
# The last report stays: it tells since when a finding is known. What this run writes is newer than this.
started=$(mktemp)
trap 'rm -f "$started"' EXIT
if [ -z "${INVENTORY:-}" ]; then
    python tests/lab demonstrate
fi
step "auditing $inventory"
status=0
ansible-playbook -i "$inventory" playbooks/fleet_audit.yml -e "$(printf '{"fleet_audit_directory": "%s/audit"}' "$ROOT")" \
    "${arguments[@]}" || status=$?
if [ audit/fleet.json -nt "$started" ]; then
    python -c 'import json; print(*json.load(open("audit/fleet.json"))["verdict"]["lines"], sep="\n")'
    echo "The report: $ROOT/audit/fleet.html"
fi
exit $status
