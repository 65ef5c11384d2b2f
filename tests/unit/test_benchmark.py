# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark without its clock: its tables are what Jool prints, and who is compared answers the same question."""

from __future__ import annotations

import csv
import hashlib
import importlib
import ipaddress
import os
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from benchmark import networks, peers_awk, peers_csv, works_ours
from benchmark.answers import FIELDS, Disagreement, compare, rows_answer
from benchmark.contest import make_tables, run_sections
from benchmark.cost import Cost, run_alone, run_with_children
from benchmark.fleet import FleetResults, measure_fleet
from benchmark.fleet_cost import RunCost, RunFailed
from benchmark.fleet_cost import run as run_fleet
from benchmark.plan import SECTIONS, TABLES, Contestant, Section, TableSize
from benchmark.report import missed, report
from benchmark.store import LOOK_UPS, measure
from benchmark.tables import Table, make_table, open_table
from benchmark.targets import TARGETS, BytesPerClient, Linear, MemoryGrowth, Peak, Ratio, Results
from benchmark.work import Measure, do

from ansible_collections.nat64.jool.plugins.module_utils.client.capture import file_chunks
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import read_console, read_csv

SESSIONS = 2_000
HERE = Path(peers_awk.__file__).parent
NOT_IN_THIS_ENVIRONMENT = ("peers_polars", "peers_ntc_templates", "peers_ttp", "works_ansible")
"""Their libraries are in .venv-bench alone, or they take seconds: `make bench` compares their answers each time."""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return make_table(tmp_path_factory.mktemp("benchmark") / "table", SESSIONS, prefixes=400, console=True)


def rows(table: Table) -> list[list[str]]:
    found = []
    for _protocol, path in table.outputs("csv"):
        with open(path, encoding="ascii", newline="") as file:
            found += list(csv.reader(file))[1:]
    return found


# --- tables -------------------------------------------------------------------------------------------------------


def test_the_same_bytes_everywhere(table: Table) -> None:
    digest = hashlib.sha256()
    for ending in ("csv", "txt"):
        for _protocol, path in table.outputs(ending):
            digest.update(Path(path).read_bytes())
    # To be renewed when the mix is changed.
    assert digest.hexdigest() == "2ac2229bcbb681697631b9c2a5860cd18437b294f738acae5682e68fa5c55090"


def test_mix(table: Table) -> None:
    assert open_table(table.place) == table
    found = rows(table)
    assert [sum(row[0] == name for row in found) for name in ("TCP", "UDP", "ICMP")] == [1400, 500, 100]
    assert {(row[0] == "TCP", len(row)) for row in found} == {(True, 11), (False, 10)}
    clients = {row[1] for row in found}
    prefixes = {ipaddress.ip_network((client, 64), strict=False) for client in clients}
    assert len(prefixes) == table.client_prefixes < len(clients)
    assert any("::" in client for client in clients)
    for address in {text for row in found for text in (row[1], row[3], row[5], row[7])}:
        assert str(ipaddress.ip_address(address)) == address


def test_the_kernels_order(table: Table) -> None:
    for protocol in ("TCP", "UDP", "ICMP"):
        keys = [
            (ipaddress.ip_address(row[5]), int(row[6]), ipaddress.ip_address(row[7]), int(row[8]))
            for row in rows(table)
            if row[0] == protocol
        ]
        assert keys == sorted(set(keys))
        assert len({key[:2] for key in keys}) < len(keys), "no transport address has two sessions"


def test_a_transport_address_has_one_client(table: Table) -> None:
    mapped: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in rows(table):
        assert mapped.setdefault((row[0], row[5], row[6]), (row[1], row[2])) == (row[1], row[2])
    assert len(set(mapped.values())) <= len(mapped)
    assert len({(key[0], *client) for key, client in mapped.items()}) == len(mapped)


def test_csv_and_console_are_one_table(table: Table) -> None:
    for (protocol, csv_path), (_protocol, text_path) in zip(table.outputs("csv"), table.outputs("txt")):
        assert list(read_csv(file_chunks(csv_path))) == list(read_console(file_chunks(text_path), protocol))


def test_as_many_clients_as_can_be(tmp_path: Path) -> None:
    table = make_table(tmp_path / "table", 1_000, prefixes=100_000, evenly=True)
    assert 600 < table.client_prefixes < 1_000
    assert len(list(read_csv(file_chunks(f"{table.place}/tcp.csv")))) == 700


# --- questions ----------------------------------------------------------------------------------------------------


def here(section: Section) -> list[str]:
    """The works of a section that this environment can do."""
    present = (one for one in section.contestants if one.program is None or shutil.which(one.program))
    return sorted({one.work for one in present if not one.work.startswith(NOT_IN_THIS_ENVIRONMENT)})


@pytest.mark.parametrize("section", [one for one in SECTIONS if here(one)], ids=lambda section: section.name)
def test_all_agree(section: Section, table: Table) -> None:
    compare(section.title, {work: do(work, table).answer for work in here(section)}, SESSIONS)


