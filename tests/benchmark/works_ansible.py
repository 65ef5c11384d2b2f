# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole run of ansible-playbook against a host whose `jool` answers from files: with the collection, and without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .answers import Answer, summary_answer
from .cost import Cost, run_with_children
from .tables import SHARES, Table

HERE = Path(__file__).resolve().parent
RECORDED = HERE.parent / "unit" / "captures" / "4.1.9"
_SHOWN = re.compile(r'^ok: \[localhost\] => (\{\n    "msg": .*?^\})$', re.MULTILINE | re.DOTALL)


def facts_run(table: Table) -> tuple[Answer, Cost]:
    """``jool_session_facts`` with a summary."""
    return _run("facts.yml", table)


def command_run(table: Table) -> tuple[Answer, Cost]:
    """``command`` three times, ``from_csv`` and ``set_fact``, ``groupby``."""
    return _run("command.yml", table)


def lean_command_run(table: Table) -> tuple[Answer, Cost]:
    """The same without a fact: one expression reads and counts."""
    return _run("command_lean.yml", table)


def _run(playbook: str, table: Table) -> tuple[Answer, Cost]:
    with tempfile.TemporaryDirectory() as place:
        answers = Path(place, "answers")
        _prepare(answers, table)
        settings = Path(place, "ansible.cfg")
        settings.touch()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(HERE.parents[1] / ".collections"),
            "ANSIBLE_CONFIG": str(settings),
            "ANSIBLE_HOME": f"{place}/home",
            "ANSIBLE_NOCOLOR": "1",
            "BENCHMARK_ANSWERS": str(answers),
        }
        command = [
            str(Path(sys.executable).with_name("ansible-playbook")),
            "--inventory=localhost,",
            "--connection=local",
            "--extra-vars",
            json.dumps({"jool": str(HERE / "jool.sh"), "ansible_python_interpreter": sys.executable}),
            str(HERE / "playbooks" / playbook),
        ]
        output, cost = run_with_children(command, env=environment, stdin=subprocess.DEVNULL)
    return _answer(output), cost


def _prepare(place: Path, table: Table) -> None:
    """A file for each question that is asked of an instance with this table."""
    place.mkdir()
    texts = {
        "--version": "4.1.9.0\n",
        "instance_display_--csv": "Namespace,Name,Framework\nab080d00,default,netfilter\n",
        "-i_default_stats_display_--csv": f"Stat,Value\nJSTAT_SESSIONS,{table.sessions}\n",
    }
    for protocol in SHARES:
        header = "Mark,Protocol,Address,Min port,Max port,Iterations,Iterations fixed\n"
        ranges = "".join(f"0,{protocol.upper()},192.0.2.{host},1024,65535,infinite,1\n" for host in range(64))
        texts[f"-i_default_pool4_display_--{protocol}_--csv"] = header + ranges
    for name, text in texts.items():
        (place / name).write_text(text, encoding="ascii")
    (place / "-i_default_global_display_--csv").symlink_to(RECORDED / "global-default-csv.out")
    for protocol, path in table.outputs("csv"):
        (place / f"-i_default_session_display_--{protocol}_--numeric_--csv").symlink_to(path)


def _answer(output: str) -> Answer:
    """The counts that the last task showed. The busiest clients are compared in other works."""
    shown: dict[str, Any] = json.loads(_SHOWN.findall(output)[-1])["msg"]
    return summary_answer(shown["by_protocol"], shown["by_state"], shown["by_pool4_address"], None)
