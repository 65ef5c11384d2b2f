# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's guests as the tests use them: run a command, make traffic, ask the kernel."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T")
R = TypeVar("R")

ROOT = Path(__file__).resolve().parents[2]
INVENTORY = ROOT / ".lab" / "inventory.yml"

RELEASES = {"bullseye": "4.1.5", "bookworm": "4.1.9", "trixie": "4.1.13"}
"""Guest to Jool."""

WITH_BLUE = ("bookworm", "trixie")
"""Guests with a second translator, in the network namespace ``blue``."""

LASTING = {"tcp-trans-timeout": "1:00:00", "udp-timeout": "1:00:00", "icmp-timeout": "1:00:00"}
"""So that what was made at the start of a test is there at its end."""


PING = ("ip", "netns", "exec", "client6", "ping", "-n", "-c", "1", "-W", "2", "64:ff9b::198.51.100.5")
"""One packet through the translator `default`, and its answer; fails where there is none."""

EVERY_RELEASE = os.environ.get("LAB_EVERY_RELEASE") == "1"
"""Whether tests that take an emulated guest minutes run on all of them (``make integration LAB_EVERY_RELEASE=1``)."""


def long_test_on(name: str) -> list[str]:
    """The guests of a test that takes minutes: all of them where that is asked for, else this one."""
    return list(RELEASES) if EVERY_RELEASE else [name]


def those_of_long_test(guests: Mapping[str, Guest], name: str) -> dict[str, Guest]:
    """The guests of such a test among those that are up; where there is only one, it takes part."""
    names = long_test_on(name) if len(guests) > 1 else list(guests)
    return {each: guests[each] for each in names if each in guests}


@dataclass(frozen=True)
class Guest:
    """One guest of the lab."""

    name: str

    def run(self, *argv: str, check: bool = True) -> str:
        """Run a command as root and return what it prints."""
        command = [sys.executable, str(ROOT / "tests" / "lab"), "exec", self.name, "--", shlex.join(argv)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {shlex.join(argv)}: {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def traffic(self, *words: str) -> dict[str, Any]:
        """Make traffic; what must be in the tables because of it."""
        answer: dict[str, Any] = json.loads(self.run("lab-traffic", *words))
        return answer

    def restore(self) -> None:
        """No sessions, every translator as at boot."""
        self.traffic("clear")
        if self.name in WITH_BLUE:
            self.traffic("--netns", "blue", "clear")

    def pristine(self) -> None:
        """The same, with timeouts that are long enough for a test."""
        self.restore()
        for name, value in LASTING.items():
            self.run("jool", "global", "update", name, value)

    def table(self, protocol: str, instance: str = "default", netns: str = "") -> list[str]:
        """The rows as the guest's own tool prints them, without any code of ours."""
        namespace = ["ip", "netns", "exec", netns] if netns else []
        words = ["jool", "-i", instance, "session", "display", f"--{protocol}", "--numeric", "--csv", "--no-headers"]
        return self.run(*namespace, *words).splitlines()

    def write(self, path: str, text: str) -> None:
        """Put an executable file into the guest."""
        self.run("sh", "-c", f"printf %s {shlex.quote(text)} >{path} && chmod 755 {path}")


def side_by_side(work: Callable[[T], R], several: Iterable[T]) -> list[R]:
    """Do the same to several guests, or to what belongs to them, at once; what came of each."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, several))


def all_guests() -> list[Guest]:
    """Those that the running lab has."""
    hosts = yaml.safe_load(INVENTORY.read_text(encoding="utf-8"))["translators"]["hosts"]
    return [Guest(name) for name in RELEASES if name in hosts]
