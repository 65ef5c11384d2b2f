# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `jool_fleet_session_info`, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .facts.question import SUBSETS, Question
from .facts.table_file import FORMATS
from .fleet.options import PRIVACIES, FleetOptions
from .gathering.target import GatherOptions
from .records.session import PROTOCOLS
from .session_facts_options import QUESTION_SPEC, question
from .task_options import OptionError

FLEET_SUBSETS = tuple(subset for subset in SUBSETS if subset != "sessions")
"""Rows of many hosts belong into files and not into a result."""

ARGUMENT_SPEC: dict[str, Any] = {
    **QUESTION_SPEC,
    "gather_subset": {"type": "list", "elements": "str", "choices": list(FLEET_SUBSETS), "default": ["summary"]},
    "hosts": {"type": "list", "elements": "str"},
    "facts": {"type": "dict"},
    "host_facts": {"type": "dict"},
    "summaries": {"type": "list", "elements": "path"},
    "expected_hosts": {"type": "list", "elements": "str"},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 120.0},
    "retries": {"type": "int", "default": 2},
    "backoff": {"type": "float", "default": 1.0},
    "rows_dest": {"type": "path"},
    "rows_format": {"type": "str", "choices": list(FORMATS), "default": "jsonl"},
    "store": {"type": "path"},
    "summary_dest": {"type": "path"},
    "min_coverage": {"type": "float"},
    "fail_on_coverage": {"type": "bool", "default": True},
    "title": {"type": "str", "default": "NAT64 fleet"},
    "pool4_warning_percent": {"type": "float", "default": 80.0},
    "pool4_critical_percent": {"type": "float", "default": 90.0},
    "stale_after_seconds": {"type": "float", "default": 3600.0},
    "top": {"type": "int", "default": 10},
    "client_privacy": {"type": "str", "choices": list(PRIVACIES), "default": "full"},
    "privacy_prefix_length": {"type": "int", "default": 48},
    "pseudonym_key": {"type": "str", "no_log": True},
    "pairs": {"type": "list", "elements": "list"},
    "pair_tolerance_percent": {"type": "float", "default": 5.0},
    "heavy_client_percent": {"type": "float", "default": 20.0},
    "drift_groups": {"type": "list", "elements": "str"},
    "accept": {"type": "list", "elements": "str"},
    "earlier": {"type": "path"},
    "since": {"type": "path"},
}

REQUIRED_ONE_OF = [("hosts", "facts", "host_facts", "summaries")]


def fleet_question(options: Mapping[str, Any]) -> Question:
    """What each host is asked.

    :raises task_options.OptionError: for a value that makes no sense.
    :raises records.session_filter.FilterError: the same, in a filter.
    """
    asked = question({**options, "max_sessions": 0})
    whole = set(asked.protocols) == set(PROTOCOLS) and asked.session_filter.predicate() is None and asked.numeric
    if options["store"] and not whole:
        raise OptionError("store: takes whole tables; leave out the filters, 'protocols' and 'numeric'")
    return asked


def gather_options(options: Mapping[str, Any], rows_directory: str | None) -> GatherOptions:
    """How hosts are asked.

    :param rows_directory: gets the rows of each host; None: they are counted only.
    :raises gathering.target.GatherOptionError: for a value that makes no sense.
    """
    return GatherOptions(
        concurrency=options["concurrency"],
        timeout_seconds=options["timeout"],
        retries=options["retries"],
        backoff_seconds=options["backoff"],
        jool_path=options["jool_path"],
        rows_directory=rows_directory,
        rows_format=options["rows_format"],
    )


def fleet_options(
    options: Mapping[str, Any], pairs: Iterable[Iterable[str]] = (), expected_hosts: Iterable[str] = ()
) -> FleetOptions:
    """How the fleet is judged and shown.

    :param pairs: those that the inventory declares, beside the option's.
    :param expected_hosts: hosts that were to be asked, beside the option's.
    :raises fleet.options.FleetOptionError: for a value that makes no sense.
    """
    declared = (*(options["pairs"] or ()), *pairs)
    names = (*(options["expected_hosts"] or ()), *expected_hosts)
    return FleetOptions(
        title=options["title"],
        expected_hosts=tuple(dict.fromkeys(str(name) for name in names)),
        pool4_warning_percent=options["pool4_warning_percent"],
        pool4_critical_percent=options["pool4_critical_percent"],
        stale_after_seconds=options["stale_after_seconds"],
        min_coverage_percent=options["min_coverage"],
        top=options["top"],
        client_privacy=options["client_privacy"],
        client_prefix_length=options["privacy_prefix_length"],
        pseudonym_key=options["pseudonym_key"] or "",
        pairs=tuple(tuple(str(name) for name in group) for group in declared),
        pair_tolerance_percent=options["pair_tolerance_percent"],
        heavy_client_percent=options["heavy_client_percent"],
        drift_groups=tuple(map(str, options["drift_groups"] or ())),
        accept=tuple(map(str, options["accept"] or ())),
    )
