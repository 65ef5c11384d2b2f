# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter for text that is already at hand."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.nat64.jool.plugins.filter.jool_parse_sessions import FilterModule
from ansible_collections.nat64.jool.tests.unit.corpus import CAPTURES

parse = FilterModule().filters()["jool_parse_sessions"]


def text(name: str) -> str:
    (found,) = [capture for capture in CAPTURES if capture.id == name]
    return found.stdout.decode()


def test_both_formats_give_the_same() -> None:
    from_csv = parse(text("4.1.9/session-icmp-csv"))
    assert from_csv == parse(text("4.1.9/session-icmp-console"), "icmp")
    assert len(from_csv) == 20
    assert from_csv[0]["protocol"] == "icmp"


def test_a_registered_output_has_no_last_line_break() -> None:
    """``register`` strips it."""
    assert len(parse(text("4.1.9/session-tcp-csv").rstrip("\n"))) == 60


@pytest.mark.parametrize(
    ("value", "protocol", "words"),
    [
        (None, None, "a text is needed, this is NoneType"),
        ("", None, "the capture is empty"),
        ("hello\n", None, "no session table"),
        (text("4.1.9/session-udp-console"), None, "which protocol"),
        (text("4.1.9/session-udp-console"), "sctp", "none of tcp, udp, icmp"),
        (text("4.1.9/session-tcp-csv")[:500], None, "does not|not what|cut short"),
    ],
)
def test_refused(value: str, protocol: str | None, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        parse(value, protocol)
