# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a role of the collection on guests, and reads from Ansible's own words what it changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY
from ansible_collections.nat64.jool.tests.integration.runner import ansible

_RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<changed>\d+)\s+.*failed=(?P<failed>\d+)", re.MULTILINE)
_TASK = re.compile(r"^TASK \[(?:\S+ : )?(?P<name>[^\]]*)\]", re.MULTILINE)
_CHANGED = re.compile(r"^changed: \[(?P<host>[^\]\s]+)", re.MULTILINE)


def _sparing(place: Path) -> dict[str, str]:
    """An emulated processor pays for each process: what is known of a host is kept, and no module is copied first."""
    return {
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(place / "facts"),
    }


@dataclass(frozen=True)
class Played:
    """A play of one role that has ended.

    :ivar changed: host to the names of the tasks that changed something there, or would.
    :ivar failed: hosts on which it failed.
    """

    output: str
    changed: Mapping[str, Sequence[str]]
    failed: Sequence[str]


def play_role(
    role: str, variables: Mapping[str, Any], place: Path, hosts: Sequence[str], *arguments: str, core: str = "2.21"
) -> Played:
    """Run it.

    :param arguments: of ``ansible-playbook``, such as ``--check``.
    """
    place.mkdir(parents=True, exist_ok=True)
    play = {
        "name": "Play",
        "hosts": ",".join(hosts),
        "gather_facts": False,
        "become": True,
        "roles": [f"nat64.jool.{role}"],
    }
    playbook = place / "play.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    words = ("ansible-playbook", "-i", str(INVENTORY), str(playbook), "-e", json.dumps(variables), *arguments)
    done = ansible(core, *words, environment=_sparing(place.parent))
    output = done.stdout + done.stderr
    recap = {found["host"]: found for found in _RECAP.finditer(output)}
    assert set(recap) == set(hosts), output
    changed: dict[str, list[str]] = {host: [] for host in hosts}
    starts = [*_TASK.finditer(output)]
    for task, following in zip(starts, [*starts[1:], None]):
        part = output[task.end() : following.start() if following else len(output)]
        for found in _CHANGED.finditer(part):
            if task["name"] not in changed[found["host"]]:
                changed[found["host"]].append(task["name"])
    for host, found in recap.items():
        assert bool(changed[host]) == (found["changed"] != "0"), output
    return Played(output, changed, [host for host, found in recap.items() if found["failed"] != "0"])
