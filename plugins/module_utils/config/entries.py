# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the configuration is spelled: keys in Jool's spelling or in ours, and complaints that name their entry."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import ConfigurationInvalid

_BETWEEN_WORDS = re.compile(r"[\s_-]+")
COMMENT = "comment"
"""Jool allows it in every object and ignores it."""

LISTED_COMPLAINTS = 20
"""Complaints in one message; the others are counted."""


class EntryError(ValueError):
    """A value that makes no sense; the text says why, and whoever knows the entry names it."""


class Complaints:
    """All that is wrong with a configuration, so that an operator mends it in one go."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    @contextlib.contextmanager
    def about(self, entry: str) -> Iterator[None]:
        """Take down what is wrong with an entry and go on."""
        try:
            yield
        except EntryError as error:
            self.sentences.append(f"{entry}: {error}")

    def add(self, entry: str, sentence: str) -> None:
        """Take down something that is no exception."""
        self.sentences.append(f"{entry}: {sentence}")

    def refuse(self) -> None:
        """End here if there was anything.

        :raises ConfigurationInvalid: with every complaint.
        """
        if not self.sentences:
            return
        told = self.sentences[:LISTED_COMPLAINTS]
        if len(self.sentences) > len(told):
            told.append(f"and {len(self.sentences) - len(told)} more")
        raise ConfigurationInvalid("; ".join(told))


def canonical(key: object) -> str:
    """A key as this collection spells it: ``Port Range``, ``port-range`` and ``port_range`` are one."""
    return _BETWEEN_WORDS.sub("_", str(key).strip().lower())


def mapping(value: object, known: Sequence[str]) -> dict[str, Any]:
    """The keys of an object in this collection's spelling, without those that say nothing (comments).

    :raises EntryError: for what is no object, for an unknown key, and for one that is there in two spellings.
    """
    if not isinstance(value, Mapping):
        raise EntryError(f"this must be a dictionary, and is {shown(value)}")
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = canonical(key)
        if name == COMMENT:
            continue
        if name not in known:
            raise EntryError(f"unknown key '{key}'; known are {', '.join(known)}")
        if name in found:
            raise EntryError(f"'{name}' is there in two spellings")
        found[name] = inner
    return found


def entries(value: object) -> list[Any]:
    """The entries of a list.

    :raises EntryError: for what is no list.
    """
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence):
        raise EntryError(f"this must be a list, and is {shown(value)}")
    return list(value)


def needed(entry: Mapping[str, Any], key: str) -> Any:
    """A key that must be there.

    :raises EntryError: where it is not.
    """
    if entry.get(key) is None:
        raise EntryError(f"'{key}' is missing")
    return entry[key]


def number(value: object, low: int, high: int) -> int:
    """A whole number, also where it is text (templates give texts).

    :raises EntryError: for anything else, and out of range.
    """
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]+\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise EntryError(f"{shown(value)} is no whole number")
    if not low <= value <= high:
        raise EntryError(f"{value} is not between {low} and {high}")
    return int(value)


def choice(value: object, allowed: Sequence[str]) -> str:
    """One of some words, in any case.

    :raises EntryError: for another.
    """
    word = str(value).strip().lower()
    if word not in allowed:
        raise EntryError(f"{shown(value)} is none of {', '.join(allowed)}")
    return word


def shown(value: object) -> str:
    """A value in a message: short, whatever it is."""
    text = repr(str(value)) if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
