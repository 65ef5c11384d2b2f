# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of one instance, as it runs or as it is to run; what differs between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from ..records.bib import BibEntry
from ..records.eamt import EamtEntry
from ..records.global_parameters import GlobalParameters
from ..records.kind import NAT64
from ..records.pool4 import Pool4Range
from .addresses import Eam, eamt_entries, running_denylist4, running_eamt
from .bindings import Binding, bib_entries, binding_of
from .parameters import BY_NAME, Value
from .pool4 import AUTO, Pool4, pool4_entries, running_pool4

FRAMEWORKS = ("netfilter", "iptables")


@dataclass(frozen=True)
class Configuration:
    """One instance.

    :ivar netns: "" for the namespace that the connection ends in.
    :ivar framework: of `FRAMEWORKS`.
    :ivar parameters: Jool's name to value, see `config.parameters`; what is not there is not known, or not said.
    :ivar bib: the static entries; None where nobody looked.
    """

    name: str
    netns: str = ""
    translator: str = NAT64
    framework: str = FRAMEWORKS[0]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    pool4: Pool4 = field(default_factory=Pool4)
    bib: frozenset[Binding] | None = frozenset()
    eamt: frozenset[Eam] = frozenset()
    denylist4: frozenset[IPv4Network] = frozenset()

    @property
    def is_nat64(self) -> bool:
        """Whether this translates with state."""
        return self.translator == NAT64


def running_configuration(
    name: str,
    netns: str,
    translator: str,
    framework: str,
    parameters: GlobalParameters,
    *,
    pool4: Iterable[Pool4Range] = (),
    bib: Iterable[BibEntry] | None = (),
    eamt: Iterable[EamtEntry] = (),
    denylist4: Iterable[str] = (),
) -> Configuration:
    """The configuration as it was read from a host. Parameters that this collection does not know are left out.

    :param bib: None where nobody looked; dynamic entries are passed over.
    :raises ValueError: for a value that is none.
    """
    values = {name: BY_NAME[name].kind.read(value) for name, value in parameters.values.items() if name in BY_NAME}
    return Configuration(
        name=name,
        netns=netns,
        translator=translator,
        framework=framework,
        parameters=values,
        pool4=running_pool4(pool4),
        bib=None if bib is None else frozenset(binding_of(entry) for entry in bib if entry.is_static),
        eamt=running_eamt(eamt),
        denylist4=running_denylist4(denylist4),
    )


def differences(wanted: Configuration, found: Configuration) -> list[str]:
    """What of a configuration is not as it is wanted, in words. What is not known or not said is no difference."""
    told = []
    if wanted.framework != found.framework:
        told.append(f"framework is {found.framework}, not {wanted.framework}")
    for name, value in wanted.parameters.items():
        there = found.parameters.get(name)
        if name not in found.parameters or there != value:
            words = BY_NAME[name].kind.words
            told.append(f"{name} is {words(there) if name in found.parameters else 'missing'}, not {words(value)}")
    told += _pool4_differences(wanted.pool4, found.pool4)
    if wanted.bib is not None and found.bib is not None:
        told += _set_differences("bib", wanted.bib, found.bib)
    told += _set_differences("eamt", wanted.eamt, found.eamt)
    told += _set_differences("denylist4", wanted.denylist4, found.denylist4)
    return told


def _pool4_differences(wanted: Pool4, found: Pool4) -> list[str]:
    told = []
    for word, blocks in (("lacks", wanted.minus(found).blocks()), ("still has", found.minus(wanted).blocks())):
        told += [f"pool4 {word} {one.protocol} {one.prefix} {one.low}-{one.high} mark {one.mark}" for one in blocks]
    for which in sorted(wanted.sets() & found.sets()):
        there = found.iterations.get(which, AUTO)
        if wanted.iterations.get(which, there) != there:
            told.append(
                f"max-iterations of pool4 {which.protocol} mark {which.mark} is {there}, not {wanted.iterations[which]}"
            )
    return told


def _set_differences(what: str, wanted: frozenset[Any], found: frozenset[Any]) -> list[str]:
    missing = [f"{what} lacks {one}" for one in sorted(wanted - found)]
    return missing + [f"{what} still has {one}" for one in sorted(found - wanted)]


def as_options(configuration: Configuration) -> dict[str, Any]:
    """The same in the shape of the options of `jool_instance`, timeouts as seconds.

    :returns: ``bib`` is None where nobody looked; tables that the translator does not have are not there.
    """
    parameters = {
        BY_NAME[name].option: BY_NAME[name].kind.option(value) for name, value in configuration.parameters.items()
    }
    options: dict[str, Any] = {
        "name": configuration.name,
        "netns": configuration.netns,
        "translator": configuration.translator,
        "framework": configuration.framework,
        "global": parameters,
    }
    if configuration.is_nat64:
        options["pool4"] = pool4_entries(configuration.pool4)
        options["bib"] = None if configuration.bib is None else bib_entries(configuration.bib)
    else:
        options["eamt"] = eamt_entries(configuration.eamt)
        options["denylist4"] = [str(prefix) for prefix in sorted(configuration.denylist4)]
    return options
