# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jool's global parameters: type, range, default and release of each.

Source: NICMx/Jool src/common/global.c and src/mod/common/db/global.c, 4.0.0 to 4.2.0-rc3. A value inside is a bool,
an int (timeouts: milliseconds), a tuple of int (mtu-plateaus), a text, or None (a prefix that is not set).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Union

from ..records.kind import KINDS, NAT64, SIIT
from ..records.release import Release
from .entries import EntryError, canonical
from .values import (
    HAIRPIN_MODE,
    IPV4_PREFIX,
    IPV6_PREFIX,
    NUMBER,
    PLATEAUS,
    POOL6,
    SWITCH,
    TIMEOUT,
    U32_MAX,
    Kind,
)

Value = Union[bool, int, str, tuple[int, ...], None]

OLDEST = Release(4, 0)
"""The first release that this module configures: before, there is no ``file handle``."""

NEWEST = Release(4, 1, 15)
"""What is rendered for where nobody says a release."""

_HOUR, _MINUTE = 3_600_000, 60_000
_DEFAULT_PLATEAUS = (65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68)


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    :ivar name: Jool's.
    :ivar kind: how its value is read and written.
    :ivar default: of a fresh instance.
    :ivar translators: who has it.
    :ivar low: the least value, in the unit of the kind.
    :ivar high: the greatest one.
    :ivar since: the first release that has it.
    :ivar until: the first one that has it no more.
    :ivar defaults: what the default was, and the first release with another one; in the order of releases.
    """

    name: str
    kind: Kind
    default: Value
    translators: tuple[str, ...] = KINDS
    low: int = 0
    high: int = U32_MAX
    since: Release = OLDEST
    until: Release | None = None
    defaults: tuple[tuple[Value, Release], ...] = ()

    @property
    def option(self) -> str:
        """The name as this collection spells it."""
        return canonical(self.name)

    def known_to(self, release: Release) -> bool:
        """Whether a release has it."""
        return self.since <= release and (self.until is None or release < self.until)

    def default_in(self, release: Release) -> Value:
        """The value in a fresh instance of a release."""
        return next((value for value, changed in self.defaults if release < changed), self.default)

    def read(self, value: object, *, force: bool = False) -> Value:
        """A value in any notation, checked.

        :raises EntryError: for another type, and out of range.
        """
        found: Value = self.kind.read(value)
        if self.kind is POOL6 and found is not None:
            found = POOL6.check(found, force)
        if isinstance(found, int) and not isinstance(found, bool) and not self.low <= found <= self.high:
            low, high = self.kind.words(self.low), self.kind.words(self.high)
            raise EntryError(f"{self.kind.words(found)} is not between {low} and {high}")
        return found


_FOR_NAT64, _FOR_SIIT = (NAT64,), (SIIT,)


def _switch(name: str, default: bool = False, translators: tuple[str, ...] = KINDS) -> Parameter:
    return Parameter(name, SWITCH, default, translators)


def _number(
    name: str, default: int, low: int = 0, high: int = U32_MAX, translators: tuple[str, ...] = KINDS
) -> Parameter:
    return Parameter(name, NUMBER, default, translators, low, high)


def _timeout(name: str, default: int, low: int) -> Parameter:
    return Parameter(name, TIMEOUT, default, _FOR_NAT64, low=low)


PARAMETERS: tuple[Parameter, ...] = (
    _switch("manually-enabled", True),
    Parameter("pool6", POOL6, None),
    replace(_number("lowest-ipv6-mtu", 1280, 1280), since=Release(4, 1, 0)),
    replace(_switch("trace"), since=Release(4, 0, 8), until=Release(4, 1, 2)),
    replace(_switch("logging-debug"), since=Release(4, 1, 2)),
    _switch("zeroize-traffic-class"),
    _switch("override-tos"),
    _number("tos", 0, 0, 255),
    Parameter("mtu-plateaus", PLATEAUS, _DEFAULT_PLATEAUS),
    _switch("amend-udp-checksum-zero", translators=_FOR_SIIT),
    Parameter("eam-hairpin-mode", HAIRPIN_MODE, "intrinsic", (SIIT,)),
    _switch("randomize-rfc6791-addresses", True, translators=_FOR_SIIT),
    Parameter("rfc6791v6-prefix", IPV6_PREFIX, None, (SIIT,)),
    Parameter("rfc6791v4-prefix", IPV4_PREFIX, None, (SIIT,)),
    _switch("address-dependent-filtering", translators=_FOR_NAT64),
    _switch("drop-externally-initiated-tcp", translators=_FOR_NAT64),
    _switch("drop-icmpv6-info", translators=_FOR_NAT64),
    _switch("source-icmpv6-errors-better", True, translators=_FOR_NAT64),
    _number("f-args", 11, 0, 15, translators=_FOR_NAT64),
    _switch("handle-rst-during-fin-rcv", translators=_FOR_NAT64),
    _timeout("tcp-est-timeout", 2 * _HOUR, 2 * _HOUR),
    _timeout("tcp-trans-timeout", 4 * _MINUTE, 4 * _MINUTE),
    _timeout("udp-timeout", 5 * _MINUTE, 2 * _MINUTE),
    _timeout("icmp-timeout", _MINUTE, 0),
    _switch("logging-bib", translators=_FOR_NAT64),
    _switch("logging-session", translators=_FOR_NAT64),
    _number("maximum-simultaneous-opens", 10, translators=_FOR_NAT64),
    _switch("ss-enabled", translators=_FOR_NAT64),
    replace(_switch("ss-flush-asap", translators=_FOR_NAT64), defaults=((True, Release(4, 1, 13)),)),
    _number("ss-flush-deadline", 2000, translators=_FOR_NAT64),
    _number("ss-capacity", 512, translators=_FOR_NAT64),
    _number("ss-max-payload", 1452, translators=_FOR_NAT64),
    replace(
        _number("ss-max-sessions-per-packet", 36, translators=_FOR_NAT64),
        since=Release(4, 1, 11),
        defaults=((10, Release(4, 1, 13)),),
    ),
)
"""In the order in which 4.1.15 prints them."""

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
BY_OPTION = {parameter.option: parameter for parameter in PARAMETERS}


def parameters_of(translator: str, release: Release | None = None) -> list[Parameter]:
    """Those of a translator, and of a release where one is given."""
    return [
        parameter
        for parameter in PARAMETERS
        if translator in parameter.translators and (release is None or parameter.known_to(release))
    ]


def unknown_to(release: Release, translator: str, names: Iterable[str]) -> list[str]:
    """Sentences about parameters that a release does not have."""
    told = []
    for name in names:
        parameter = BY_NAME[name]
        if translator in parameter.translators and not parameter.known_to(release):
            when = f"it came with {parameter.since}" if release < parameter.since else f"it went with {parameter.until}"
            told.append(f"Jool {release} has no such parameter, {when}")
    return told
