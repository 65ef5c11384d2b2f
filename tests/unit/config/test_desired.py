# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator may write, and what is refused, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.config.configuration import as_options
from ansible_collections.nat64.jool.plugins.module_utils.config.desired import check_release, read_desired, together
from ansible_collections.nat64.jool.plugins.module_utils.config.parameters import BY_NAME, PARAMETERS
from ansible_collections.nat64.jool.plugins.module_utils.config.target import check_target, target
from ansible_collections.nat64.jool.plugins.module_utils.errors import ConfigurationInvalid
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release

RELEASE = Release(4, 1, 9)


def desired(options: dict[str, Any], force: bool = False) -> Any:
    return read_desired(together(None, options), force=force)


def refused(options: dict[str, Any], force: bool = False, creates: bool = True) -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        wanted = desired(options, force)
        check_release(wanted, RELEASE)
        check_target(target(None, wanted, RELEASE, purge=False), wanted, creates=creates)
    return caught.value.detail


VALUES: list[tuple[str, Any, Any]] = [
    # name, what is written, what it is
    ("manually-enabled", True, True),
    ("manually-enabled", "Yes", True),
    ("manually-enabled", "off", False),
    ("manually-enabled", 1, True),
    ("manually-enabled", 0, False),
    ("tos", 255, 255),
    ("tos", " 16 ", 16),
    ("tcp-est-timeout", 7200, 7_200_000),
    ("tcp-est-timeout", 7200.5, 7_200_500),
    ("tcp-est-timeout", "7200", 7_200_000),
    ("tcp-est-timeout", "2:00:00", 7_200_000),
    ("tcp-est-timeout", "120:00", 7_200_000),
    ("tcp-est-timeout", "2:00:00.007", 7_200_007),
    ("tcp-est-timeout", "1193:02:47.295", 4_294_967_295),
    ("icmp-timeout", 0, 0),
    ("mtu-plateaus", [68, 1500, 0, 1500], (1500, 68)),
    ("mtu-plateaus", "68,1500", (1500, 68)),
    ("mtu-plateaus", 1280, (1280,)),
    ("pool6", "64:FF9B:0:0::/96", "64:ff9b::/96"),
    ("pool6", "2001:db8::/32", "2001:db8::/32"),
    ("f-args", 15, 15),
    ("maximum-simultaneous-opens", 4294967295, 4294967295),
    ("eam-hairpin-mode", False, "off"),
    ("eam-hairpin-mode", "Simple", "simple"),
    ("rfc6791v4-prefix", None, None),
    ("rfc6791v4-prefix", "", None),
    ("rfc6791v4-prefix", "192.0.2.1", "192.0.2.1/32"),
    ("rfc6791v6-prefix", "2001:DB8::/64", "2001:db8::/64"),
]


@pytest.mark.parametrize(("name", "written", "value"), VALUES, ids=str)
def test_value(name: str, written: Any, value: Any) -> None:
    assert BY_NAME[name].read(written) == value


