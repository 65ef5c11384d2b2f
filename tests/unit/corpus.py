# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recorded output in ``captures/`` as objects, and which test is over which of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.grammar.catalog import TEMPLATES
from ansible_collections.nat64.jool.plugins.module_utils.grammar.grammar_error import GrammarError
from ansible_collections.nat64.jool.plugins.module_utils.grammar.template import Template

HERE = Path(__file__).parent / "captures"

Row = dict[str, Any]
Record = TypeVar("Record")
Test = TypeVar("Test", bound=Callable[..., None])

REPEATED_ROWS = ("3.2.3/session-repeated-rows-console", "3.2.3/session-repeated-rows-csv")
"""Some rows are printed twice: these are for the test of `records.repeats`, and for no test over the corpus."""


@dataclass(frozen=True)
class Capture:
    """One run of the tool."""

    release: str
    case: str
    argv: tuple[str, ...]
    exit_code: int
    stdout_name: str | None
    stderr_name: str | None
    kind: str
    format: str | None
    headers: bool
    numeric: bool
    truth: Row = field(hash=False)
    tables: Row = field(hash=False, repr=False)

    @property
    def id(self) -> str:
        return f"{self.release}/{self.case}"

    @property
    def stdout(self) -> bytes:
        return (HERE / self.stdout_name).read_bytes() if self.stdout_name else b""

    @property
    def stderr(self) -> bytes:
        return (HERE / self.stderr_name).read_bytes() if self.stderr_name else b""

    @property
    def complete(self) -> bool:
        """Whether the tool came to its end, and a whole table was printed."""
        return self.exit_code == 0 and self.truth.get("complete", True) is True

    @property
    def protocols(self) -> tuple[str, ...]:
        """Those that were asked for, lower-case."""
        return tuple(protocol.lower() for protocol in self.truth.get("protocols", ()))

    @property
    def protocol(self) -> str | None:
        """The only one that was asked for."""
        return self.protocols[0] if len(self.protocols) == 1 else None

    def table(self, key: str) -> Any:
        """The truth as it was recorded: a table by name, or what stands in place under `key`."""
        if "table" not in self.truth:
            return self.truth[key]
        found = self.tables[self.truth["table"]]
        return [dict(zip(found["columns"], row)) for row in found["rows"]] if "columns" in found else found

    def rows(self, key: str) -> list[Row]:
        """The rows of the truth that were asked for, in the order of the module."""
        rows: list[Row] = self.table(key)
        if "protocols" not in self.truth:
            return rows
        return [row for protocol in self.truth["protocols"] for row in rows if row["protocol"] == protocol]

    def rows_sent(self, key: str) -> list[Row]:
        """Those of `rows` that left the module before the tool ended."""
        rows, sent = self.rows(key), self.truth["rows_sent"]
        if isinstance(sent, int):
            return rows[:sent]
        return [
            row
            for protocol, count in sent.items()
            for row in [row for row in rows if row["protocol"] == protocol][:count]
        ]

    @cached_property
    def template(self) -> Template:
        """The template that this output is read with; for an error the one that a caller would have used."""
        return TEMPLATES[_template_name(self)]


_MODES = {
    "--bib": "bib",
    "-b": "bib",
    "bib": "bib",
    "pool": "pool4",
    "pool4": "pool4",
    "--pool4": "pool4",
    "stat": "stats",
    "stats": "stats",
    "eamt": "eamt",
    "--eamt": "eamt",
}
_KIND_TEMPLATES = {
    "session-count": "session_count",
    "bib-count": "session_count",
    "pool4-count": "count",
    "pool6-count": "count",
    "eamt-count": "count",
    "denylist4-count": "count",
    "session-follow": "session_follow",
    "instance-status": "instance_status",
    "version": "version",
}


def _template_name(capture: Capture) -> str:
    if capture.kind in _KIND_TEMPLATES:
        return _KIND_TEMPLATES[capture.kind]
    if "follow" in capture.argv:
        return "session_follow"
    table = capture.kind
    if table == "error":
        table = next((_MODES[word] for word in capture.argv[1:] if word in _MODES), "session")
    elif table == "pool6791":
        table = "denylist4"
    name = f"{table}_{capture.format or 'csv'}"
    return f"{name}_explained" if table == "stats" and capture.truth.get("explain") else name


def _load() -> tuple[Capture, ...]:
    index = json.loads((HERE / "index.json").read_text(encoding="utf-8"))
    return tuple(
        Capture(
            release=entry["release"],
            case=entry["case"],
            argv=tuple(entry["argv"]),
            exit_code=entry["exit_code"],
            stdout_name=entry["stdout"],
            stderr_name=entry["stderr"],
            kind=entry["kind"],
            format=entry.get("format"),
            headers=entry.get("headers", True),
            numeric=entry.get("numeric", True),
            truth=entry["truth"],
            tables=index["tables"],
        )
        for entry in index["captures"]
    )


CAPTURES = _load()

KERNEL_LOGS = [
    b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b"(GMT)" in line)
    for path in sorted((HERE.parent / "kernel_log").iterdir())
]
"""Jool's lines about bindings and sessions in the log of a kernel: recorded apart, since no tool prints them."""


def recorded(template: Template) -> list[bytes]:
    """Outputs of a template's format, whole ones and others."""
    if template.name == "kernel_log":
        return KERNEL_LOGS
    return [capture.stdout for capture in CAPTURES if capture.template is template and capture.stdout]


def select(*kinds: str, **wanted: object) -> list[Capture]:
    """The captures of these kinds whose attributes have these values, without `REPEATED_ROWS`."""
    return [
        capture
        for capture in CAPTURES
        if capture.kind in kinds
        and capture.id not in REPEATED_ROWS
        and all(getattr(capture, name) == value for name, value in wanted.items())
    ]


def over(captures: Sequence[Capture]) -> Callable[[Test], Test]:
    """Run a test over captures, one at a time, and note that it is over them (see test_catalog)."""

    def decorate(test: Test) -> Test:
        test.claims = [capture.id for capture in captures]  # type: ignore[attr-defined]
        marked: Test = pytest.mark.parametrize("capture", captures, ids=lambda capture: capture.id)(test)
        return marked

    return decorate


def as_far_as_it_goes(records: Iterable[Record]) -> tuple[list[Record], bool]:
    """What is read before the text ends or is found wrong, and whether it came to a clean end."""
    read: list[Record] = []
    try:
        # The list keeps what came before the error.
        read.extend(records)
    except GrammarError:
        return read, False
    return read, True


def is_prefix(read: Sequence[object], whole: Iterable[object]) -> bool:
    """Whether the rows that were read are the first of the true ones."""
    return list(read) == list(whole)[: len(read)]
