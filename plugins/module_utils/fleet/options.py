# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet's report is asked to say: thresholds, pairs, privacy."""

from __future__ import annotations

from dataclasses import dataclass

from .codes import CODES

PRIVACIES = ("full", "prefix", "pseudonym")


_PERCENTS = (
    "pool4_warning_percent",
    "pool4_critical_percent",
    "min_coverage_percent",
    "pair_tolerance_percent",
    "heavy_client_percent",
)


class FleetOptionError(ValueError):
    """A value that is of the right type and makes no sense; the text names the option."""


@dataclass(frozen=True)
class FleetOptions:
    """How a fleet is judged and shown.

    Jool begins to drop packets when 91 to 95 percent of a pool are in use, hence the two limits for pools.

    :ivar title: of the report.
    :ivar expected_hosts: hosts that were to be asked. One without an answer is missing, though nobody tells of it.
    :ivar pool4_warning_percent: from this use on a pool is nearly full.
    :ivar pool4_critical_percent: from this use on it is as good as full.
    :ivar stale_after_seconds: an older answer is stale.
    :ivar min_coverage_percent: the share of hosts that must have answered; None: any.
    :ivar top: length of the lists of the busiest.
    :ivar client_privacy: how clients are shown, one of `PRIVACIES`.
    :ivar client_prefix_length: bits that are left of a client's prefix with ``prefix``.
    :ivar pseudonym_key: with ``pseudonym``; the same key gives the same client the same name.
    :ivar pairs: groups of hosts that hold the same sessions (joold, ``session proxy``).
    :ivar pair_tolerance_percent: how far members may differ and be in step: tables are not read at the same moment.
    :ivar heavy_client_percent: a client that holds this share of an instance's ports is a finding.
    :ivar drift_groups: groups of the inventory whose hosts are to be configured alike; none: see `drift`.
    :ivar accept: findings that are to be notes only, each ``code`` or ``code:subject``.
    """

    title: str = "NAT64 fleet"
    expected_hosts: tuple[str, ...] = ()
    pool4_warning_percent: float = 80.0
    pool4_critical_percent: float = 90.0
    stale_after_seconds: float = 3600.0
    min_coverage_percent: float | None = None
    top: int = 10
    client_privacy: str = "full"
    client_prefix_length: int = 48
    pseudonym_key: str = ""
    pairs: tuple[tuple[str, ...], ...] = ()
    pair_tolerance_percent: float = 5.0
    heavy_client_percent: float = 20.0
    drift_groups: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """:raises FleetOptionError: for a value that makes no sense."""
        self._check_numbers()
        if self.pool4_warning_percent > self.pool4_critical_percent:
            raise FleetOptionError(
                f"pool4_warning_percent: {self.pool4_warning_percent:g} is above pool4_critical_percent "
                f"({self.pool4_critical_percent:g}); a pool is nearly full before it is full"
            )
        if self.client_privacy not in PRIVACIES:
            raise FleetOptionError(f"client_privacy: {self.client_privacy!r} is none of {', '.join(PRIVACIES)}")
        if self.client_privacy == "pseudonym" and not self.pseudonym_key:
            # Whoever can list prefixes could undo a hash without a key.
            raise FleetOptionError(
                "pseudonym_key: pseudonyms need a secret key, or anybody could work out who they are"
            )
        for word in self.accept:
            code = word.partition(":")[0]
            if code not in CODES:
                raise FleetOptionError(f"accept: there is no finding {code!r}; there are {', '.join(CODES)}")
        for group in self.pairs:
            if len(set(group)) < 2:
                raise FleetOptionError(f"pairs: {', '.join(group) or 'an empty group'} is no pair, it takes two hosts")

    def _check_numbers(self) -> None:
        for name in _PERCENTS:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 100:
                raise FleetOptionError(f"{name}: {value:g} is not between 0 and 100")
        if not self.stale_after_seconds > 0:
            raise FleetOptionError(f"stale_after_seconds: {self.stale_after_seconds:g} makes every answer stale")
        if self.top < 0:
            raise FleetOptionError(f"top: {self.top} is not at least 0")
        if not 1 <= self.client_prefix_length <= 128:
            raise FleetOptionError(f"client_prefix_length: {self.client_prefix_length} is not between 1 and 128")