BAD_VALUES: list[tuple[str, Any, str]] = [
    ("manually-enabled", "maybe", "neither true nor false"),
    ("manually-enabled", 2, "neither true nor false"),
    ("manually-enabled", None, "neither true nor false"),
    ("tos", 256, "256 is not between 0 and 255"),
    ("tos", -1, "-1 is not between"),
    ("tos", 1.5, "no whole number"),
    ("tos", True, "no whole number"),
    ("tos", "80x", "no whole number"),  # Jool would take it for 80
    ("tos", "١", "no whole number"),
    ("lowest-ipv6-mtu", 1279, "1279 is not between 1280"),
    ("maximum-simultaneous-opens", 4294967296, "not between"),
    ("f-args", 16, "not between 0 and 15"),
    ("tcp-est-timeout", "1:59:59.999", "1:59:59.999 is not between 2:00:00 and 1193:02:47.295"),
    ("tcp-est-timeout", 7199, "1:59:59 is not between"),
    ("tcp-trans-timeout", 239, "0:03:59"),
    ("udp-timeout", "1:59", "0:01:59 is not between 0:02:00"),
    ("udp-timeout", "2 minutes", "no span of time"),
    ("udp-timeout", "2:00.5", "no span of time"),
    ("udp-timeout", "0:60:00", "more than 59"),
    ("udp-timeout", True, "no span of time"),
    ("udp-timeout", None, "no span of time"),
    ("udp-timeout", [300], "no span of time"),
    ("udp-timeout", 300.00012, "finer than a millisecond"),
    ("udp-timeout", float("nan"), "not between"),
    ("udp-timeout", float("inf"), "not between"),
    ("udp-timeout", -1, "not between"),
    ("udp-timeout", "99999:00:00", "longer than"),
    ("mtu-plateaus", [], "1 to 64"),
    ("mtu-plateaus", list(range(1, 66)), "1 to 64"),
    ("mtu-plateaus", [0], "no plateau but 0"),
    ("mtu-plateaus", [65536], "not between"),
    ("mtu-plateaus", None, "no list"),
    ("mtu-plateaus", {"a": 1}, "no list"),
    ("pool6", "64:ff9b::/95", "/95 has a length that RFC 6052 does not know"),
    ("pool6", "64:ff9b::", "/128 has a length"),
    ("pool6", "64:ff9b::1/96", "beyond its length"),
    ("pool6", "2001:db8:0:0:100::/96", "bits 64 to 71"),
    ("pool6", "192.0.2.0/24", "no IPv6 prefix"),
    ("pool6", 64, "no IPv6 prefix"),
    ("pool6", "fe80::%eth0/64", "zone"),
    ("rfc6791v4-prefix", "192.0.2.1/24", "the prefix is 192.0.2.0/24"),
    ("rfc6791v4-prefix", "192.0.2.0/33", "between 0 and 32"),
    ("rfc6791v4-prefix", "192.0.2.0/255.255.255.0", "between 0 and 32"),
    ("rfc6791v4-prefix", "192.0.02.1", "no IPv4 prefix"),
    ("eam-hairpin-mode", "hard", "none of off, simple, intrinsic"),
]


@pytest.mark.parametrize(("name", "written", "words"), BAD_VALUES, ids=str)
def test_bad_value(name: str, written: Any, words: str) -> None:
    translator = BY_NAME[name].translators[0]
    told = refused({"translator": translator, "global": {name: written}}, creates=False)
    assert told.startswith(f"global {name}: ")
    assert words in told


def test_u_bits_can_be_forced() -> None:
    options = {"global": {"pool6": "2001:db8:0:0:100::/96"}}
    assert desired(options, force=True).parameters == {"pool6": "2001:db8:0:0:100::/96"}


