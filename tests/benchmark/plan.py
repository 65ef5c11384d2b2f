# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: tables, and who works on them. Data only."""

from __future__ import annotations

from dataclasses import dataclass

ROUNDS = 5
"""Times that each contestant works, in turn with the others of its section."""


HOSTS = 1_000
"""Of a fleet, all of which are asked."""

SUMMARIES = 10_000
"""Saved ones, that are merged."""


@dataclass(frozen=True)
class TableSize:
    """A table to make; see `tables.make_table`."""

    sessions: int
    prefixes: int = 20_000
    evenly: bool = False
    console: bool = False

    def smaller(self, divisor: int) -> TableSize:
        """The same for a short run."""
        prefixes = max(1, self.prefixes // divisor)
        return TableSize(self.sessions // divisor, prefixes, self.evenly, self.console)


TABLES = {
    "10k": TableSize(10_000),
    "100k": TableSize(100_000),
    "1M": TableSize(1_000_000, console=True),
    "3M": TableSize(3_000_000),
    "clients": TableSize(1_000_000, prefixes=500_000, evenly=True),
}


@dataclass(frozen=True)
class Contestant:
    """Somebody who does a work.

    :ivar title: for the report; ``{clients}`` is the number of distinct client prefixes in the table.
    :ivar work: ``module.function``, see `work.run_work`.
    :ivar table: of `TABLES`.
    :ivar program: what must be installed on the machine, if anything.
    :ivar rounds: fewer than the others', for what takes long and is no target.
    """

    title: str
    work: str
    table: str
    program: str | None = None
    rounds: int | None = None


@dataclass(frozen=True)
class Section:
    """Contestants with the same question.

    :ivar name: for keys.
    :ivar beside: the key of the one that the others are set beside; None where that says nothing.
    :ivar text: what the rows mean.
    """

    name: str
    title: str
    contestants: tuple[Contestant, ...]
    beside: str | None
    text: str

    def key(self, contestant: Contestant) -> str:
        """What names a contestant of this section in targets and errors: ``section/function@table``."""
        return f"{self.name}/{contestant.work.split('.')[1]}@{contestant.table}"


SECTIONS = (
    Section(
        "records",
        "Text to typed records",
        (
            Contestant("nat64.jool, CSV", "works_ours.csv_records", "1M"),
            Contestant("nat64.jool, console", "works_ours.console_records", "1M"),
            Contestant("`csv.reader`, typed dictionaries", "peers_csv.csv_reader_records", "1M"),
            Contestant("polars, typed columns", "peers_polars.polars_records", "1M", rounds=3),
        ),
        "records/csv_reader_records@1M",
        "Every row becomes a record with numbers as numbers and seconds as seconds, and is let go. nat64.jool checks "
        "each line against its grammar; the peers take what comes. polars keeps columns and makes no record in "
        "Python. All but the second read CSV.",
    ),
    Section(
        "templates",
        "Text to typed records, by template",
        (
            Contestant("nat64.jool", "works_ours.csv_records", "100k"),
            Contestant("stock TextFSM, the same template", "peers_textfsm.textfsm_records", "100k", rounds=3),
            Contestant("ttp", "peers_ttp.ttp_records", "100k", rounds=3),
            Contestant(
                "ntc_templates `parse_output`, the same template",
                "peers_ntc_templates.ntc_templates_records",
                "100k",
                rounds=1,
            ),
        ),
        "templates/csv_records@100k",
        "The same question to the engines that network automation knows, from CSV. They are slow and hold all rows, so "
        "all read a tenth of the table.",
    ),
    Section(
        "summary",
        "Text to a summary",
        (
            Contestant("nat64.jool, CSV", "works_ours.csv_summary", "1M"),
            Contestant("nat64.jool, console", "works_ours.console_summary", "1M", rounds=3),
            Contestant("mawk", "peers_awk.mawk_summary", "1M", program="mawk"),
            Contestant("gawk", "peers_awk.gawk_summary", "1M", program="gawk", rounds=3),
            Contestant("polars, `group_by`", "peers_polars.polars_summary", "1M", rounds=3),
            Contestant("`csv.reader`, counters", "peers_csv.csv_reader_summary", "1M", rounds=3),
        ),
        "summary/mawk_summary@1M",
        "Sessions for each protocol, TCP state and pool4 address, and the ten busiest clients by /64. Every peer "
        "counts whole addresses and cuts each distinct one to its /64 at the end, which is the quickest way. All but "
        "the second read CSV.",
    ),
    Section(
        "growth",
        "Growth of a summary",
        (
            Contestant("{clients} client prefixes", "works_ours.csv_summary", "10k"),
            Contestant("{clients} client prefixes", "works_ours.csv_summary", "100k"),
            Contestant("{clients} client prefixes", "works_ours.csv_summary", "1M"),
            Contestant("{clients} client prefixes", "works_ours.csv_summary", "3M"),
            Contestant("{clients} client prefixes", "works_ours.csv_summary", "clients"),
        ),
        None,
        "nat64.jool's summary of CSV alone. The first four tables draw from the same 20,000 client prefixes with one "
        "to six addresses each; the last is as long as the third and draws from 500,000 prefixes. Memory is that of "
        "the process, interpreter and libraries included.",
    ),
    Section(
        "ansible",
        "A whole run of Ansible",
        (
            Contestant("`jool_session_facts`", "works_ansible.facts_run", "100k"),
            Contestant("`command`, `from_csv`, `set_fact`, `groupby`", "works_ansible.command_run", "100k"),
            Contestant("the same without `set_fact`", "works_ansible.lean_command_run", "100k", rounds=1),
        ),
        "ansible/command_run@100k",
        "`ansible-playbook` from start to end on a host whose `jool` answers at once, local connection: CPU of all "
        "processes, start-up included, and the most memory that all of them have at a time, what they share counted "
        "once (PSS, polled 50 times a second). The peers count by protocol, state and pool4 address; the busiest "
        "clients, which core cannot cut to a /64, are left out for them and not for `jool_session_facts`. The last "
        "row reads and counts in one expression, which spares Ansible a fact of all rows.",
    ),
    Section(
        "dest",
        "A table in a file",
        (
            Contestant("`dest`, JSON lines", "works_ours.json_lines_file", "1M"),
            Contestant("`dest`, CSV", "works_ours.csv_file", "1M"),
            Contestant("`dest`, JSON lines, a tenth of the table", "works_ours.json_lines_file", "100k"),
            Contestant("`csv.reader` to `csv.writer`", "peers_csv.csv_writer_file", "1M"),
        ),
        "dest/csv_writer_file@1M",
        "CSV text to typed records to a file, as the option `dest` writes it, beside the same typed rows with `csv`.",
    ),
)
