# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions of packages apt knows. Source: apt-cache(8), ``apt-cache policy``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .programs import FormatError, Programs

_NAME = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.:-]*):")
_FIELD = re.compile(r"  (?P<field>Installed|Candidate): (?P<value>\S+)(?: .*)?")
_VERSION = re.compile(r" (?:\*\*\*|   ) (?P<version>\S+) -?\d+")
_NOTHING = "(none)"


class Package(NamedTuple):
    """One package.

    :ivar installed: its version; None where it is not installed.
    :ivar candidate: what would be installed; None where there is none.
    :ivar versions: all that there are, as apt lists them: the newest first.
    """

    installed: str | None = None
    candidate: str | None = None
    versions: tuple[str, ...] = ()


def read_policy(text: str) -> dict[str, Package]:
    """What ``apt-cache policy NAME...`` prints. A name that apt never heard of is not in it.

    :raises FormatError: for a line that is none of its.
    """
    packages: dict[str, Package] = {}
    name = ""
    for line in text.splitlines():
        if not line.strip():
            continue
        if not line.startswith(" "):
            head = _NAME.fullmatch(line)
            if not head:
                raise FormatError(line)
            name = head["name"]
            packages[name] = Package()
            continue
        if not name:
            raise FormatError(line)
        packages[name] = _with(packages[name], line)
    return packages


def _with(package: Package, line: str) -> Package:
    field = _FIELD.fullmatch(line)
    if field:
        value = None if field["value"] == _NOTHING else field["value"]
        return package._replace(installed=value) if field["field"] == "Installed" else package._replace(candidate=value)
    version = _VERSION.fullmatch(line)
    if version:
        return package._replace(versions=(*package.versions, version["version"]))
    # Where a version comes from ("        500 http://..."), the heading of the table, pins.
    return package


def packages(programs: Programs, names: Sequence[str]) -> dict[str, Package] | None:
    """What apt knows of these packages; None where there is no apt. Each name is in it."""
    told = programs.read(("apt-cache", "policy", *names), read_policy, "What apt can install is not known")
    return None if told is None else {name: told.get(name, Package()) for name in names}