GOOD = {"global": {"pool6": "64:ff9b::/96"}}
RANGE = {"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "100-200"}
BINDING = {"protocol": "tcp", "ipv6_address": "2001:db8::1#80", "ipv4_address": "192.0.2.1#100"}
EAM = {"ipv6_prefix": "2001:db8::/120", "ipv4_prefix": "192.0.2.0/24"}

BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"name": "x" * 16}, "name: 'xxxxxxxxxxxxxxxx' does not have 1 to 15"),
    ({"name": "bl\u00e4u"}, "name: "),
    ({"name": "a\tb"}, "printable ASCII"),
    ({"netns": "../x"}, "netns: "),
    ({"netns": "-x"}, "netns: "),
    ({"netns": "a b"}, "netns: "),
    ({"netns": ".."}, "netns: "),
    ({"framework": "ebpf"}, "framework: 'ebpf' is none of netfilter, iptables"),
    ({"translator": "mapt"}, "translator: "),
    ({"global": {"pool6": None}}, "global pool6: a NAT64 must have one"),
    ({"global": {"tos": 0}}, "global pool6: a NAT64 must have one"),
    ({}, "global pool6: a NAT64 must have one"),
    ({"global": {"no-such": 1}}, "global no-such: Jool has no such parameter"),
    ({"global": {"udp-timeout": 300, "UDP timeout": 301}}, "global UDP timeout: this is there in two spellings"),
    ({"global": {"eam-hairpin-mode": "off"}}, "this is a parameter of 'siit', not of 'nat64'"),
    ({"global": []}, "global: this must be a dictionary"),
    ({"global": {"ss-max-sessions-per-packet": 10}}, "Jool 4.1.9 has no such parameter, it came with 4.1.11"),
    ({"global": {"trace": True}}, "Jool 4.1.9 has no such parameter, it went with 4.1.2"),
    ({"eamt": [EAM]}, "eamt: a translator of kind 'nat64' has none"),
    ({"pool4": "tcp"}, "pool4: this must be a list"),
    ({"pool4": ["tcp"]}, "pool4 entry 1 ('tcp'): this must be a dictionary"),
    ({"pool4": [{}]}, "'protocol' is missing"),
    ({"pool4": [{**RANGE, "protocol": "sctp"}]}, "pool4 entry 1 ("),
    ({"pool4": [{"protocol": "tcp"}]}, "'prefix' is missing"),
    ({"pool4": [RANGE, {**RANGE, "prefix": "192.0.2.8/24"}]}, "pool4 entry 2 ("),
    ({"pool4": [{**RANGE, "prefix": "10.0.0.0/23"}]}, "shorter than /24"),
    ({"pool4": [{**RANGE, "prefix": "10.0.0.0/8"}]}, "16777216 addresses"),
    ({"pool4": [{**RANGE, "prefix": "2001:db8::/120"}]}, "no IPv4 prefix"),
    ({"pool4": [{**RANGE, "port_range": "0"}]}, "0 is no port"),
    ({"pool4": [{**RANGE, "port_range": "1-70000"}]}, "beyond 65535"),
    ({"pool4": [{**RANGE, "port_range": "http"}]}, "no range of ports"),
    ({"pool4": [{**RANGE, "port_range": True}]}, "no range of ports"),
    ({"pool4": [{**RANGE, "port_range": "1-2-3"}]}, "no range of ports"),
    ({"pool4": [{**RANGE, "ports": "1-2"}]}, "unknown key 'ports'"),
    ({"pool4": [{**RANGE, "Port Range": "1-2"}]}, "two spellings"),
    ({"pool4": [{**RANGE, "mark": 2147483648}]}, "takes a larger mark for 0"),
    ({"pool4": [{**RANGE, "mark": -1}]}, "mark: "),
    ({"pool4": [{**RANGE, "mark": "blue"}]}, "mark: "),
    ({"pool4": [{**RANGE, "max_iterations": 0}]}, "max_iterations: 0 is not between 1"),
    ({"pool4": [{**RANGE, "max_iterations": "many"}]}, "neither 'auto' nor 'infinity'"),
    (
        {"pool4": [{**RANGE, "max_iterations": 5}, {**RANGE, "port_range": 7, "max_iterations": "auto"}]},
        "max_iterations is auto here and 5 in entry 1",
    ),
    ({"bib": [BINDING]}, "does not have"),
    ({"pool4": [RANGE], "bib": [{**BINDING, "ipv4_address": "192.0.2.1#99"}]}, "192.0.2.1#99 does not belong to pool4"),
    ({"pool4": [RANGE], "bib": [{**BINDING, "protocol": "udp"}]}, "does not belong to pool4 of udp"),
    ({"bib": [{**BINDING, "ipv4_address": "192.0.2.1"}]}, "no transport address"),
    ({"bib": [{**BINDING, "ipv4_address": "192.0.2.1#65536"}]}, "no transport address"),
    ({"bib": [{**BINDING, "ipv6_address": "192.0.2.1#1"}]}, "no IPv6 address"),
    ({"bib": [{**BINDING, "ipv4_address": "2001:db8::1#1"}]}, "no IPv4 address"),
    ({"bib": [{"protocol": "tcp", "ipv4_address": "192.0.2.1#100"}]}, "'ipv6_address' is missing"),
    (
        {"pool4": [RANGE], "bib": [BINDING, {**BINDING, "ipv4_address": "192.0.2.1#101"}]},
        "2001:db8::1#80 is bound by entry 1, too",
    ),
    (
        {"pool4": [RANGE], "bib": [BINDING, {**BINDING, "ipv6_address": "2001:db8::2#80"}]},
        "192.0.2.1#100 is bound by entry 1, too",
    ),
]

