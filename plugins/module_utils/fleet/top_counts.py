# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts of many keys of which only the busiest are known, merged with bounds.

A host lists its busiest clients and says how many others there are. What such lists say together is exact for some keys
and lies between two bounds for the others. Nothing is dropped when lists are merged: only who shows them cuts them.

Merging adds up, so it is associative and commutative, with `NOTHING` as the neutral element:

- the least that a key can have is the sum of what lists say of it;
- the most is the same, and for each list without the key the most that an unlisted key of that list can have.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TopCounts:
    """What is known of the counts of many keys.

    :ivar listed: key to (least, excess). The most that the key can have is ``unlisted_at_most + excess``, so that a list
        without the key can be added and the key be left alone.
    :ivar unlisted_at_most: the most that a key which is not listed can have.
    :ivar unlisted_keys_at_most: how many keys there can be that are not listed.
    :ivar unlisted_total_at_most: the most that all these keys can have together.
    :ivar distinct_seen: the largest number of distinct keys that one list told of.
    """

    listed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unlisted_at_most: int = 0
    unlisted_keys_at_most: int = 0
    unlisted_total_at_most: int = 0
    distinct_seen: int = 0

    @classmethod
    def of_list(cls, listed: Mapping[str, int] | None, distinct: int | None, total: int) -> TopCounts:
        """What one table's list of its busiest keys says.

        :param listed: the busiest keys and their exact counts; None where no list was made.
        :param distinct: how many keys the table has; None where nobody counted them.
        :param total: the rows of the table. A row may have no key.
        """
        known = listed or {}
        rest = max(0, total - sum(known.values()))
        # Each unlisted key has at least one row.
        keys = rest if distinct is None else min(rest, max(0, distinct - len(known)))
        if not keys:
            exact = {key: (number, number) for key, number in known.items()}
            return cls(exact, distinct_seen=len(exact))
        most = rest if distinct is None else rest - (keys - 1)
        if known:
            most = min(most, *known.values())
        return cls(
            {key: (number, number - most) for key, number in known.items()},
            unlisted_at_most=most,
            unlisted_keys_at_most=keys,
            unlisted_total_at_most=rest,
            distinct_seen=max(len(known), distinct or 0),
        )

    @property
    def distinct_at_least(self) -> int:
        """How many distinct keys there are at least."""
        return max(self.distinct_seen, len(self.listed))

    @property
    def distinct_at_most(self) -> int:
        """How many distinct keys there are at most."""
        return len(self.listed) + self.unlisted_keys_at_most

    def bounds(self, key: str) -> tuple[int, int]:
        """The least and the most that a key can have."""
        if key not in self.listed:
            return 0, self.unlisted_at_most
        least, excess = self.listed[key]
        return least, min(self.unlisted_at_most + excess, least + self.unlisted_total_at_most)

    def top(self, number: int) -> list[tuple[str, int, int]]:
        """The busiest keys with the least and the most that they can have, those first that surely have most."""
        known = heapq.nsmallest(number, self.listed.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
        return [(key, *self.bounds(key)) for key, _unused in known]

    def regrouped(self, group: Callable[[str], str]) -> TopCounts:
        """The same for groups of keys, each key in one group.

        A group has what its listed keys have, and perhaps all that is not listed.
        """
        sums: dict[str, int] = {}
        for key, (least, _unused) in self.listed.items():
            name = group(key)
            sums[name] = sums.get(name, 0) + least
        return TopCounts(
            {name: (least, least) for name, least in sums.items()},
            unlisted_at_most=self.unlisted_total_at_most,
            unlisted_keys_at_most=self.unlisted_keys_at_most,
            unlisted_total_at_most=self.unlisted_total_at_most,
            distinct_seen=min(1, self.distinct_seen),
        )


NOTHING = TopCounts()
"""Of no table at all."""


def merge_all(parts: Iterable[TopCounts]) -> TopCounts:
    """What all lists say together."""
    listed: dict[str, tuple[int, int]] = {}
    most = keys = total = seen = 0
    for part in parts:
        most += part.unlisted_at_most
        keys += part.unlisted_keys_at_most
        total += part.unlisted_total_at_most
        seen = max(seen, part.distinct_seen)
        for key, (least, excess) in part.listed.items():
            if key in listed:
                least_before, excess_before = listed[key]
                listed[key] = (least_before + least, excess_before + excess)
            else:
                listed[key] = (least, excess)
    return TopCounts(listed, most, keys, total, seen)


def merge(one: TopCounts, other: TopCounts) -> TopCounts:
    """What both say together; associative, commutative, with `NOTHING` as the neutral element."""
    return merge_all((one, other))
