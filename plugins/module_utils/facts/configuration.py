# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The running configuration of an instance, in the words of the options of `jool_instance`.

Names are Jool's own with underscores, so that what was read can be given back. What an instance of its kind does not
have is None (a NAT64 has no EAMT).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..client.translator import Translator
from ..config.pool4 import AUTO, INFINITY
from ..records.bib import BibEntry
from ..records.eamt import EamtEntry
from ..records.global_parameters import Value
from ..records.kind import NAT64
from ..records.pool4 import Pool4Range
from ..records.session import PROTOCOLS
from .places import Place

Configuration = dict[str, Any]


def read_configuration(translator: Translator, place: Place) -> Configuration:
    """The configuration of an instance (3.6 and later).

    :raises JoolError: one of `client.verdict`, `UnreadableOutput`; what is known in part is not given out.
    """
    name, netns = place.name, place.netns
    is_nat64 = translator.kind == NAT64
    return {
        "name": name,
        "netns": netns,
        "translator": translator.kind,
        "framework": place.framework,
        "global": parameters(translator.global_parameters(name, netns).values),
        "pool4": ranges(translator.pool4(PROTOCOLS, name, netns)) if is_nat64 else None,
        "bib": bindings(translator.static_bib(name, netns)) if is_nat64 else None,
        "eamt": None if is_nat64 else mappings(translator.eamt(name, netns)),
        "denylist4": None if is_nat64 else translator.denylist4(name, netns),
    }


def parameters(values: Mapping[str, Value]) -> dict[str, Value]:
    """Global parameters: times in seconds, but ``ss_flush_deadline``, which is in milliseconds as Jool takes it."""
    return {name.replace("-", "_"): value for name, value in values.items()}


def ranges(pool4: Iterable[Pool4Range]) -> list[dict[str, Any]]:
    """Pool4, in the order of the kernel."""
    return [
        {
            "protocol": entry.protocol,
            "prefix": entry.address,
            "port_range": f"{entry.port_min}-{entry.port_max}",
            "mark": entry.mark,
            "max_iterations": _iterations(entry),
        }
        for entry in pool4
    ]


def bindings(entries: Iterable[BibEntry]) -> list[dict[str, Any]]:
    """Static entries of the BIB, with ``address#port`` as Jool writes it."""
    return [
        {
            "protocol": entry.protocol,
            "ipv6_address": f"{entry.ipv6_address}#{entry.ipv6_l4_id}",
            "ipv4_address": f"{entry.ipv4_address}#{entry.ipv4_l4_id}",
        }
        for entry in entries
    ]


def mappings(entries: Iterable[EamtEntry]) -> list[dict[str, str]]:
    """The EAMT."""
    return [{"ipv6_prefix": entry.ipv6_prefix, "ipv4_prefix": entry.ipv4_prefix} for entry in entries]


def _iterations(entry: Pool4Range) -> int | str | None:
    """None where the release prints nothing of it."""
    if entry.max_iterations_fixed is None:
        return None
    if not entry.max_iterations_fixed:
        return AUTO
    return INFINITY if entry.max_iterations is None else entry.max_iterations
