# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs Ansible as an operator would, and brings the answers of all hosts back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nat64.jool.tests.benchmark.cost import Cost, run_with_children
from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, ROOT

CORES = {"2.21": ROOT / ".venv", "2.19": ROOT / ".venv-2.19"}
"""ansible-core to its virtual environment."""

TASK_SECONDS = 900


@dataclass(frozen=True)
class Case:
    """One task.

    :ivar options: of the module.
    :ivar keywords: of the task.
    :ivar module: of the collection.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    keywords: Mapping[str, Any] = field(default_factory=dict)
    module: str = "jool_session_facts"


@dataclass(frozen=True)
class Run:
    """An ``ansible-playbook`` that has ended.

    :ivar results: host to case to the task's result.
    :ivar cost: what it cost the controller, where that was asked for.
    """

    status: int
    output: str
    results: Mapping[str, Mapping[str, Any]]
    cost: Cost | None = None


def _variables(more: Mapping[str, str] | None = None) -> dict[str, str]:
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_FORKS": "10",
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
        **(more or {}),
    }


def ansible(core: str, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of one ansible-core."""
    command = [str(CORES[core] / "bin" / words[0]), *words[1:]]
    return subprocess.run(
        command,
        env=_variables(environment),
        capture_output=True,
        text=True,
        timeout=TASK_SECONDS,
        check=False,
        cwd=ROOT,
    )


def ask(
    core: str,
    cases: Mapping[str, Case],
    place: Path,
    hosts: Sequence[str] = ("translators",),
    measured: bool = False,
) -> Run:
    """Run every case on every host, in one play, whatever becomes of the ones before.

    :param place: a directory for the playbook and the answers.
    :param measured: whether to look at what it costs; whoever measures wants one case on one host.
    """
    tasks: list[dict[str, Any]] = [
        {
            "name": name,
            f"nat64.jool.{case.module}": dict(case.options),
            "register": f"case_{name}",
            "ignore_errors": True,
            "ignore_unreachable": True,
            **case.keywords,
        }
        for name, case in cases.items()
    ]
    names = ", ".join(f"'{name}': case_{name}" for name in cases)
    keep = {
        "name": "Keep the answers",
        "ansible.builtin.copy": {
            "content": "{{ {" + names + "} | to_json }}",
            "dest": f"{place}/{{{{ inventory_hostname }}}}.json",
            "mode": "0600",
        },
        "delegate_to": "localhost",
        "connection": "local",
    }
    # Free: a guest does not wait at each case for the slowest.
    play = {
        "name": "Ask",
        "hosts": ",".join(hosts),
        "gather_facts": False,
        "strategy": "free",
        "tasks": [*tasks, keep],
    }
    playbook = place / "playbook.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    words = ("ansible-playbook", "-i", str(INVENTORY), str(playbook))
    cost: Cost | None = None
    if measured:
        command = [str(CORES[core] / "bin" / words[0]), *words[1:]]
        output, cost = run_with_children(command, env=_variables(), cwd=ROOT)
        status = 0
    else:
        done = ansible(core, *words)
        status, output = done.returncode, done.stdout + done.stderr
    results = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in place.glob("*.json")}
    return Run(status, output, results, cost)
