# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The codes of all findings: what programs test for, and what an operator may accept."""

from __future__ import annotations

CODES = (
    "clock_differs",
    "configuration_drift",
    "counter_grew",
    "coverage_too_low",
    "default_pool4",
    "duplicate_answer",
    "heavy_client",
    "host_failed",
    "host_stale",
    "host_unreachable",
    "identity_claimed_twice",
    "incomplete_answer",
    "instance_disabled",
    "instance_hidden",
    "instance_missing",
    "kernel_count_differs",
    "kernel_without_module",
    "module_waits",
    "next_module_differs",
    "no_traffic",
    "nobody_asked",
    "pair_detected",
    "pair_not_compared",
    "pair_not_synchronised",
    "pair_out_of_step",
    "pair_pool4_differs",
    "pair_releases_differ",
    "pair_suspected",
    "pool4_exhaustion_counter",
    "pool4_full",
    "pool4_listening",
    "pool4_local_ports",
    "pool4_local_ports_refused",
    "pool4_nearly_full",
    "prefix_lengths_differ",
    "receive_offload",
    "releases_mixed",
    "rfc6052_mismatch",
    "rows_truncated",
    "state_incomplete",
    "state_unknown",
    "tcp_timeout_short",
    "timeout_short",
    "version_mixed",
)
