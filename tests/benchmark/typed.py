# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of text to typed records, for peers whose library leaves that to its user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def seconds_of(text: str) -> float:
    """Of a time as Jool 4 prints it."""
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def typed(row: Mapping[str, str]) -> dict[str, Any]:
    """A row under the names of `answers.FIELDS`."""
    return {
        **row,
        "protocol": row["protocol"].lower(),
        "ipv6_remote_l4_id": int(row["ipv6_remote_l4_id"]),
        "ipv6_local_l4_id": int(row["ipv6_local_l4_id"]),
        "ipv4_local_l4_id": int(row["ipv4_local_l4_id"]),
        "ipv4_remote_l4_id": int(row["ipv4_remote_l4_id"]),
        "expires_in": seconds_of(row["expires_in"]),
        "state": row["state"] or None,
    }
