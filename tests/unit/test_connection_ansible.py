# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible itself, its connection `local`, and a large table: the transports tell the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils.records.session import PROTOCOLS

ROOT = Path(__file__).resolve().parents[2]
CORES = {"this": Path(sys.executable).parent, "2.19": ROOT / ".venv-2.19" / "bin"}
"""ansible-core to where its programs are."""

SESSIONS = 60_000

HEADER = (
    "Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,IPv4 Local Address,"
    "IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State\n"
)

CHANGING = {"gathered_at", "started_at", "ended_at", "dest", "transport"}


def each_core() -> list[Any]:
    return [
        pytest.param(name, marks=pytest.mark.skipif(not (place / "ansible-playbook").exists(), reason=f"no {place}"))
        for name, place in CORES.items()
    ]


def row(number: int) -> str:
    client, port = f"2001:db8:64:{number % 7_000:x}::1", 1024 + number
    state = ("ESTABLISHED", "V6_INIT", "TRANS")[number % 3]
    return f"TCP,{client},{port},64:ff9b::c633:6405,443,192.0.2.1,{port},198.51.100.5,443,1:59:58.232,{state}\n"


@pytest.fixture
def jool(tmp_path: Path) -> Path:
    """A tool that answers from files, named for its arguments."""
    place = tmp_path / "host"
    place.mkdir()
    answers = {
        "--version": "4.1.9.0\n",
        "instance display --csv": "Namespace,Name,Framework\nab0,default,netfilter\n",
        "-i default stats display --csv": f"Stat,Value\nJSTAT_SESSIONS,{SESSIONS}\n",
        "-i default global display --csv": "Field,Value\n",
        "-i default session display --tcp --numeric --csv": HEADER + "".join(map(row, range(SESSIONS))),
    }
    for protocol in PROTOCOLS:
        pool4 = f"0,{protocol.upper()},192.0.2.1,1024,65535,1024,0\n"
        answers[f"-i default pool4 display --{protocol} --csv"] = (
            f"Mark,Protocol,Address,Min port,Max port,Iterations,Iterations fixed\n{pool4}"
        )
        answers.setdefault(f"-i default session display --{protocol} --numeric --csv", HEADER)
    for words, answer in answers.items():
        (place / words).write_text(answer, encoding="ascii")
    tool = place / "jool"
    tool.write_text(f'#!/bin/sh\nexec cat "{place}/$*"\n', encoding="utf-8")
    tool.chmod(0o755)
    return tool


def unchanging(facts: Any) -> Any:
    """The facts without what no two questions have in common."""
    if isinstance(facts, dict):
        return {name: unchanging(value) for name, value in facts.items() if name not in CHANGING}
    return [unchanging(value) for value in facts] if isinstance(facts, list) else facts


@pytest.mark.parametrize("core", each_core())
def test_a_large_table(core: str, jool: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    tasks: list[dict[str, Any]] = []
    for transport in ("host", "connection"):
        options = {
            "transport": transport,
            "jool_path": str(jool),
            "dest": f"{tmp_path}/{transport}.csv",
            "dest_format": "csv",
        }
        keep = {"content": "{{ answer | to_json }}", "dest": f"{tmp_path}/{transport}.json", "mode": "0600"}
        tasks += [
            {"name": "Ask", "nat64.jool.jool_session_facts": options, "register": "answer"},
            {"name": "Keep", "ansible.builtin.copy": keep},
        ]
    play = [{"name": "Play", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]
    (tmp_path / "playbook.yml").write_text(yaml.safe_dump(play, sort_keys=False), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(temporary),
    }
    command = [str(CORES[core] / "ansible-playbook"), "-vvv", "-i", "localhost,", str(tmp_path / "playbook.yml")]
    python = f"ansible_python_interpreter={CORES[core] / 'python'}"
    done = subprocess.run(
        [*command, "-e", python], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "/overflow." in done.stdout  # a part of it was kept in a file
    assert not list(temporary.glob("overflow.*"))
    of_host, of_connection = (
        json.loads((tmp_path / f"{transport}.json").read_text(encoding="utf-8"))["ansible_facts"]["jool_sessions"]
        for transport in ("host", "connection")
    )
    assert of_connection["total"] == SESSIONS
    assert of_connection["by_state"]["TRANS"] == SESSIONS // 3
    assert of_connection["complete"] is True
    assert unchanging(of_connection) == unchanging(of_host)
    table = (tmp_path / "connection.csv").read_bytes()
    assert table.count(b"\n") == SESSIONS + 1
    assert table == (tmp_path / "host.csv").read_bytes()