def test_all_agree_on_every_client(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (networks, peers_awk, works_ours):
        monkeypatch.setattr(module, "TOP", 100_000)
    expected = Counter(ipaddress.IPv6Network((row[1], 64), strict=False) for row in rows(table))
    busiest = [[str(prefix), count] for prefix, count in sorted(expected.items(), key=lambda item: (-item[1], item[0]))]
    works = ["works_ours.csv_summary", "works_ours.console_summary", "peers_csv.csv_reader_summary"]
    works += [f"peers_awk.{program}_summary" for program in ("mawk", "gawk") if shutil.which(program)]
    for work in works:
        assert do(work, table).answer["top_clients"] == busiest, work


@pytest.mark.parametrize("program", [program for program in ("mawk", "gawk") if shutil.which(program)])
@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:7::1", "2001:db8:0:7::/64"),
        ("2001:db8::a:b:c:d", "2001:db8::/64"),
        ("2001:db8:5:0:a:b:c:d", "2001:db8:5::/64"),
        ("2001:db8:5:6:7::", "2001:db8:5:6::/64"),
        ("2001:0:0:7::9", "2001:0:0:7::/64"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4::/64"),
    ],
)
def test_awk_cuts_addresses(program: str, address: str, prefix: str, tmp_path: Path) -> None:
    row = f"TCP,{address},1,64:ff9b::1,2,192.0.2.1,3,198.18.0.1,4,0:00:01,ESTABLISHED\n"
    for protocol in ("tcp", "udp", "icmp"):
        (tmp_path / f"{protocol}.csv").write_text("header\n" + (row if protocol == "tcp" else ""), encoding="ascii")
    table = Table(str(tmp_path), 1, 1)
    assert do(f"peers_awk.{program}_summary", table).answer["top_clients"] == [[prefix, 1]]
    assert networks.busiest({address: 1}) == [(prefix, 1)]


def written(path: Path) -> list[dict[str, object]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{**row, "expires_in": round(float(row["expires_in"]), 3)} for row in csv.DictReader(file)]


def test_files_hold_the_same_rows(table: Table, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    works_ours.write_file(table, str(ours), "csv")
    peers_csv.write_file(table, str(theirs))
    assert written(ours) == written(theirs)


def test_a_disagreement_says_who_said_what() -> None:
    with pytest.raises(Disagreement, match=r"(?s)how many.*one says \{'rows': 1.*other says \{'rows': 2"):
        compare("how many", {"one": rows_answer(1, None), "other": rows_answer(2, None)}, 1)
    with pytest.raises(Disagreement):
        compare("how many", {"one": rows_answer(1, None), "other": rows_answer(1, None)}, 2)


# --- costs, targets, report ---------------------------------------------------------------------------------------

HOLD = "import time; held = bytearray(60_000_000); time.sleep(0.2)"


def test_cost_is_of_the_child_alone() -> None:
    output, cost = run_alone([sys.executable, "-c", f"{HOLD}; print('done')"])
    assert output == "done\n"
    assert 60_000_000 < cost.peak_bytes < 100_000_000
    assert cost.cpu > 0


def test_cost_of_a_family() -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}])"
    _output, cost = run_with_children([sys.executable, "-c", f"held = bytearray(60_000_000); {child}"])
    assert 120_000_000 < cost.peak_bytes < 180_000_000


def results(measures: dict[str, list[tuple[float, int]]], tables: dict[str, tuple[int, int]]) -> Results:
    return Results(
        {key: [Measure(Cost(cpu, peak), {}) for cpu, peak in runs] for key, runs in measures.items()},
        {name: Table("", *held) for name, held in tables.items()},
    )


def test_targets() -> None:
    found = results(
        {
            "x/a@short": [(1, 10_000_000), (2, 10_000_000), (9, 30_000_000)],
            "x/b@long": [(2, 20_000_000), (2, 20_000_000), (3, 20_000_000)],
            "x/c@longer": [(4, 21_000_000)],
        },
        {"short": (100, 0), "long": (200, 50_000), "longer": (400, 50_000)},
    )
    assert Ratio("", 1, "x/a@short", "x/b@long").measured(found) == 1
    assert Ratio("", 1, "x/a@short", "x/b@long", "peak_bytes").measured(found) == 0.5
    assert Peak("", 1, ("x/a@short", "x/b@long")).measured(found) == 20
    assert MemoryGrowth("", 1, "x/a@short", "x/b@long", 150).measured(found) == 2.5
    assert MemoryGrowth("", 1, "x/b@long", "x/a@short").measured(found) == 0
    assert BytesPerClient("", 1, "x/a@short", "x/b@long").measured(found) == 200
    linear = results({"x/a@s": [(1, 1)], "x/b@m": [(2, 1)], "x/c@l": [(4, 1)]}, {"s": (1, 0), "m": (2, 0), "l": (4, 0)})
    assert Linear("", 1, ("x/a@s", "x/b@m", "x/c@l")).measured(linear) == 1


