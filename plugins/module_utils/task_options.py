# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What options of several modules have in common."""

from __future__ import annotations

TRANSPORTS = ("connection", "ssh", "host")
"""The ways to a host that a task can name."""


class OptionError(ValueError):
    """A value that is of the right type and makes no sense; the text names the option."""
