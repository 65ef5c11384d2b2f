# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that ``make audit`` runs: every host in the overview, whatever became of it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, RELEASES
from ansible_collections.nat64.jool.tests.integration.runner import ansible

# Beside the lab: a host that is off, and one whose user may not ask.
TROUBLE = """
translators:
  hosts:
    dark:
      ansible_host: 127.0.0.1
      ansible_port: 1
    locked:
      ansible_host: 127.0.0.1
      ansible_port: "{{ hostvars.bookworm.ansible_port }}"
      ansible_user: viewer
      ansible_become: false
      ansible_ssh_private_key_file: "{{ hostvars.bookworm.ansible_ssh_private_key_file }}"
      ansible_ssh_common_args: "{{ hostvars.bookworm.ansible_ssh_common_args }}"
"""


@pytest.mark.parametrize("transport", ["connection", "ssh"])
def test_overview(known_traffic: dict[str, Any], tmp_path: Path, transport: str) -> None:
    trouble = tmp_path / "trouble.yml"
    trouble.write_text(TROUBLE, encoding="utf-8")
    place = tmp_path / "audit"
    settings = {"jool_session_facts_directory": str(place), "jool_session_facts_transport": transport}
    playbook = ("ansible-playbook", "nat64.jool.session_facts", "-e", json.dumps(settings))
    done = ansible("2.21", *playbook, "-i", str(INVENTORY), "-i", str(trouble))
    overview = (place / "overview.txt").read_text(encoding="utf-8")

    assert done.returncode != 0
    assert "2 of 5 hosts gave no answer: dark, locked" in done.stdout
    assert overview.startswith("Sessions of 3 of 5 hosts, ")
    assert "dark: NO ANSWER, not counted" in overview
    assert "locked: NO ANSWER, not counted" in overview
    assert "CAP_NET_ADMIN capability required" in overview
    for guest, release in RELEASES.items():
        made = known_traffic[guest]["expected"]["sessions"]
        counts = ", ".join(f"{protocol} {made[protocol]['total']}" for protocol in ("tcp", "udp", "icmp"))
        assert f"{guest}: Jool {release}, " in overview
        assert f"    instance default: {counts}\n        tcp states: ESTABLISHED 3, " in overview
        table = place / f"{guest}.jsonl"
        assert stat.S_IMODE(table.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "overview.txt").stat().st_mode) == 0o600
    assert {path.name for path in place.iterdir()} == {"overview.txt", *(f"{guest}.jsonl" for guest in RELEASES)}
