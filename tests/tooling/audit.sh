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
rm -f audit/overview.txt
if [ -z "${INVENTORY:-}" ]; then
    python tests/lab demonstrate
fi
step "auditing $inventory"
status=0
ansible-playbook -i "$inventory" playbooks/session_facts.yml -e "$(printf '{"jool_session_facts_directory": "%s/audit"}' "$ROOT")" \
    "${arguments[@]}" || status=$?
if [ -f audit/overview.txt ]; then
    cat audit/overview.txt
fi
exit $status
