# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers as a person reads them. What was not gathered says so, and is never a zero."""

from __future__ import annotations

from typing import Union

Number = Union[int, float]

NOT_GATHERED = "not gathered"


def real(value: object) -> Number:
    """The value, if it is a number.

    :raises TypeError: when it is none. The text names its type only, since values may be personal data.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        bool(value)  # a name that a template does not know raises its own error here, which says more
        raise TypeError(f"a number is needed, this is {type(value).__name__}")
    return value


def number(value: Number | None) -> str:
    """``1234567`` as ``1,234,567``; a fraction keeps at most two digits.

    :raises TypeError: when it is no number.
    """
    if value is None:
        return NOT_GATHERED
    return f"{real(value):,}" if isinstance(value, int) else f"{real(value):,.2f}".rstrip("0").rstrip(".")


def span(at_least: Number | None, at_most: Number | None) -> str:
    """Two bounds: ``1,204`` where they are equal, ``1,204 to 1,310`` where not, ``at least 1,204`` with no upper one.

    :raises TypeError: when one is no number.
    """
    if at_least is None:
        return NOT_GATHERED if at_most is None else f"at most {number(at_most)}"
    if at_most is None:
        return f"at least {number(at_least)}"
    return number(at_least) if at_least == at_most else f"{number(at_least)} to {number(at_most)}"


def percent(value: Number | None) -> str:
    """``93.24`` as ``93.2 %``, never rounded to nothing and never to all.

    :raises TypeError: when it is no number.
    """
    if value is None:
        return NOT_GATHERED
    if 0 < real(value) < 0.1:
        return "<0.1\u00a0%"
    # 99.96 is not full, and 100.0 would say so.
    return f"{min(value, 99.9) if value < 100 else value:.1f}\u00a0%"
