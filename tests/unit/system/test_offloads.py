# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Offloads, as ip and ethtool print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.offloads import (
    FEATURES,
    MOST_INTERFACES,
    Feature,
    offloads,
    read_features,
    read_links,
)
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import having, read_or_refuse, recorded

OFF, ON = Feature(False, False), Feature(True, False)


@pytest.mark.parametrize("guest", having("ip-link"))
def test_interfaces_of_a_guest(guest: str) -> None:
    assert read_links(recorded(guest, "ip-link")) == ["eth0", "to-client6", "to-server4"]


@pytest.mark.parametrize("guest", having("ip-link"))
def test_features_of_a_guest(guest: str) -> None:
    """The lab turns three of them off on a translator's links, and leaves the way in alone."""
    veth, eth0 = (read_features(recorded(guest, f"ethtool-{name}")) for name in ("veth", "eth0"))
    for name in ("generic-receive-offload", "generic-segmentation-offload", "tcp-segmentation-offload"):
        assert veth[name] == OFF
    assert eth0["generic-receive-offload"] == ON
    assert veth["large-receive-offload"] == Feature(False, True)
    assert eth0["rx-gro-hw"] is not None
    assert set(veth) == set(FEATURES)


@pytest.mark.parametrize(
    ("line", "feature"),
    [
        ("rx-gro-hw: on", ON),
        ("rx-gro-hw: off [fixed]", Feature(False, True)),
        ("rx-gro-hw: off [requested on]", OFF),
        ("\trx-gro-hw: on [requested off]", ON),
        ("rx-gro-hw: on [not requested]", ON),
        ("rx-gro-hw-not-that: on", None),
        ("tx-nocache-copy: off", None),
    ],
)
def test_lines(line: str, feature: Feature | None) -> None:
    assert read_features(f"Features for eth0:\n{line}\n")["rx-gro-hw"] == feature


@pytest.mark.parametrize(
    "line", ["rx-gro-hw: maybe", "rx-gro-hw", "Cannot get device feature names", "rx-gro-hw: on [broken]", "oops: on x"]
)
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(FormatError):
        read_features(f"Features for eth0:\n{line}\n")


@given(st.dictionaries(st.sampled_from(FEATURES), st.builds(Feature, st.booleans(), st.booleans())))
def test_what_is_written_is_read(written: dict[str, Feature]) -> None:
    lines = [
        f"{name}: {'on' if feature.enabled else 'off'}{' [fixed]' if feature.fixed else ''}\n"
        for name, feature in written.items()
    ]
    assert read_features("".join(["Features for x:\n", *lines])) == {**dict.fromkeys(FEATURES), **written}


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_or_refuse(read_features, text)
    assert found is None or tuple(found) == FEATURES
    names = read_or_refuse(read_links, text)
    assert names is None or all(name in text for name in names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue\n", []),
        ("7: eth0.100@eth0: <BROADCAST,UP> mtu 1500\n", ["eth0.100"]),
        ("3: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420\\    link/none \n", ["wg0"]),
        ("9: a-very-long-na1@NONE: <UP> mtu 1\n", ["a-very-long-na1"]),
    ],
)
def test_interfaces(text: str, names: list[str]) -> None:
    assert read_links(text) == names


@pytest.mark.parametrize("text", ["Cannot open network namespace\n", "eth0: <UP>\n", "1: eth0 <UP> mtu\n"])
def test_interfaces_that_are_none(text: str) -> None:
    with pytest.raises(FormatError):
        read_links(text)


def test_many_interfaces_are_not_all_asked() -> None:
    count = MOST_INTERFACES + 5
    answers = {"ip -o link show up": Answer("".join(f"{n}: v{n}: <UP> mtu 1500\n" for n in range(count)).encode())}
    answers.update({f"ethtool -k v{n}": Answer(b"Features for x:\n") for n in range(count)})
    transport = ReplayTransport(answers)
    programs = Programs(transport)
    found = offloads(programs, "", ())
    assert found is not None
    assert len(found) == MOST_INTERFACES
    assert len(transport.asked) == MOST_INTERFACES + 1
    assert programs.notices == [f"The offloads are those of the first {MOST_INTERFACES} interfaces; there are {count}."]


def test_one_interface_that_is_gone_meanwhile() -> None:
    gone = Answer(stderr=b"netlink error: No such device", status=1)
    answers = {
        "ip netns exec blue ip -o link show up": Answer(b"1: a: <UP> mtu 1\n2: b: <UP> mtu 1\n"),
        "ip netns exec blue ethtool -k a": gone,
        "ip netns exec blue ethtool -k b": Answer(b"rx-gro-list: off\n"),
    }
    programs = Programs(ReplayTransport(answers))
    found = offloads(programs, "blue", ("ip", "netns", "exec", "blue"))
    assert found is not None
    assert [entry.features is None for entry in found] == [True, False]
    (notice,) = programs.notices
    assert "'a' of the network namespace 'blue'" in notice
    assert "No such device" in notice
