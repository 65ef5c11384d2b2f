# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kernels in the order of their packages."""

from __future__ import annotations

import re

_PIECE = re.compile(r"(\d+)|(\D+)")
_BEFORE = re.compile(r"-(?=(?:rc\d|trunk))")
_END = 0
"""The end of a text, between a tilde (which comes before it) and all else."""

_NOTHING = ((_END,), 0)

SortKey = tuple[tuple[tuple[int, ...], int], ...]


def version_key(version: str) -> SortKey:
    """A key that sorts versions as dpkg does (deb-version(7)), and a kernel's candidates before it, as linux-base does.

    Texts compare by letters, then other signs, and a tilde before everything, even the end; numbers by their value.
    """
    key: list[tuple[tuple[int, ...], int]] = []
    text: tuple[int, ...] = (_END,)
    for number, other in _PIECE.findall(_BEFORE.sub("~", version)):
        if other:
            text = (*(_rank(sign) for sign in other), _END)
        else:
            key.append((text, int(number)))
            text = (_END,)
    if text != (_END,):
        key.append((text, 0))
    return (*(key or [_NOTHING]), _NOTHING)  # a number that is missing is 0


def newest_first(versions: list[str]) -> list[str]:
    """The same versions, the newest before the others."""
    return sorted(versions, key=version_key, reverse=True)


def _rank(sign: str) -> int:
    if sign == "~":
        return -1
    return ord(sign) if sign.isalpha() else ord(sign) + 0x110000
