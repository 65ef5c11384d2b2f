# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sessions are asked for: a predicate over records, made from an operator's words."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Union

from .session import STATES, Session

ADDRESS_FIELDS = ("ipv6_remote_address", "ipv6_local_address", "ipv4_local_address", "ipv4_remote_address")
L4_ID_FIELDS = ("ipv6_remote_l4_id", "ipv6_local_l4_id", "ipv4_local_l4_id", "ipv4_remote_l4_id")

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
Predicate = Callable[[Session], bool]


class FilterError(ValueError):
    """A filter that makes no sense; the text names the option and the value."""


@lru_cache(maxsize=65536)
def _address(text: str) -> int:
    return int(ipaddress.ip_address(text))


def _within(field: str, networks: Sequence[Network]) -> Predicate:
    spans = [(int(network.network_address), int(network.broadcast_address)) for network in networks]

    def matches(session: Session) -> bool:
        text = getattr(session, field)
        if text is None:
            return False
        number = _address(text)
        return any(first <= number <= last for first, last in spans)

    return matches


def _one_of(field: str, wanted: frozenset[object]) -> Predicate:
    return lambda session: getattr(session, field) in wanted


def _networks(field: str, words: Sequence[str]) -> list[Network]:
    version = 6 if field.startswith("ipv6") else 4
    networks: list[Network] = []
    for word in words:
        try:
            network = ipaddress.ip_network(word)
        except ValueError as error:
            raise FilterError(f"{field}: {error}") from error
        if network.version != version:
            raise FilterError(f"{field}: {word} is an IPv{network.version} address, this side has IPv{version}")
        networks.append(network)
    return networks


@dataclass(frozen=True)
class SessionFilter:
    """The sessions that fulfil every part; within a part, one of its values is enough. Empty parts ask for nothing.

    :ivar states: Jool's words, in upper case.
    :ivar addresses: one of `ADDRESS_FIELDS` to addresses or prefixes of that side.
    :ivar l4_ids: one of `L4_ID_FIELDS` to ports or ICMP identifiers.
    :ivar expires_before: seconds; sessions with less than this left.
    :ivar expires_after: seconds; sessions with at least this left.
    """

    states: tuple[str, ...] = ()
    addresses: Mapping[str, Sequence[str]] | None = None
    l4_ids: Mapping[str, Sequence[int]] | None = None
    expires_before: float | None = None
    expires_after: float | None = None

    def predicate(self) -> Predicate | None:
        """The test of a record, None where everything is asked for.

        A field that the output had a name for, instead of a number, fulfils no filter.

        :raises FilterError: for values that no session can have.
        """
        tests: list[Predicate] = []
        if self.states:
            unknown = sorted(set(self.states) - set(STATES))
            if unknown:
                raise FilterError(f"states: {', '.join(unknown)} is no state of Jool; they are {', '.join(STATES)}")
            tests.append(_one_of("state", frozenset(self.states)))
        for field, words in (self.addresses or {}).items():
            if words:
                tests.append(_within(field, _networks(field, words)))
        for field, numbers in (self.l4_ids or {}).items():
            if numbers:
                if any(not 0 <= number <= 65535 for number in numbers):
                    raise FilterError(f"{field}: an L4-ID lies between 0 and 65535")
                tests.append(_one_of(field, frozenset(numbers)))
        tests.extend(self._expiry())
        if not tests:
            return None
        return lambda session: all(test(session) for test in tests)

    def _expiry(self) -> list[Predicate]:
        before, after = self.expires_before, self.expires_after
        if before is not None and after is not None and before <= after:
            raise FilterError(f"no session expires before {before:g} s and not before {after:g} s")
        tests: list[Predicate] = []
        if before is not None:
            tests.append(lambda session: session.expires_in < before)
        if after is not None:
            tests.append(lambda session: session.expires_in >= after)
        return tests
