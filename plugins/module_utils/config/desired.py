# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one instance: what an operator wrote, checked as far as that is possible without a host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from ..records.kind import KINDS, NAT64, SIIT
from ..records.release import Release
from .addresses import Eam, read_denylist4, read_eamt
from .bindings import Binding, read_bib
from .configuration import FRAMEWORKS
from .entries import COMMENT, Complaints, EntryError, canonical, choice, mapping, shown
from .parameters import BY_OPTION, OLDEST, Value, unknown_to
from .pool4 import Pool4, read_pool4

DEFAULT_NAME = "default"
LONGEST_NAME = 15

SECTIONS = {NAT64: ("pool4", "bib"), SIIT: ("eamt", "denylist4")}
"""Tables that only one of the translators has."""

KEYS = ("name", "netns", "translator", "framework", "global", "pool4", "bib", "eamt", "denylist4")

ALIASES = {"instance": "name", "blacklist4": "denylist4"}
"""What Jool's file calls it."""

_NETNS = re.compile(r"[^/\s\x00-]?|[^/\s\x00-][^/\s\x00]*")

_PAYLOAD_BOUND_UNTIL = Release(4, 0, 8)


@dataclass(frozen=True)
class Desired:
    """What is wanted. None is what nobody said, and it is left as it is.

    :ivar parameters: Jool's name to value.
    :ivar force: what Jool has to be forced to is let through.
    """

    name: str
    netns: str = ""
    translator: str = NAT64
    framework: str | None = None
    parameters: Mapping[str, Value] | None = None
    pool4: Pool4 | None = None
    bib: frozenset[Binding] | None = None
    eamt: frozenset[Eam] | None = None
    denylist4: frozenset[IPv4Network] | None = None
    force: bool = False


def together(config: object, options: Mapping[str, Any]) -> dict[str, Any]:
    """One dictionary of a whole configuration (a jool.conf, or ``config`` of facts) and of single options, which win.

    :raises ConfigurationInvalid: for keys that are unknown, or there in two spellings.
    """
    complaints = Complaints()
    found: dict[str, Any] = {}
    with complaints.about("config"):
        for key, value in mapping({} if config is None else config, (*KEYS, *ALIASES)).items():
            name = ALIASES.get(key, key)
            if name in found:
                raise EntryError(f"'{name}' is there in two spellings")
            found[name] = value
    complaints.refuse()
    return {**found, **{name: value for name, value in options.items() if value is not None and name in KEYS}}


def read_desired(options: Mapping[str, Any], *, force: bool = False) -> Desired:
    """Read options as `together` gives them.

    :raises ConfigurationInvalid: with all that is wrong, each with the entry that it is about.
    """
    complaints = Complaints()
    translator, framework = NAT64, None
    with complaints.about("translator"):
        translator = choice(options.get("translator") or NAT64, KINDS)
    with complaints.about("framework"):
        framework = choice(options["framework"], FRAMEWORKS) if options.get("framework") is not None else None
    for other, sections in SECTIONS.items():
        for section in sections:
            if other != translator and options.get(section):
                complaints.add(section, f"a translator of kind '{translator}' has none, only '{other}' does")
    name = str(options.get("name") or DEFAULT_NAME)
    netns = str(options.get("netns") or "")
    with complaints.about("name"):
        _refuse_name(name)
    with complaints.about("netns"):
        if not _NETNS.fullmatch(netns) or netns in {".", ".."}:
            raise EntryError(f"{shown(netns)} is no name of a network namespace")
    given = {section: options[section] for section in SECTIONS[translator] if options.get(section) is not None}
    desired = Desired(
        name=name,
        netns=netns,
        translator=translator,
        framework=framework,
        parameters=_parameters(options.get("global"), translator, complaints, force),
        pool4=read_pool4(given["pool4"], complaints, force=force) if "pool4" in given else None,
        bib=read_bib(given["bib"], complaints) if "bib" in given else None,
        eamt=read_eamt(given["eamt"], complaints, force=force) if "eamt" in given else None,
        denylist4=read_denylist4(given["denylist4"], complaints, force=force) if "denylist4" in given else None,
        force=force,
    )
    complaints.refuse()
    return desired


def _refuse_name(name: str) -> None:
    if not 1 <= len(name.encode("utf-8", "replace")) <= LONGEST_NAME:
        raise EntryError(f"{shown(name)} does not have 1 to {LONGEST_NAME} characters")
    if not name.isascii() or not name.isprintable():
        raise EntryError(f"{shown(name)} has characters other than printable ASCII")


def _parameters(value: object, translator: str, complaints: Complaints, force: bool) -> Mapping[str, Value] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        complaints.add("global", f"this must be a dictionary, and is {shown(value)}")
        return None
    found: dict[str, Value] = {}
    for key, given in value.items():
        if canonical(key) == COMMENT:
            continue
        with complaints.about(f"global {key}"):
            parameter = BY_OPTION.get(canonical(key))
            if parameter is None:
                raise EntryError("Jool has no such parameter")
            if translator not in parameter.translators:
                raise EntryError(f"this is a parameter of '{parameter.translators[0]}', not of '{translator}'")
            if parameter.name in found:
                raise EntryError("this is there in two spellings")
            found[parameter.name] = parameter.read(given, force=force)
            if parameter.name == "pool6" and translator == NAT64 and found["pool6"] is None:
                raise EntryError("a NAT64 must have one")
    return found


def check_release(desired: Desired, release: Release) -> None:
    """Refuse what a release does not have.

    :raises ConfigurationInvalid: with all of it.
    """
    complaints = Complaints()
    if release < OLDEST:
        complaints.add("release", f"Jool {release} cannot be configured by this module, {OLDEST} and later can")
    for name in desired.parameters or {}:
        for sentence in unknown_to(release, desired.translator, [name]):
            complaints.add(f"global {name}", sentence)
    payload = (desired.parameters or {}).get("ss-max-payload")
    if isinstance(payload, int) and payload > 65535 and release < _PAYLOAD_BOUND_UNTIL:
        complaints.add("global ss-max-payload", f"{payload} is not between 0 and 65535 for Jool {release}")
    complaints.refuse()
