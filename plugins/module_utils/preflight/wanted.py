# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Jool a host is to have, and what of it is there or to be had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..records.release import Release
from ..system.apt_packages import Package

NEWEST = "newest"

_UPSTREAM = re.compile(r"(?:\d+:)?(\d+\.\d+(?:\.\d+){0,2})(?![\d.])")


@dataclass(frozen=True)
class Target:
    """What a host will have.

    :ivar module: the release of the kernel module; None where it is not known before it is installed.
    :ivar tool: the release of the tools, likewise.
    :ivar packages: name of a package to the version to install, or that is there already.
    :ivar missing: names of packages to the versions that there are, where none of them is the wanted one.
    :ivar wanted: what was asked for.
    """

    module: Release | None = None
    tool: Release | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wanted: str = ""


def upstream(version: str) -> Release | None:
    """The release of Jool in the version of a package: 4.1.13 of ``4.1.13-1.1+b1``; None where there is none."""
    found = _UPSTREAM.match(version)
    return Release.parse(found[1]) if found else None


def choose(package: Package, wanted: str) -> str | None:
    """The version of a package to have.

    :param wanted: "" takes what is installed, and the newest where nothing is; `NEWEST` the newest; else a version of
        the package, or a release of Jool, of which it takes the newest package.
    :returns: None where there is none.
    """
    if not wanted:
        return package.installed or package.candidate
    if wanted == NEWEST:
        return package.candidate
    known = (*((package.installed,) if package.installed else ()), *package.versions)
    if wanted in known:
        return wanted
    release = Release.named(wanted)
    return next((version for version in known if release is not None and upstream(version) == release), None)


def of_packages(module: str, tools: str, known: Mapping[str, Package], wanted: str) -> Target:
    """What comes of packages.

    :param module: the name of the package with the module, `tools` of that with the tools.
    """
    chosen: dict[str, str] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys((module, tools)):
        package = known.get(name, Package())
        version = choose(package, wanted)
        if version is None:
            missing[name] = package.versions
        else:
            chosen[name] = version
    return Target(
        module=upstream(chosen[module]) if module in chosen else None,
        tool=upstream(chosen[tools]) if tools in chosen else None,
        packages=chosen,
        missing=missing,
        wanted=wanted,
    )


def of_release(wanted: str) -> Target:
    """What comes of sources of one release, or of packages that nothing is known of beforehand."""
    release = None if wanted in ("", NEWEST) else upstream(wanted)
    return Target(module=release, tool=release, wanted=wanted)
