# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs of an instance, asked of the host."""

from __future__ import annotations

from dataclasses import dataclass

from ..client.instance import InstanceClient
from ..config.bindings import Binding, binding_of
from ..config.configuration import Configuration, running_configuration
from ..errors import UnreadableOutput
from ..records.bib import BibEntry
from ..records.kind import NAT64


@dataclass(frozen=True)
class Running:
    """What runs.

    :ivar configuration: None where there is no instance.
    :ivar in_the_way: dynamic BIB entries that have an address of a static one that is wanted, and another partner.
    """

    configuration: Configuration | None
    in_the_way: tuple[Binding, ...] = ()


def read_running(
    client: InstanceClient, translator: str, *, with_bib: bool, wanted: frozenset[Binding] = frozenset()
) -> Running:
    """Read an instance.

    :param with_bib: whether to look at the BIB, which is as long as there are clients.
    :param wanted: static entries to compare the dynamic ones with.
    :raises JoolError: one of `client.verdict`; `UnreadableOutput` for a value that is none.
    """
    found = client.running()
    if found is None:
        return Running(None)
    framework, parameters = found
    try:
        if translator != NAT64:
            return Running(
                running_configuration(
                    client.instance,
                    client.netns,
                    translator,
                    framework,
                    parameters,
                    eamt=client.mappings(),
                    denylist4=client.denied(),
                )
            )
        static, in_the_way = _bib(client, wanted) if with_bib else (None, ())
        configuration = running_configuration(
            client.instance,
            client.netns,
            translator,
            framework,
            parameters,
            pool4=client.ranges(),
            bib=static,
        )
    except ValueError as error:
        raise UnreadableOutput(str(error), host=client.host) from error
    return Running(configuration, in_the_way)


def _bib(client: InstanceClient, wanted: frozenset[Binding]) -> tuple[list[BibEntry], tuple[Binding, ...]]:
    """The static entries, and the dynamic ones that are in the way. The others are not kept: there may be a million."""
    ends = {(one.protocol, one.ipv6_address, one.ipv6_l4_id) for one in wanted}
    ends4 = {(one.protocol, one.ipv4_address, one.ipv4_l4_id) for one in wanted}
    static, in_the_way = [], []
    for entry in client.bib():
        if entry.is_static:
            static.append(entry)
        elif wanted:
            one = binding_of(entry)
            meets = (one.protocol, one.ipv6_address, one.ipv6_l4_id) in ends
            if (meets or (one.protocol, one.ipv4_address, one.ipv4_l4_id) in ends4) and one not in wanted:
                in_the_way.append(one)
    return static, tuple(in_the_way)
