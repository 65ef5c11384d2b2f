# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that make no sense are refused, with their name."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptionError, FleetOptions

BAD: list[tuple[dict[str, Any], str]] = [
    ({"pool4_warning_percent": -1}, "pool4_warning_percent: -1 is not between 0 and 100"),
    ({"pool4_critical_percent": 101}, "pool4_critical_percent: 101 is not between 0 and 100"),
    ({"pool4_critical_percent": math.nan}, "pool4_critical_percent: nan is not between 0 and 100"),
    ({"pool4_warning_percent": 95}, "pool4_warning_percent: 95 is above pool4_critical_percent (90)"),
    ({"min_coverage_percent": 100.5}, "min_coverage_percent: 100.5 is not between 0 and 100"),
    ({"pair_tolerance_percent": -0.1}, "pair_tolerance_percent: -0.1 is not between 0 and 100"),
    ({"stale_after_seconds": 0}, "stale_after_seconds: 0 makes every answer stale"),
    ({"top": -1}, "top: -1 is not at least 0"),
    ({"client_privacy": "none"}, "client_privacy: 'none' is none of full, prefix, pseudonym"),
    ({"client_prefix_length": 0}, "client_prefix_length: 0 is not between 1 and 128"),
    ({"client_privacy": "pseudonym"}, "pseudonym_key: pseudonyms need a secret key"),
    ({"pairs": (("a",),)}, "pairs: a is no pair, it takes two hosts"),
    ({"pairs": (("a", "a"),)}, "pairs: a, a is no pair"),
    ({"pairs": ((),)}, "pairs: an empty group is no pair"),
]


@pytest.mark.parametrize(("options", "said"), BAD, ids=[said for _options, said in BAD])
def test_options_that_make_no_sense(options: dict[str, Any], said: str) -> None:
    with pytest.raises(FleetOptionError) as caught:
        FleetOptions(**options)
    assert said in str(caught.value)


def test_the_limits_of_what_makes_sense() -> None:
    FleetOptions(pool4_warning_percent=90, min_coverage_percent=0, top=0, client_prefix_length=128)
    FleetOptions(pool4_critical_percent=100, min_coverage_percent=100, stale_after_seconds=0.1)
