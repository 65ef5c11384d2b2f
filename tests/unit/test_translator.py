# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Either kind of translator: the questions of `jool_facts` in each release's words, and what comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client.commands import Dialect
from ansible_collections.nat64.jool.plugins.module_utils.client.jool import LISTING_TRIES
from ansible_collections.nat64.jool.plugins.module_utils.client.translator import Translator
from ansible_collections.nat64.jool.plugins.module_utils.facts.configuration import bindings, parameters, ranges
from ansible_collections.nat64.jool.plugins.module_utils.records import bib, pool4
from ansible_collections.nat64.jool.plugins.module_utils.records.kind import NAT64, SIIT
from ansible_collections.nat64.jool.plugins.module_utils.records.pool4 import Pool4Range
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.tests.unit import rendering
from ansible_collections.nat64.jool.tests.unit.jool_host import answer, capture
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport, version

CHANGED = Answer(
    b"IPv6 Prefix,IPv4 Prefix\n",
    b"Error: The kernel module returned error 11: Oops. The EAM table changed while I was iterating.\n",
    status=11,
)


def translator(kind: str, path: str = "", release: str = "4.1.9.0", **lines: Answer | list[Answer]) -> Translator:
    tool = path or {NAT64: "jool", SIIT: "jool_siit"}[kind]
    answers = {f"{tool} {line.replace('_', ' ')}": told for line, told in lines.items()}
    return Translator(ReplayTransport({f"{tool} --version": version(release), **answers}), kind, path)


@pytest.mark.parametrize(
    ("numbers", "word"),
    [
        ((3, 5, 7, 200), "blacklist4"),
        ((4, 0, 1), "blacklist4"),
        ((4, 1, 3), "blacklist4"),
        ((4, 1, 4), "denylist4"),
        ((4, 1, 15), "denylist4"),
        ((4, 1, 255, 5), "denylist4"),
    ],
)
def test_the_denylist_had_another_name(numbers: tuple[int, ...], word: str) -> None:
    dialect = Dialect(Release(*numbers), "jool_siit")
    assert dialect.denylist4("x") == ("jool_siit", "-i", "x", word, "display", "--csv")


def test_words() -> None:
    dialect = Dialect(Release(4, 1, 9), "/opt/jool_siit")
    assert dialect.eamt("a b") == ("/opt/jool_siit", "-i", "a b", "eamt", "display", "--csv")
    assert dialect.explained_stats("x")[3:] == ("stats", "display", "--all", "--explain", "--csv")


@pytest.mark.parametrize("kind", [NAT64, SIIT])
def test_each_kind_has_its_tool(kind: str) -> None:
    assert translator(kind).connect().release.name == "4.1.9"
    assert translator(kind, f"/opt/{kind}").connect().path == f"/opt/{kind}"


def test_the_tool_of_siit_is_none_of_nat64() -> None:
    with pytest.raises(errors.NotApplicable):
        translator(NAT64, "/usr/bin/jool_siit").connect()


def eamt(*answers: Answer) -> Translator:
    transport = ReplayTransport(
        {"jool_siit --version": version("4.1.9.0"), "jool_siit -i x eamt display --csv": list(answers)}
    )
    return Translator(transport, SIIT)


def test_a_listing_is_tried_again() -> None:
    whole = answer("4.1.9", "siit-eamt-csv")
    assert len(eamt(CHANGED, whole).eamt("x")) == len(capture("4.1.9", "siit-eamt-csv").rows("eamt"))
    assert len(eamt(*[CHANGED] * (LISTING_TRIES - 1), whole).eamt("x")) > 0


def test_a_listing_that_never_rests() -> None:
    with pytest.raises(errors.TableChanged):
        eamt(CHANGED).eamt("x")


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("error-siit-no-instance", errors.NoSuchInstance),
        ("error-siit-not-loaded", errors.ModuleNotLoaded),
    ],
)
def test_a_listing_fails(case: str, error: type[errors.JoolError]) -> None:
    with pytest.raises(error):
        eamt(answer("4.1.9", case)).eamt("x")


@pytest.mark.parametrize("release", ["4.0.1", "4.1.9", "4.1.15"])
def test_a_bib_that_was_cut_is_no_configuration(release: str) -> None:
    lines = {
        f"jool -i x bib display --{protocol} --numeric --csv": answer(release, "bib-cut-csv")
        for protocol in ("tcp", "udp", "icmp")
    }
    transport = ReplayTransport({"jool --version": version(f"{release}.0"), **lines})
    with pytest.raises(errors.JoolError):
        Translator(transport, NAT64).static_bib("x")


@given(st.lists(rendering.bib_entries(), max_size=30))
def test_static_entries_are_those_of_the_whole_table(entries: list[bib.BibEntry]) -> None:
    text = rendering.bib_csv(entries).encode()
    assert list(bib.read_static_csv([text])) == [entry for entry in entries if entry.is_static]


def spelled(entry: Pool4Range) -> str:
    """The words that ``pool4 add`` takes."""
    iterations = {None: "infinity"}.get(entry.max_iterations, str(entry.max_iterations))
    return iterations if entry.max_iterations_fixed else "auto"


@given(rendering.pool4_tables())
def test_pool4_in_the_words_of_the_options(table: list[Pool4Range]) -> None:
    read = pool4.read_csv([rendering.pool4_csv(table).encode()])
    told = ranges(read)
    assert [tuple(str(value) for value in row.values()) for row in told] == [
        (str(entry.protocol), entry.address, f"{entry.port_min}-{entry.port_max}", str(entry.mark), spelled(entry))
        for entry in table
    ]


def test_pool4_of_releases_that_know_no_iterations() -> None:
    (row,) = ranges([Pool4Range(0, "tcp", "192.0.2.1", 1, 2, None, None)])
    assert row["max_iterations"] is None


def test_bindings() -> None:
    entry = bib.BibEntry("icmp", "2001:db8::1", 7, "192.0.2.1", 8, True)
    assert bindings([entry]) == [{"protocol": "icmp", "ipv6_address": "2001:db8::1#7", "ipv4_address": "192.0.2.1#8"}]


def test_parameters() -> None:
    assert parameters({"tcp-est-timeout": 7200.0, "pool6": None}) == {"tcp_est_timeout": 7200.0, "pool6": None}
