#!/usr/bin/env bash
# Build the documentation of the plugins: HTML from the same source as ansible-doc.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
rm -rf .build/docs
mkdir -p .build/docs .build/log
step "collecting the documentation of the plugins"
antsibull-docs sphinx-init --use-current --squash-hierarchy --sphinx-theme alabaster --project nat64.jool \
    --title "nat64.jool" --html-short-title nat64.jool --dest-dir .build/docs nat64.jool >.build/log/docs.txt
(
    cd .build/docs
    # No network: links into Ansible's own documentation stay plain text.
    echo 'intersphinx_mapping = {}' >>conf.py
    mkdir rst
    chmod og-w rst
    antsibull-docs --config-file antsibull-docs.cfg collection --use-current --squash-hierarchy --dest-dir rst nat64.jool
    step "building HTML"
    sphinx-build -q -b html -c . rst html
) >>.build/log/docs.txt 2>&1 || {
    tail -n 20 .build/log/docs.txt >&2
    die "building the documentation failed: see .build/log/docs.txt"
}
echo ".build/docs/html/index.html"
