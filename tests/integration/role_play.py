# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays a role of the collection, or tasks, on guests, and tells what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY
from ansible_collections.nat64.jool.tests.integration.runner import ansible

_LINE = re.compile(r"TASK \[(?:[\w.]+ : )?(?P<task>.*?)\] \*|(?P<word>changed|fatal|failed): \[(?P<host>[\w.-]+)")
_RECAP = re.compile(r"^([\w.-]+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Played:
    """A play that has ended.

    :ivar changed: host to the names of the tasks that changed it.
    :ivar failed: hosts that failed, or could not be reached.
    """

    output: str
    changed: Mapping[str, frozenset[str]]
    failed: frozenset[str]


def play_role(
    role: str, place: Path, hosts: Sequence[str], variables: Mapping[str, Any], *words: str, core: str = "2.21"
) -> Played:
    """Run a role on hosts of the lab.

    :param place: a directory for the playbook. Runs with directories side by side share what is known of hosts.
    :param words: more of the command line, such as ``--check``.
    """
    return play(place, hosts, {"roles": [f"nat64.jool.{role}"], "vars": dict(variables)}, *words, core=core)


def play(place: Path, hosts: Sequence[str], body: Mapping[str, Any], *words: str, core: str = "2.21") -> Played:
    """Run a play on hosts of the lab.

    :param body: the rest of the play.
    """
    place.mkdir(parents=True, exist_ok=True)
    playbook = place / "playbook.yml"
    whole = {"hosts": ",".join(hosts), "gather_facts": False, **body}
    playbook.write_text(yaml.safe_dump([whole], sort_keys=False), encoding="utf-8")
    done = played(place, str(playbook), *words, core=core)
    assert set(done.changed) == set(hosts), done.output
    return done


def played(place: Path, playbook: str, *words: str, core: str = "2.21") -> Played:
    """Run a playbook on the lab, and read what became of it.

    :param playbook: its file, or its name in the collection.
    """
    # An emulated processor pays for each process: what is known of a host is kept, and no module is copied first.
    sparing = {
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(place.parent / "facts"),
    }
    done = ansible(core, "ansible-playbook", "-i", str(INVENTORY), playbook, *words, environment=sparing)
    output = done.stdout + done.stderr
    recap = _RECAP.findall(output)
    changed: dict[str, set[str]] = {host: set() for host, *_numbers in recap}
    task = ""
    for match in _LINE.finditer(output):
        if match["task"] is not None:
            task = match["task"]
        elif match["word"] == "changed":
            changed[match["host"]].add(task)
    for host, number, *_others in recap:
        assert bool(changed[host]) == (number != "0"), output
    failed = frozenset(host for host, _changed, away, wrong in recap if int(away) + int(wrong))
    return Played(output, {host: frozenset(tasks) for host, tasks in changed.items()}, failed)
