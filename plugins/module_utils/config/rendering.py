# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration as Jool's own file (``file handle``), and as lines that people compare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..records.release import Release
from .addresses import eamt_entries
from .bindings import bib_entries
from .configuration import Configuration
from .parameters import BY_NAME
from .pool4 import AUTO, Set, pool4_entries

DENYLIST_SINCE = Release(4, 1, 4)
"""Before, it is called blacklist4."""


def jool_document(configuration: Configuration, release: Release) -> dict[str, Any]:
    """What ``file handle`` of a release reads; see the reference of its format in NICMx/Jool src/usr/nl/json.c.

    :returns: keys in Jool's spelling, timeouts as text. Nothing that the release does not know.
    """
    known = {
        name: BY_NAME[name].kind.json(value)
        for name, value in configuration.parameters.items()
        if BY_NAME[name].known_to(release) and configuration.translator in BY_NAME[name].translators
    }
    document: dict[str, Any] = {
        "instance": configuration.name,
        "framework": configuration.framework,
        "global": known,
    }
    if configuration.is_nat64:
        document["pool4"] = [_range(configuration, entry) for entry in pool4_entries(configuration.pool4)]
        document["bib"] = [_spelled(entry) for entry in bib_entries(configuration.bib or ())]
    else:
        document["eamt"] = [_spelled(entry) for entry in eamt_entries(configuration.eamt)]
        word = "denylist4" if release >= DENYLIST_SINCE else "blacklist4"
        document[word] = [str(prefix) for prefix in sorted(configuration.denylist4)]
    return document


def _range(configuration: Configuration, entry: dict[str, Any]) -> dict[str, Any]:
    # "auto" is said, too: it is what the set has, whatever Jool's default becomes.
    which = Set(entry["mark"], entry["protocol"])
    iterations = configuration.pool4.iterations.get(which)
    more = {"max-iterations": iterations} if iterations is not None else {}
    return {**_spelled({key: value for key, value in entry.items() if key != "max_iterations"}), **more}


def _spelled(entry: Mapping[str, Any]) -> dict[str, Any]:
    spelled = {key.replace("_", " "): value for key, value in entry.items()}
    if "protocol" in spelled:
        spelled["protocol"] = str(spelled["protocol"]).upper()
    return spelled


def jool_json(configuration: Configuration, release: Release) -> str:
    """The same as text, the same for the same configuration."""
    return json.dumps(jool_document(configuration, release), indent=2) + "\n"


def lines(configuration: Configuration | None) -> str:
    """The configuration for people, one thing a line, so that two of them can be compared line by line."""
    if configuration is None:
        return ""
    told = [
        f"instance: {configuration.name}",
        *([f"netns: {configuration.netns}"] if configuration.netns else []),
        f"translator: {configuration.translator}",
        f"framework: {configuration.framework}",
        "global:",
        *(
            f"  {name}: {BY_NAME[name].kind.words(configuration.parameters[name])}"
            for name in BY_NAME
            if name in configuration.parameters
        ),
    ]
    if configuration.is_nat64:
        told += ["pool4:", *_pool4_lines(configuration)]
        if configuration.bib is not None:
            told += ["bib:", *(f"  {binding}" for binding in sorted(configuration.bib))]
    else:
        told += ["eamt:", *(f"  {eam}" for eam in sorted(configuration.eamt))]
        told += ["denylist4:", *(f"  {prefix}" for prefix in sorted(configuration.denylist4))]
    return "\n".join(told) + "\n"


def _pool4_lines(configuration: Configuration) -> list[str]:
    pool = configuration.pool4
    return [
        f"  {block.protocol} {block.prefix} {block.low}-{block.high} mark {block.mark}"
        f" max-iterations {pool.iterations.get(Set(block.mark, block.protocol), AUTO)}"
        for block in pool.blocks()
    ]
