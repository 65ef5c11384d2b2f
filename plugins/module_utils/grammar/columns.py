# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of an output, column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload


@dataclass(frozen=True)
class Columns:
    """Some rows of an output, column by column.

    :ivar names: the template's Values.
    :ivar values: for each of them its texts, "" where a row has none (a list of texts for Values with the option List).
    :ivar begun: whether a text may be the `Beginning` of a Value (see `record_loop`).
    """

    names: tuple[str, ...]
    values: Sequence[Sequence[str]]
    begun: bool = False

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.values[0])

    def rows(self) -> Iterator[dict[str, str]]:
        """The same, row by row."""
        for row in zip(*self.values):
            yield dict(zip(self.names, row))


class UsualText(Sequence[str]):
    """A column in which one text is usual: it is counted without a look at each row."""

    def __init__(self, others: Sequence[str | None], usual: str) -> None:
        """Make one.

        :param others: the texts, None where it is the usual one.
        """
        self._others = others
        self._usual = usual

    @cached_property
    def _texts(self) -> list[str]:
        return [self._usual if text is None else text for text in self._others]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._others)

    def __iter__(self) -> Iterator[str]:
        """The texts."""
        return iter(self._texts)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        """A text, or some."""
        return self._texts[place]

    def counts(self) -> Counter[str]:
        """How often each text comes."""
        found = Counter(filter(None, self._others))
        usual, others = self._others.count(None), sum(found.values())
        for text, count in ((self._usual, usual), ("", len(self) - usual - others)):
            if count:
                found[text] += count
        return found


def count_texts(column: Sequence[str]) -> Mapping[str, int]:
    """How often each text comes in a column. Columns that hold one text all over are common, and counted quickly."""
    if not column:
        return {}
    if isinstance(column, UsualText):
        return column.counts()
    same = column.count(column[0])
    return {column[0]: same} if same == len(column) else Counter(column)