BAD_SIIT: list[tuple[dict[str, Any], str]] = [
    ({"pool4": [RANGE]}, "pool4: a translator of kind 'siit' has none"),
    ({"bib": [BINDING]}, "bib: a translator of kind 'siit' has none"),
    ({"global": {"udp-timeout": 300}}, "this is a parameter of 'nat64'"),
    ({"eamt": [{"ipv6_prefix": "2001:db8::/120"}]}, "'ipv4_prefix' is missing"),
    ({"eamt": [{"ipv6_prefix": "2001:db8::/121", "ipv4_prefix": "192.0.2.0/24"}]}, "has more addresses than"),
    ({"eamt": [{"ipv6_prefix": "2001:db8::1/120", "ipv4_prefix": "192.0.2.0/24"}]}, "beyond its length"),
    ({"eamt": [EAM, {**EAM, "ipv4_prefix": "198.51.100.0/24"}]}, "have the same prefix"),
    ({"eamt": [EAM, {"ipv6_prefix": "2001:db8::1", "ipv4_prefix": "198.51.100.1"}]}, "overlaps"),
    ({"eamt": [EAM, {"ipv6_prefix": "2001:db8:1::1", "ipv4_prefix": "192.0.2.77"}]}, "overlaps"),
    ({"eamt": {"ipv6_prefix": "x"}}, "eamt: this must be a list"),
    ({"denylist4": ["224.0.0.0/8"]}, "denylist4 entry 1 ('224.0.0.0/8'): 224.0.0.0/4 is never translated"),
    ({"denylist4": ["0.0.0.0/0"]}, "never translated"),
    ({"denylist4": ["192.0.2.1/24"]}, "beyond its length"),
    ({"denylist4": "192.0.2.0/24"}, "denylist4: this must be a list"),
    ({"denylist4": [7]}, "no IPv4 prefix"),
]


@pytest.mark.parametrize(("options", "words"), BAD_OPTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_refused(options: dict[str, Any], words: str) -> None:
    if words == "does not have":  # an empty pool4 has the ports from 61001 on of the host's own addresses
        words = "192.0.2.1#100 does not belong to pool4 of tcp"
    assert words in refused({**({} if "pool6" in words else GOOD), **options})


@pytest.mark.parametrize(("options", "words"), BAD_SIIT, ids=lambda value: value if isinstance(value, str) else "")
def test_refused_of_siit(options: dict[str, Any], words: str) -> None:
    assert words in refused({"translator": "siit", **options})


def test_all_complaints_at_once() -> None:
    told = refused({"global": {"tos": 256, "pool6": "::/1"}, "pool4": [{}, RANGE, {**RANGE, "mark": 4294967295}]})
    assert len(told.split("; ")) >= 4
    assert "pool4 entry 1" in told
    assert "pool4 entry 2" not in told
    assert "pool4 entry 3" in told


def test_many_complaints_are_counted() -> None:
    assert refused({**GOOD, "pool4": [{}] * 100}).endswith("and 80 more")


FORCED: list[dict[str, Any]] = [
    {**GOOD, "pool4": [{**RANGE, "prefix": "10.0.0.0/23"}]},
    {"translator": "siit", "eamt": [EAM, {"ipv6_prefix": "2001:db8::1", "ipv4_prefix": "198.51.100.1"}]},
    {"translator": "siit", "denylist4": ["224.0.0.0/8"]},
]


@pytest.mark.parametrize("options", FORCED, ids=str)
def test_forced(options: dict[str, Any]) -> None:
    wanted = desired(options, force=True)
    check_target(target(None, wanted, RELEASE, purge=False), wanted, creates=True)


def test_equal_prefixes_cannot_be_forced() -> None:
    options = {"translator": "siit", "eamt": [EAM, {**EAM, "ipv4_prefix": "198.51.100.0/24"}]}
    assert "same prefix" in refused(options, force=True)


JOOL_CONF = {
    "comment": "as it lies in /etc/jool",
    "Instance": "edge",
    "framework": "netfilter",
    "global": {
        "comment": {"x": 1},
        "pool6": "64:ff9b::/96",
        "TCP-est-timeout": "2:04:00",
        "mtu-plateaus": [1500, 68, 1280],
    },
    "pool4": [
        {"comment": "", "mark": 0, "protocol": "TCP", "prefix": "192.0.2.1/32", "port range": "61001-61010"},
        {"protocol": "tcp", "prefix": "192.0.2.1", "port range": "61020-61011", "max-iterations": "infinity"},
        {"protocol": "ICMP", "prefix": "192.0.2.1"},
    ],
    "bib": [{"ipv6 address": "2001:DB8::1#80", "ipv4 address": "192.0.2.1#61005", "protocol": "TCP"}],
}


def test_a_jool_conf_is_taken_as_it_is() -> None:
    wanted = read_desired(together(JOOL_CONF, {}))
    assert as_options(target(None, wanted, RELEASE, purge=False)) == {
        "name": "edge",
        "netns": "",
        "translator": "nat64",
        "framework": "netfilter",
        "global": {"pool6": "64:ff9b::/96", "tcp_est_timeout": 7440, "mtu_plateaus": [1500, 1280, 68]},
        "pool4": [
            {"protocol": "icmp", "prefix": "192.0.2.1/32", "port_range": "61001-65535", "mark": 0},
            {
                "protocol": "tcp",
                "prefix": "192.0.2.1/32",
                "port_range": "61001-61020",
                "mark": 0,
                "max_iterations": "infinity",
            },
        ],
        "bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::1#80", "ipv4_address": "192.0.2.1#61005"}],
    }


