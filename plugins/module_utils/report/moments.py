# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points in time and lengths of time, as a person reads them. All is UTC: a fleet has many clocks on the wall."""

from __future__ import annotations

from datetime import datetime, timezone

from .numbers import NOT_GATHERED, Number, real

MINUTE, HOUR, DAY = 60, 3600, 86400


def parsed(text: object) -> datetime:
    """A time in ISO 8601, as the facts give it.

    :raises TypeError: when it is no text.
    :raises ValueError: when it is no time.
    """
    if not isinstance(text, str):
        bool(text)  # see numbers.real
        raise TypeError(f"a time in ISO 8601 is needed, this is {type(text).__name__}")
    try:
        # Python 3.9 does not know the letter Z.
        moment_of = datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        raise ValueError("a time in ISO 8601 is needed, this text is none") from None
    return moment_of.replace(tzinfo=timezone.utc) if moment_of.tzinfo is None else moment_of.astimezone(timezone.utc)


def moment(text: str | None) -> str:
    """``2026-11-25T18:05:12Z`` as ``2026-11-25 18:05 UTC``.

    :raises ValueError: when it is no time.
    """
    return NOT_GATHERED if text is None else f"{parsed(text):%Y-%m-%d %H:%M} UTC"


def timestamp(text: str | None) -> float | None:
    """Seconds since 1970.

    :raises ValueError: when it is no time.
    """
    return None if text is None else parsed(text).timestamp()


def age(seconds: Number | None) -> str:
    """A length of time with its two largest units: ``45 s``, ``12 min``, ``3 h 5 min``, ``2 d 4 h``.

    :raises TypeError: when it is no number.
    """
    if seconds is None:
        return NOT_GATHERED
    left = max(0, int(real(seconds)))  # clocks that differ make answers from the future
    if left < MINUTE:
        return f"{left} s"
    if left < HOUR:
        return f"{left // MINUTE} min"
    if left < DAY:
        return _two(left // HOUR, "h", left % HOUR // MINUTE, "min")
    return _two(left // DAY, "d", left % DAY // HOUR, "h")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large:,} {large_unit} {small} {small_unit}" if small else f"{large:,} {large_unit}"


def ago(earlier: str | None, later: str) -> str:
    """The time between two points, as `age` writes it; within a minute it is ``just now``.

    :raises ValueError: when one is no time.
    """
    if earlier is None:
        return NOT_GATHERED
    seconds = (parsed(later) - parsed(earlier)).total_seconds()
    return age(seconds) if seconds >= MINUTE else "just now"
