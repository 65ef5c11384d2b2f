# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded list of instances, status and version."""

from __future__ import annotations

from ansible_collections.nat64.jool.plugins.module_utils.records.instance import (
    Instance,
    read_console,
    read_csv,
    read_status,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release, read_version
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, over, select


@over(select("instance"))
def test_instances(capture: Capture) -> None:
    read = read_csv if capture.format == "csv" else read_console
    truth = [
        Instance(row["namespace"].lower().replace("0x", "", 1), row["name"], row["framework"])
        for row in capture.truth["instances"]
    ]
    assert list(read([capture.stdout])) == truth


@over(select("instance-status"))
def test_status(capture: Capture) -> None:
    assert read_status([capture.stdout]) is {"Running": True, "Dead": False, None: None}[capture.truth["status"]]


@over(select("version"))
def test_version(capture: Capture) -> None:
    release = read_version([capture.stdout])
    assert release == Release.parse(capture.truth["version"])
    assert release.name == capture.release
