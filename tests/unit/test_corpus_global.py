# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded list of global parameters, against what the module held."""

from __future__ import annotations

from ansible_collections.nat64.jool.plugins.module_utils.records.global_parameters import (
    GlobalParameters,
    Value,
    read_console,
    read_csv,
)
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, Row, over, select

TODAYS_NAMES = {
    "Manually enabled": "manually-enabled",
    "joold Enabled": "ss-enabled",
    "dropAddr": "address-dependent-filtering",
    "dropInfo": "drop-icmpv6-info",
    "dropTCP": "drop-externally-initiated-tcp",
    "toUDP": "udp-timeout",
    "toTCPest": "tcp-est-timeout",
    "toTCPtrans": "tcp-trans-timeout",
    "toICMP": "icmp-timeout",
    "maxStoredPkts": "maximum-simultaneous-opens",
    "setTC": "zeroize-traffic-class",
    "setTOS": "override-tos",
    "TOS": "tos",
    "plateaus": "mtu-plateaus",
    "minMTU6": "lowest-ipv6-mtu",
}


def expected(capture: Capture, name: str, row: Row, printed: GlobalParameters) -> Value:
    if row["type"] != "timeout_ms":
        value: Value = row["value"]
        return value
    # 3.x prints spans, in the console only their two largest units.
    unit = 1 if name == "ss-flush-deadline" else 1000
    value = printed.values[name]
    assert isinstance(value, (int, float))
    late = row["value"] - round(value * unit)
    assert 0 <= late < printed.resolutions[name] * 1000
    assert late == 0 or (capture.format == "console" and capture.release.startswith("3."))
    return value


@over(select("global"))
def test_parameters(capture: Capture) -> None:
    printed = (read_csv if capture.format == "csv" else read_console)([capture.stdout])
    rows = capture.rows("globals")
    if "module_release" in capture.truth:
        # The module is newer than the tool, which leaves out what it does not know, and says so on stderr.
        rows = [row for row in rows if row["name"] != "ss-max-sessions-per-packet"]
        assert b"unknown global id" in capture.stderr
    named: list[tuple[str, Row]] = [(TODAYS_NAMES.get(str(row["name"]), str(row["name"])), row) for row in rows]
    assert list(printed.values.items()) == [(name, expected(capture, name, row, printed)) for name, row in named]
    assert [type(value) for name, value in printed.values.items() if name.endswith("-timeout")] == [
        float for name, _row in named if name.endswith("-timeout")
    ]
