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
settings=$(printf '{"fleet_audit_directory": "%s/audit"}' "$ROOT")
if [ -z "${INVENTORY:-}" ]; then
    # What SSH comes in by: no translated packet does.
    arguments=(-e '{"fleet_audit_accept": ["receive_offload:interface eth0"]}' "${arguments[@]}")
fi
ansible-playbook -i "$inventory" playbooks/fleet_audit.yml -e "$settings" "${arguments[@]}" || status=$?
if [ audit/fleet.json -nt "$started" ]; then
    python -c 'import json; print(*json.load(open("audit/fleet.json"))["verdict"]["lines"], sep="\n")'
    echo "The report: $ROOT/audit/fleet.html"
fi
exit $status
