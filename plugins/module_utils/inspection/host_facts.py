# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a host that are looked at, as `jool_facts` gives them: what they must be like, and ways into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from ..checks import (
    Malformed,
    count,
    entries_of,
    flag,
    list_of,
    mapping,
    mapping_of,
    moment,
    one_of,
    optional,
    record,
    text,
)
from ..records.kind import KINDS, NAT64, SIIT, TOOLS

SCHEMA = 1
"""Of ``ansible_facts.jool``, see `facts.host_shape`."""

HostFacts = Mapping[str, Any]
Instance = Mapping[str, Any]

_KEY_OF_MODULE = {NAT64: "module", SIIT: "siit_module"}
_KEY_OF_TOOL = {NAT64: "tool", SIIT: "siit_tool"}


def check_host_facts(value: Any) -> None:
    """Refuse what are no facts of a host.

    :raises Malformed: with the place and the fault.
    """
    schema = entries_of(value).get("schema")
    if isinstance(schema, bool) or schema != SCHEMA:
        raise Malformed(f"is {schema!r:.40}, known is {SCHEMA}", ".schema")
    _FIELDS(value)


def _ipv4(value: Any) -> None:
    text(value)
    try:
        IPv4Address(value)
    except AddressValueError as error:
        raise Malformed("is no IPv4 address") from error


_KERNEL = record(
    {
        "release": text,
        "dkms_state": optional(text),
        "modules": mapping_of(record({"on_disk": optional(flag), "version": optional(text)})),
    }
)
_CONFIG = record(
    {
        "global": mapping,
        "pool4": optional(
            list_of(
                record(
                    {"protocol": text, "prefix": text, "port_range": text, "mark": optional(count)},
                )
            )
        ),
        "bib": optional(list_of(record({"protocol": text, "ipv6_address": text, "ipv4_address": text}))),
        "eamt": optional(list_of(record({"ipv6_prefix": text, "ipv4_prefix": text}))),
        "denylist4": optional(list_of(text)),
    }
)
_FIELDS = record(
    {
        "gathered_at": moment,
        "complete": flag,
        "warnings": list_of(text),
        **{name: optional(text) for name in ("tool", "module", "module_on_disk")},
        **{name: optional(text) for name in ("siit_tool", "siit_module", "siit_module_on_disk")},
        "kernels": optional(
            record({"running": optional(_KERNEL), "next": optional(_KERNEL), "next_known_by": optional(text)})
        ),
        "instances": optional(
            list_of(
                record(
                    {
                        "translator": one_of(KINDS),
                        "name": text,
                        "netns": text,
                        "framework": optional(text),
                        "config": optional(_CONFIG),
                        "statistics": optional(mapping_of(record({"value": optional(count)}))),
                    }
                )
            )
        ),
        "offloads": optional(
            list_of(
                record(
                    {
                        "netns": text,
                        "interface": text,
                        "features": optional(mapping_of(optional(record({"enabled": flag, "fixed": flag})))),
                    }
                )
            )
        ),
        "sysctls": optional(list_of(record({"netns": text, "parameters": optional(mapping)}))),
        "sockets": optional(
            list_of(
                record(
                    {
                        "netns": text,
                        "listening": optional(
                            list_of(record({"protocol": text, "address": optional(_ipv4), "port": count}))
                        ),
                    }
                )
            )
        ),
        "ipv4_addresses": optional(list_of(record({"netns": text, "addresses": optional(list_of(_ipv4))}))),
    }
)


def instance_label(translator: str, netns: str, name: str) -> str:
    """What a person calls an instance."""
    place = f"{netns}/{name}" if netns else name
    return f"{place} (SIIT)" if translator == SIIT else place


def label_of(instance: Instance) -> str:
    """The same of an instance of the facts."""
    return instance_label(instance["translator"], instance["netns"], instance["name"])


def instances_of(facts: HostFacts) -> list[Instance]:
    """The instances; none where they are not known."""
    return list(facts["instances"] or ())


def module_release(facts: HostFacts, translator: str) -> str | None:
    """The release of the loaded module of one kind of translator."""
    found: str | None = facts[_KEY_OF_MODULE[translator]]
    return found


def tool_release(facts: HostFacts, translator: str) -> str | None:
    """The release of its tool."""
    found: str | None = facts[_KEY_OF_TOOL[translator]]
    return found


def modules_in_use(facts: HostFacts) -> list[str]:
    """The names of the modules that are loaded; that of NAT64 where none is."""
    loaded = [TOOLS[kind] for kind in KINDS if module_release(facts, kind) is not None]
    return loaded or [TOOLS[NAT64]]


def of_namespace(entries: Any, netns: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a network namespace in a list of the facts, none where it was not gathered."""
    return (entry for entry in entries or () if entry["netns"] == netns)
