#!/usr/bin/env bash
# Make the checkout, wherever it lies, visible as the collection nat64.jool: .collections/ansible_collections/nat64/jool.
set -euo pipefail
. "$(dirname "$0")/env.sh"

mkdir -p "$ROOT/.collections/ansible_collections/nat64"
ln -sfn "$ROOT" "$ROOT/.collections/ansible_collections/nat64/jool"
echo "$ROOT" >"$ROOT/.collections/.ready"