def test_options_win_over_config() -> None:
    options = together(JOOL_CONF, {"name": "other", "pool4": None, "state": "present"})
    assert options["name"] == "other"
    assert len(options["pool4"]) == 3


def test_config_with_unknown_keys() -> None:
    with pytest.raises(ConfigurationInvalid, match="config: unknown key 'pool44'"):
        together({"pool44": []}, {})
    with pytest.raises(ConfigurationInvalid, match="config: 'name' is there in two spellings"):
        together({"name": "a", "instance": "a"}, {})
    with pytest.raises(ConfigurationInvalid, match="config: this must be a dictionary"):
        together("{}", {})


def test_old_releases_are_refused() -> None:
    wanted = desired(GOOD)
    with pytest.raises(ConfigurationInvalid, match=r"Jool 3\.5\.8 cannot be configured"):
        check_release(wanted, Release(3, 5, 8))


@pytest.mark.parametrize(("release", "count"), [((4, 0, 0), 29), ((4, 0, 8), 30), ((4, 1, 0), 31), ((4, 1, 11), 32)])
def test_parameters_of_a_release(release: tuple[int, int, int], count: int) -> None:
    known = [parameter for parameter in PARAMETERS if parameter.known_to(Release(*release))]
    assert len(known) == count


def test_defaults_are_in_range() -> None:
    for parameter in PARAMETERS:
        for default in (parameter.default, *(value for value, _release in parameter.defaults)):
            if default is not None:
                written = default / 1000 if parameter.kind.name == "timeout" else default
                assert parameter.read(written) == default, parameter.name


@pytest.mark.parametrize(
    ("name", "release", "default"),
    [
        ("ss-flush-asap", (4, 1, 12), True),
        ("ss-flush-asap", (4, 1, 13), False),
        ("ss-max-sessions-per-packet", (4, 1, 12), 10),
        ("ss-max-sessions-per-packet", (4, 1, 13), 36),
    ],
)
def test_defaults_by_release(name: str, release: tuple[int, int, int], default: object) -> None:
    assert BY_NAME[name].default_in(Release(*release)) == default


def test_documented_parameters() -> None:
    """docs/instance.md has each parameter with its bounds and default."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "instance.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| `")
    ]
    told = {row[0].strip("`"): row[1:] for row in rows if len(row) == 7}
    assert list(told) == [parameter.name for parameter in PARAMETERS]
    for parameter in PARAMETERS:
        who, kind, low, high, default, since = told[parameter.name]
        words = parameter.kind.words
        assert who.lower() == ("both" if len(parameter.translators) == 2 else parameter.translators[0])
        assert kind == parameter.kind.name
        numbers = kind in {"int", "timeout"}
        assert (low, high) == ((words(parameter.low), words(parameter.high)) if numbers else ("-", "-"))
        assert default.startswith("none" if parameter.default is None else words(parameter.default))
        assert since.startswith(parameter.since.name)
        for value, release in parameter.defaults:
            assert f"({words(value)} before {release.name})" in default