def test_targets_name_contestants() -> None:
    keys = {section.key(one) for section in SECTIONS for one in section.contestants}
    assert {section.beside for section in SECTIONS if section.beside} <= keys
    named = set()
    for target in TARGETS:
        for value in vars(target).values():
            named |= {text for text in (value if isinstance(value, tuple) else (value,)) if "@" in str(text)}
    assert named
    assert named <= keys


def test_contestants_are_there() -> None:
    for section in SECTIONS:
        assert len({section.key(one) for one in section.contestants}) == len(section.contestants)
        for one in section.contestants:
            module, function = one.work.split(".")
            assert one.table in TABLES
            assert re.search(
                rf"^def {function}\(table: Table\)", (HERE / f"{module}.py").read_text(encoding="utf-8"), re.MULTILINE
            )
            if module not in NOT_IN_THIS_ENVIRONMENT:
                assert hasattr(importlib.import_module(f"benchmark.{module}"), function)


def test_report(tmp_path: Path) -> None:
    section = Section(
        "records",
        "Records",
        (
            Contestant("ours", "works_ours.csv_records", "small"),
            Contestant("`csv.reader`", "peers_csv.csv_reader_records", "small", rounds=1),
            Contestant("nobody", "peers_awk.mawk_summary", "small", program="a program that nobody has"),
        ),
        "records/csv_reader_records@small",
        "What it means.",
    )
    found = run_sections([section], make_tables(tmp_path, {"small": TableSize(200, 20)}), 2)
    assert [len(found.measures[section.key(one)]) for one in section.contestants[:2]] == [2, 1]
    ours, peer, nobody = (section.key(one) for one in section.contestants)
    targets = [Ratio("easy", 1e9, ours, peer), Ratio("hard", 0, ours, peer), Ratio("not there", 1, ours, nobody)]
    fleet = FleetResults(
        20,
        [RunCost(1.0, 2.0, 90_000_000), RunCost(8.0, 9.0, 80_000_000), RunCost(1.0, 2.0, 70_000_000)],
        5,
        [RunCost(2.25, 0.75, 300_000_000), RunCost(2.25, 0.75, 200_000_000), RunCost(2.25, 0.75, 100_000_000)],
        100,
        0.5,
    )
    text = report([section], targets, found, fleet, 2, "1 core", short=False)
    assert re.search(r"\| easy \| 1000000000.00 x \| \d+\.\d\d x \| yes \|", text)
    assert re.search(r"\| hard \| 0.00 x \| \d+\.\d\d x \| no \|", text)
    assert "| not there | 1.00 x | not measured here | unknown |" in text
    assert re.search(r"\| ours \| 200 \| \d+\.\d\d \| \d+\.\d\d \| \d+\.\d \| \d+\.\d\d x \|", text)
    assert "| `csv.reader` (once) |" in text
    assert "| nobody | 200 | not installed here |  |  |  |" in text
    assert "| CPU of 20 hosts in one task, beside `ansible -m command` | 0.125 x | 0.111 x | yes |" in text
    assert "| time of 20 hosts in one task, beside `ansible -m command` | 0.50 x | 0.67 x | no |" in text
    assert "| memory of 20 hosts in one task | 150 MB | 90 MB | yes |" in text
    assert "| reading and merging 100 saved summaries | 2.00 s | 0.50 s | yes |" in text
    assert "| `ansible -m command` | 5 | 450.0 | 0.8 | 300 | 9.0 x | 1.5 x |" in text
    assert missed(targets, found, fleet) == [
        "hard",
        "not there",
        "time of 20 hosts in one task, beside `ansible -m command`",
    ]


@pytest.mark.parametrize("hosts", [0, 5001])
def test_no_such_fleet(hosts: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 5000"):
        measure_fleet(hosts, 1, 1)


def test_what_a_command_leaves_behind_is_counted_and_ended(tmp_path: Path) -> None:
    left = "import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    x = sum(range(10**7))\n    time.sleep(600)\n"
    cost = run_fleet([sys.executable, "-c", f"{left}else:\n    time.sleep(2)"], tmp_path / "output", os.environ, 60)
    assert cost.wall < 60
    assert cost.cpu > 0.1
    assert cost.peak_bytes > 2_000_000


def test_a_run_that_fails(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="what went wrong"):
        run_fleet([sys.executable, "-c", "raise SystemExit('what went wrong')"], tmp_path / "output", os.environ, 60)


def test_fields_are_the_csvs_columns(table: Table) -> None:
    header = Path(table.place, "tcp.csv").read_text(encoding="ascii").splitlines()[0]
    assert tuple(re.sub("[ -]", "_", column).lower() for column in header.split(",")) == FIELDS


def test_the_store_is_asked_for_what_is_there(tmp_path: Path) -> None:
    found = measure(tmp_path, audits=2, hosts=2)
    assert found.rows == 2 * 2 * 2000
    assert 0 < found.known <= LOOK_UPS
    assert 20 < found.octets < 200
