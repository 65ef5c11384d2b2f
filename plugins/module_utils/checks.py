# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of plain data that came from elsewhere: a saved file, or the facts of another play.

A check takes a value and raises `Malformed` when the value is not what it must be. Checks of containers are made of the
checks of what is in them. A message names the place and the type, and never the value: that may be personal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from socket import AF_INET6, inet_pton
from typing import Any, NoReturn

Check = Callable[[Any], None]

HIGHEST_COUNT = 2**64 - 1
"""The kernel counts in 64 bits."""


class Malformed(ValueError):
    """A value that is not what it must be.

    :ivar place: where, from the outermost container on: ``instances[0].total``.
    :ivar fault: what is wrong there.
    """

    def __init__(self, fault: str, place: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.place = place

    def within(self, step: str) -> Malformed:
        """The same fault, seen from the container.

        :param step: ``.name`` or ``[number]``.
        """
        return Malformed(self.fault, step + self.place)

    def __str__(self) -> str:
        place = self.place.removeprefix(".")
        return f"{place} {self.fault}" if place else f"it {self.fault}"


def count(value: Any) -> None:
    """A whole number from 0 on."""
    # Values of Ansible are of types that only derive from Python's own; true and false derive from int.
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"is {_kind(value)} and no whole number")
    if not 0 <= value <= HIGHEST_COUNT:
        raise Malformed("is below 0" if value < 0 else "is above what 64 bits hold")


def seconds(value: Any) -> None:
    """A time, not negative."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Malformed(f"is {_kind(value)} and no number")
    if not 0 <= value <= HIGHEST_COUNT or not math.isfinite(value):
        raise Malformed("is no number of seconds")


def text(value: Any) -> None:
    """A text, whatever is in it."""
    if not isinstance(value, str):
        raise Malformed(f"is {_kind(value)} and no text")


def flag(value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed(f"is {_kind(value)} and neither true nor false")


def moment(value: Any) -> None:
    """A time as `facts.shape.timestamp` writes it."""
    text(value)
    try:
        moment_of(value)
    except ValueError as error:
        raise Malformed("is no time of the form 2026-11-23T18:00:00Z") from error


def moment_of(value: str) -> datetime:
    """The time that a timestamp names.

    :raises ValueError: when it is none.
    """
    if len(value) != 20 or value[10] != "T" or value[19] != "Z" or not value.isascii():
        raise ValueError("no timestamp")
    return datetime.fromisoformat(value[:19]).replace(tzinfo=timezone.utc)


def one_of(words: Sequence[str]) -> Check:
    """One of these words."""

    def check(value: Any) -> None:
        text(value)
        if value not in words:
            raise Malformed(f"is none of {', '.join(words)}")

    return check


def optional(inner: Check) -> Check:
    """None, which means not gathered, or something that fulfils the inner check."""

    def check(value: Any) -> None:
        if value is not None:
            inner(value)

    return check


def items_of(value: Any) -> Sequence[Any]:
    """The items of a list.

    :raises Malformed: when it is none.
    """
    if not isinstance(value, (list, tuple)):
        raise Malformed(f"is {_kind(value)} and no list")
    return value


def entries_of(value: Any) -> Mapping[Any, Any]:
    """The mapping itself.

    :raises Malformed: when it is none.
    """
    if not isinstance(value, (dict, Mapping)):  # dict: the answer is quick, and nearly always the same
        raise Malformed(f"is {_kind(value)} and no mapping")
    return value


def mapping(value: Any) -> None:
    """A mapping, whatever is in it."""
    entries_of(value)


def list_of(inner: Check) -> Check:
    """A list whose items all fulfil the inner check."""

    def check(value: Any) -> None:
        items, number = items_of(value), 0
        try:
            for item in items:
                inner(item)
                number += 1
        except Malformed as error:
            raise error.within(f"[{number}]") from error

    return check


def row(columns: Mapping[str, Check]) -> Check:
    """A list of one value for each column, in this order."""
    checks = tuple(columns.items())

    def check(value: Any) -> None:
        items = items_of(value)
        if len(items) != len(checks):
            raise Malformed(f"has {len(items)} columns instead of {len(checks)}")
        column = checks[0]
        try:
            for column, item in zip(checks, items):
                column[1](item)
        except Malformed as error:
            raise error.within(f".{column[0]}") from error

    return check


def record(fields: Mapping[str, Check]) -> Check:
    """A mapping with at least these keys."""
    checks = tuple(fields.items())

    def check(value: Any) -> None:
        known = entries_of(value)
        name = ""
        try:
            for name, inner in checks:
                inner(known[name] if name in known else _missing())
        except Malformed as error:
            raise error.within(f".{name}") from error

    return check


def counts(value: Any) -> None:
    """A mapping of names to whole numbers."""
    known = entries_of(value)
    if set(map(type, known)) <= {str} and set(map(type, known.values())) <= {int}:
        # Nearly always; several times as fast as looking at one after the other.
        if known and not 0 <= min(known.values()) <= max(known.values()) <= HIGHEST_COUNT:
            raise Malformed("has a number that is no count")
        return
    mapping_of(count)(known)


def mapping_of(inner: Check) -> Check:
    """A mapping of names to values that all fulfil the inner check."""

    def check(value: Any) -> None:
        known = entries_of(value)
        for name in known:
            if not isinstance(name, str):
                raise Malformed(f"has a key that is {_kind(name)} and no text")
        try:
            for item in known.values():
                inner(item)
        except Malformed as error:
            # The key may be a client's prefix.
            raise Malformed(f"has a value that {error.fault}") from error

    return check


@contextmanager
def place(step: str) -> Iterator[None]:
    """What is malformed in here is seen from the container."""
    try:
        yield
    except Malformed as error:
        raise error.within(step) from error


def require_prefixes(prefixes: Iterable[str], length: int) -> None:
    """Refuse a text that is no IPv6 prefix of this length.

    :raises Malformed: for the first one.
    """
    end = f"/{length}"
    for prefix in prefixes:
        if not prefix.endswith(end):
            raise Malformed(f"has a key that is no prefix of length {length}")
        try:
            inet_pton(AF_INET6, prefix[: -len(end)])
        except (OSError, ValueError) as error:
            raise Malformed("has a key that is no IPv6 prefix") from error


def _missing() -> NoReturn:
    raise Malformed("is missing")


def _kind(value: Any) -> str:
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    return f"of the type {type(value).__name__}"


_KINDS: tuple[tuple[Any, str], ...] = (
    (type(None), "null"),
    (bool, "a truth value"),
    ((int, float), "a number"),
    (str, "a text"),
    (Mapping, "a mapping"),
    ((list, tuple), "a list"),
)
