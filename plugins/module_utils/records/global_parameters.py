# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Global parameters: one set of names and types for every release and format.

Names are those of 4.x. Parameters of 3.x that mean the same have them, too; the others keep the name they are printed
under. Sources: NICMx/Jool, usr/src/general.c of 3.2.0 to src/common/global.c of 4.2.0-rc3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Union

from ..grammar import global_ as templates
from ..grammar.executor import read_rows
from ..grammar.template import Template
from .span import read_span

Value = Union[bool, int, float, str, list[int], None]

_SWITCHES = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
_NOTE = re.compile(r" \((?:0x[0-9a-f]+|0b[01]{4})\)(?:: SrcAddr:[01] SrcPort:[01] DstAddr:[01] DstPort:[01])?$")
_MODE = re.compile(r"(?:\d \()?(off|simple|intrinsic|unknown)\)?")
_UNSET = ("", "(unset)", "(not set)")

_RENAMED = {
    # 3.4 and 3.5, where a text stands for an option's name.
    "Manually enabled": "manually-enabled",
    "joold Enabled": "ss-enabled",
    # 3.2.
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


@dataclass(frozen=True)
class GlobalParameters:
    """The parameters that were printed.

    :ivar values: name to value, in the order of the output. Switches are bool, ``*-timeout`` float (seconds),
        ``mtu-plateaus`` list[int], prefixes str or None (unset), ``eam-hairpin-mode`` str, the other known ones int
        (``ss-flush-deadline`` in milliseconds); what is not known here is the text that was printed.
    :ivar resolutions: name to seconds, for each span of time that was printed: the true value is less than this above
        the one in `values` (60 for a 3.x console entry of more than an hour).
    """

    values: dict[str, Value]
    resolutions: dict[str, float]


def _switch(text: str) -> bool:
    value = _SWITCHES.get(text.lower())
    if value is None:
        raise ValueError(f"no switch: {text!r}")
    return value


def _number(text: str) -> int:
    return int(_NOTE.sub("", text))


def _plateaus(text: str) -> list[int]:
    return [int(number) for number in text.strip('"').split(",") if number]


def _prefix(text: str) -> str | None:
    return None if text in _UNSET else text


def _mode(text: str) -> str:
    mode = _MODE.fullmatch(text)
    if not mode:
        raise ValueError(f"no mode of hairpinning: {text!r}")
    return mode.group(1)


_TYPES: dict[str, Callable[[str], Value]] = {
    **dict.fromkeys(
        (
            "manually-enabled",
            "logging-debug",
            "trace",  # 4.0.8 to 4.1.1
            "zeroize-traffic-class",
            "override-tos",
            "amend-udp-checksum-zero",
            "randomize-rfc6791-addresses",
            "address-dependent-filtering",
            "drop-externally-initiated-tcp",
            "drop-icmpv6-info",
            "source-icmpv6-errors-better",
            "handle-rst-during-fin-rcv",
            "logging-bib",
            "logging-session",
            "ss-enabled",
            "ss-flush-asap",
            # 3.2 to 3.4
            "setDF",
            "genFH",
            "genID",
            "boostMTU",
        ),
        _switch,
    ),
    **dict.fromkeys(
        (
            "lowest-ipv6-mtu",
            "tos",
            "f-args",
            "maximum-simultaneous-opens",
            "ss-capacity",
            "ss-max-payload",
            "ss-max-sessions-per-packet",
        ),
        _number,
    ),
    **dict.fromkeys(
        ("pool6", "rfc6791v6-prefix", "rfc6791v4-prefix", "pool6791v6", "pool6791v4"),  # the last two: 3.6-rc
        _prefix,
    ),
    "mtu-plateaus": _plateaus,
    "eam-hairpin-mode": _mode,
}

_TIMEOUTS = frozenset(
    ("tcp-est-timeout", "tcp-trans-timeout", "udp-timeout", "icmp-timeout", "fragment-arrival-timeout", "toFrag")
)
_DEADLINE = "ss-flush-deadline"


def read_csv(chunks: Iterable[bytes]) -> GlobalParameters:
    """The parameters of CSV output (3.4 and later).

    :raises GrammarError: see `grammar.executor.read_rows`.
    :raises ValueError: when a parameter's value is not of its type.
    """
    return _read(templates.CSV, chunks)


def read_console(chunks: Iterable[bytes]) -> GlobalParameters:
    """The parameters of console output (3.2 and later).

    :raises GrammarError: see `grammar.executor.read_rows`.
    :raises ValueError: when a parameter's value is not of its type.
    """
    return _read(templates.CONSOLE, chunks)


def _read(template: Template, chunks: Iterable[bytes]) -> GlobalParameters:
    values: dict[str, Value] = {}
    resolutions: dict[str, float] = {}
    plateaus: list[int] = []
    for row in read_rows(template, chunks):
        if row.get("PLATEAU"):
            # 3.3 and 3.4: one a line.
            plateaus.append(int(row["PLATEAU"]))
            values["mtu-plateaus"] = plateaus
            continue
        name, text = _RENAMED.get(row["NAME"], row["NAME"]), row["VALUE"]
        if name == "Manually disabled":
            # 3.3 and 3.4 say it the other way round.
            values["manually-enabled"] = not _switch(text)
        elif name in _TIMEOUTS or (name == _DEADLINE and not text.isdigit()):
            span = read_span(text.replace(" (HH:MM:SS)", ""))
            resolutions[name] = span.resolution
            # 3.5 prints this one as a span, later releases as milliseconds.
            values[name] = round(span.seconds * 1000) if name == _DEADLINE else span.seconds
        elif name == _DEADLINE:
            values[name] = int(text)
        else:
            values[name] = _TYPES.get(name, str)(text)
    return GlobalParameters(values, resolutions)
