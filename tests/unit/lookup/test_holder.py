# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who held a transport address: never somebody who did not, whatever happened between two tables."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.lookup.holder import (
    BOTH,
    KNOWN,
    LASTING,
    NOBODY,
    READ,
    UNKNOWN,
    Holder,
    Look,
    Verdict,
    of_all,
    verdict,
)
from ansible_collections.nat64.jool.plugins.module_utils.store.finding import Sighting, StoredDump

A, B = "2001:db8:1::a", "2001:db8:1::b"


def sighting(client: str = A, expires_in: float = 300.0, protocol: str = "udp", **fields: object) -> Sighting:
    state = "ESTABLISHED" if protocol == "tcp" else None
    one = Sighting(protocol, "198.51.100.5", 53, client, 4001, expires_in, state)
    return one._replace(**fields)  # type: ignore[arg-type]


def look(began: float, *sightings: Sighting, seconds: float = 10.0) -> Look:
    return Look(StoredDump(1, "edge1", "", "default", began, began + seconds), sightings)


def of(client: str, protocol: str = "udp") -> Holder:
    return Holder(protocol, client, 4001)


CASES: dict[str, tuple[Look | None, Look | None, float, Verdict]] = {
    "while_it_was_read": (look(1000, sighting()), None, 1005, Verdict(KNOWN, (of(A),), (READ,))),
    "nobody_while_it_was_read": (look(1000), look(2000, sighting()), 1010, Verdict(NOBODY)),
    "longer_to_live": (look(1000, sighting()), look(2000, sighting(B)), 1300, Verdict(KNOWN, (of(A),), (LASTING,))),
    "no_longer": (look(1000, sighting()), look(2000, sighting(B)), 1300.1, Verdict(UNKNOWN, (of(A), of(B)))),
    "gone_after": (look(1000, sighting()), look(2000), 1900, Verdict(UNKNOWN, (of(A),))),
    "not_there_before": (look(1000), look(2000, sighting()), 1999, Verdict(UNKNOWN, (of(A),))),
    "on_neither_side": (look(1000), look(2000), 1500, Verdict(UNKNOWN)),
    "on_both_sides": (look(1000, sighting()), look(9000, sighting()), 8999, Verdict(KNOWN, (of(A),), (BOTH,))),
    "another_port_of_the_client": (
        look(1000, sighting()),
        look(9000, sighting(ipv6_remote_l4_id=4002)),
        8999,
        Verdict(UNKNOWN, (of(A), Holder("udp", A, 4002))),
    ),
    "the_longest_of_its_sessions": (
        look(1000, sighting(expires_in=10), sighting(expires_in=200, ipv4_remote_l4_id=54), sighting(expires_in=30)),
        None,
        1200,
        Verdict(KNOWN, (of(A),), (LASTING,)),
    ),
    # Closed right after the table was read, it is there for four minutes and not for two hours.
    "tcp": (
        look(1000, sighting(protocol="tcp", expires_in=7200)),
        None,
        1240,
        Verdict(KNOWN, (of(A, "tcp"),), (LASTING,)),
    ),
    "tcp_that_may_have_ended": (
        look(1000, sighting(protocol="tcp", expires_in=7200)),
        None,
        1241,
        Verdict(UNKNOWN, (of(A, "tcp"),)),
    ),
    "before_the_first_table": (None, look(1000, sighting()), 999, Verdict(UNKNOWN, (of(A),))),
    "no_table_at_all": (None, None, 999, Verdict(UNKNOWN)),
    "each_protocol_has_its_own": (
        look(1000, sighting(protocol="tcp", expires_in=200), sighting(B)),
        None,
        1100,
        Verdict(KNOWN, (of(A, "tcp"), of(B)), (LASTING, LASTING)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_tables_tell(name: str) -> None:
    before, after, at, wanted = CASES[name]
    assert verdict(before, after, at) == wanted


@pytest.mark.parametrize(
    ("verdicts", "wanted"),
    [
        ([], Verdict(UNKNOWN)),
        ([Verdict(NOBODY), Verdict(NOBODY)], Verdict(NOBODY)),
        # A synchronised pair: the one that has not heard of it yet is no witness against the other.
        ([Verdict(NOBODY), Verdict(KNOWN, (of(A),), (READ,))], Verdict(KNOWN, (of(A),), (READ,))),
        ([Verdict(KNOWN, (of(A),), (READ,))] * 2, Verdict(KNOWN, (of(A),), (READ,))),
        ([Verdict(NOBODY), Verdict(UNKNOWN)], Verdict(UNKNOWN)),
        ([Verdict(KNOWN, (of(A),), (READ,)), Verdict(KNOWN, (of(B),), (READ,))], Verdict(UNKNOWN, (of(A), of(B)))),
        ([Verdict(UNKNOWN, (of(A),)), Verdict(UNKNOWN, (of(B), of(A)))], Verdict(UNKNOWN, (of(A), of(B)))),
    ],
)
def test_what_several_instances_tell(verdicts: list[Verdict], wanted: Verdict) -> None:
    assert of_all(verdicts) == wanted


@dataclass
class Binding:
    """What really happened: from when to when a client had the address, and how long it had to live at a time."""

    client: str
    began: float
    ended: float
    timeout: float

    def row(self, at: float) -> list[Sighting]:
        """What a table shows of it. Its last packet was `timeout` before its end; until then it is kept alive."""
        last = self.ended - self.timeout
        return [sighting(self.client, self.ended - at if at > last else self.timeout)] if self.holds(at) else []

    def holds(self, at: float) -> bool:
        return self.began <= at < self.ended


@st.composite
def histories(draw: st.DrawFn) -> list[Binding]:
    """One after the other on the same address, with and without time between them."""
    bindings, now = [], 0.0
    for _number in range(draw(st.integers(0, 6))):
        now += draw(st.sampled_from([0.0, 1.0, 50.0, 400.0]))
        timeout = draw(st.sampled_from([60.0, 300.0]))
        ended = now + timeout + draw(st.sampled_from([0.0, 5.0, 700.0]))
        bindings.append(Binding(draw(st.sampled_from([A, B])), now, ended, timeout))
        now = ended
    return bindings


@given(histories(), st.lists(st.floats(0, 4000), max_size=5), st.floats(0, 4000), st.floats(0, 100))
def test_nobody_is_named_who_was_not_there(
    history: list[Binding], times: list[float], at: float, seconds: float
) -> None:
    """Tables are read at arbitrary times, each row some time after the reading of its table began."""
    looks = []
    for began in sorted(times):
        printed = began + seconds / 2
        rows = [row for one in history for row in one.row(printed)]
        looks.append((began, look(began, *rows, seconds=seconds)))
    before = [one for began, one in looks if began <= at][-1:]
    after = [one for began, one in looks if began > at][:1]
    found = verdict(before[0] if before else None, after[0] if after else None, at)
    event(found.word)
    truth = [of(one.client) for one in history if one.holds(at)]
    certain = [holder for holder, reason in zip(found.holders, found.reasons) if reason == LASTING]
    assert [holder for holder in certain if holder not in truth] == []
