# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: Markdown that tells what each row means and where it was measured."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import textwrap
from collections.abc import Sequence
from pathlib import Path

from . import fleet_report
from .fleet import FleetResults
from .plan import Contestant, Section
from .table import MEGABYTE, table
from .targets import Results, Target

LIBRARIES = ("ansible-core", "textfsm", "ntc-templates", "ttp", "polars")

INTRODUCTION = """\
# How fast it is

Made by `make bench`; do not edit. Every contestant works in a process of its own, in turn with the others of its
section, {rounds} unless it says otherwise. Figures are medians; what is set beside something is the median of the
ratios, round by round. Trust the ratios: seconds differ between machines.

The tables are made from a seed: what a live query of Jool 4 prints for TCP, UDP and ICMP (70, 25 and 5 %), one output
after the other, in the kernel's order, with several addresses a client and several sessions for some transport
addresses. Contestants with the same question must come to the same answer, or there is no report.

CPU is user and system time of all threads. The start of Python and its imports are counted for nobody, except in the
run of Ansible. Memory is the most that the process had at a time, interpreter included; 1 MB is 1,000,000 bytes.
"""

SHORT = """
**This was a short run**: tables are a fraction of their size, and what happens once weighs more. It says nothing about
targets.
"""


def report(
    sections: Sequence[Section],
    targets: Sequence[Target],
    results: Results,
    fleet: FleetResults,
    rounds: int,
    machine: str,
    short: bool,
) -> str:
    """The whole page.

    :param machine: see `machine`.
    :param short: whether sizes were a fraction of the plan's.
    """
    parts = [INTRODUCTION.format(rounds=_times(rounds))]
    if short:
        parts.append(SHORT)
    parts.append("\n## Targets\n\n")
    parts.append(_targets(targets, results, fleet))
    for section in sections:
        parts.append(f"\n## {section.title}\n\n{textwrap.fill(section.text, 120)}\n\n")
        parts.append(_section(section, results, rounds))
    parts.append(fleet_report.section(fleet))
    parts.append("\n## The machine\n\n")
    parts.append(textwrap.fill(machine, 120) + "\n")
    return "".join(parts)


def missed(targets: Sequence[Target], results: Results, fleet: FleetResults) -> list[str]:
    """The works whose targets are not met, or could not be measured."""
    late = [target.work for target in targets if _verdict(target, results)[1] != "yes"]
    return late + [work for work, _most, _measured, met in fleet_report.targets(fleet) if not met]


def _verdict(target: Target, results: Results) -> tuple[str, str]:
    try:
        measured = target.measured(results)
    except KeyError:
        return "not measured here", "unknown"
    return target.unit.format(measured), "yes" if measured <= target.at_most else "no"


def _targets(targets: Sequence[Target], results: Results, fleet: FleetResults) -> str:
    rows = []
    for target in targets:
        measured, met = _verdict(target, results)
        rows.append((target.work, target.unit.format(target.at_most), measured, met))
    for work, at_most, measured, is_met in fleet_report.targets(fleet):
        rows.append((work, at_most, measured, "yes" if is_met else "no"))
    return table(("work", "at most", "measured", "met"), rows)


def _section(section: Section, results: Results, rounds: int) -> str:
    titles = ["who", "sessions", "CPU, s", "CPU, µs a session", "memory, MB"]
    base = next((one for one in section.contestants if section.key(one) == section.beside), None)
    if base:
        titles.append(f"CPU beside {base.title}")
    return table(titles, [_row(section, one, base, results, rounds) for one in section.contestants])


def _row(section: Section, one: Contestant, base: Contestant | None, results: Results, rounds: int) -> list[str]:
    key = section.key(one)
    held = results.tables[one.table]
    title = one.title.format(clients=f"{held.client_prefixes:,}")
    if one.rounds and one.rounds < rounds:
        title += f" ({_times(one.rounds)})"
    row = [title, f"{held.sessions:,}"]
    if key not in results.measures:
        return [*row, "not installed here", *[""] * (3 if base else 2)]
    cpu = results.cpu(key)
    row += [f"{cpu:.2f}", f"{cpu / held.sessions * 1e6:.2f}", f"{results.peak(key) / MEGABYTE:.1f}"]
    if base and section.key(base) not in results.measures:
        row.append("")
    elif base:
        # Of the same number of sessions, where one works on a part of the table.
        part = held.sessions / results.tables[base.table].sessions
        row.append(f"{results.ratio(key, section.key(base)) / part:.2f} x")
    return row


def _times(rounds: int) -> str:
    return "once" if rounds == 1 else f"{rounds} times"


def machine() -> str:
    """Where it was measured, and with which releases."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    programs = [version for name in ("mawk", "gawk") if (version := _version(name))]
    cores = f"{len(os.sched_getaffinity(0))} cores of {model.group(1) if model else platform.machine()}"
    return ", ".join((cores, system, python, *libraries, *programs))


def _version(program: str) -> str:
    """The first line of what an awk says of itself, cut after its version; "" where there is none."""
    if not shutil.which(program):
        return ""
    option = "-W" if program == "mawk" else "--version"
    command = [program, option, *(["version"] if program == "mawk" else [])]
    words = subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    return words.splitlines()[0].split(",")[0]
