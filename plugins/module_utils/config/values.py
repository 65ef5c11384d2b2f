# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of values that a global parameter can have, and their notations: what an operator writes, what Jool's JSON
and its command line want, and what this collection gives back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .entries import EntryError, choice, number, shown
from .prefixes import ipv4_prefix, ipv6_prefix, pool6_prefix

U32_MAX = 4294967295

MOST_PLATEAUS = 64

_SWITCHES = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+)(?:\.(\d{3}))?")
_NOT_SET = ("", "null", "none", "(unset)")


def _same(value: Any) -> Any:
    return value


def _unchecked(value: Any, _force: bool) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    :ivar name: for documents.
    :ivar read: from any notation; raises EntryError.
    :ivar words: for the command line.
    :ivar json: for Jool's file.
    :ivar option: for this collection's own options and facts.
    :ivar check: what can only be said when it is known whether it is forced; raises EntryError.
    """

    name: str
    read: Callable[[object], Any]
    words: Callable[[Any], str] = str
    json: Callable[[Any], Any] = _same
    option: Callable[[Any], Any] = _same
    check: Callable[[Any, bool], Any] = _unchecked


def _read_switch(value: object) -> bool:
    found = _SWITCHES.get(str(value).strip().lower())
    if found is None:
        raise EntryError(f"{shown(value)} is neither true nor false")
    return found


def _read_number(value: object) -> int:
    return number(value, 0, U32_MAX)


def _read_timeout(value: object) -> int:
    """Milliseconds. YAML reads an unquoted 2:00:00 as 7200, which is the same."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise EntryError(f"{shown(value)} is no span of time")
    if isinstance(value, str):
        return _read_clock(value)
    milliseconds = value * 1000
    if not 0 <= milliseconds <= U32_MAX:  # nor NaN
        raise EntryError(f"{shown(value)} seconds are not between 0 and {U32_MAX / 1000}")
    if abs(milliseconds - round(milliseconds)) > 1e-3:
        raise EntryError(f"{shown(value)} seconds are finer than a millisecond")
    return round(milliseconds)


def _read_clock(text: str) -> int:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise EntryError(f"{shown(text)} is no span of time; write seconds, or [HH:[MM:]]SS[.mmm]")
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in found.groups())
    if found[2] and (seconds > 59 or (found[1] and minutes > 59)):
        raise EntryError(f"{shown(text)} has more than 59 minutes or seconds")
    total = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
    if total > U32_MAX:
        raise EntryError(f"{shown(text)} is longer than the {clock(U32_MAX)} that Jool can count")
    return total


def clock(milliseconds: int) -> str:
    """``H:MM:SS[.mmm]``, which every release of 4.x takes."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" + (f".{rest:03}" if rest else "")


def _seconds(milliseconds: int) -> float:
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def _read_plateaus(value: object) -> tuple[int, ...]:
    """As the module keeps them: sorted, each once, without zeros."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    elif isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise EntryError(f"{shown(value)} is no list of numbers")
    if not 1 <= len(value) <= MOST_PLATEAUS:
        raise EntryError(f"there must be 1 to {MOST_PLATEAUS} plateaus, and there are {len(value)}")
    found = tuple(sorted({number(one, 0, 65535) for one in value} - {0}, reverse=True))
    if not found:
        raise EntryError("there is no plateau but 0")
    return found


def _is_not_set(value: object) -> bool:
    return value is None or str(value).strip().lower() in _NOT_SET


def _read_prefix6(value: object) -> str | None:
    return None if _is_not_set(value) else str(ipv6_prefix(value))


def _read_prefix4(value: object) -> str | None:
    return None if _is_not_set(value) else str(ipv4_prefix(value))


def _check_pool6(value: Any, force: bool) -> str:
    return str(pool6_prefix(value, force=force))


def _read_mode(value: object) -> str:
    # YAML reads an unquoted off as false.
    return "off" if value is False else choice(value, ("off", "simple", "intrinsic"))


def _switch_words(value: bool) -> str:
    return "true" if value else "false"


def _prefix_words(value: str | None) -> str:
    return "null" if value is None else value


SWITCH = Kind("bool", _read_switch, _switch_words)
NUMBER = Kind("int", _read_number)
TIMEOUT = Kind("timeout", _read_timeout, clock, clock, _seconds)
PLATEAUS = Kind("list of int", _read_plateaus, lambda value: ",".join(map(str, value)), list, list)
HAIRPIN_MODE = Kind("off, simple or intrinsic", _read_mode)
IPV6_PREFIX = Kind("IPv6 prefix or null", _read_prefix6, _prefix_words)
IPV4_PREFIX = Kind("IPv4 prefix or null", _read_prefix4, _prefix_words)
POOL6 = Kind("IPv6 prefix of RFC 6052", _read_prefix6, _prefix_words, check=_check_pool6)
