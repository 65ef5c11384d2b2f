# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who held a transport address at a time, by files with logs of kernels, one translator's or many."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import IO, Any, NamedTuple

from ..errors import LogDamaged, LogNotReadable
from ..grammar.grammar_error import GrammarError
from ..records.kernel_log import LogEntry, read_log
from ..store.finding import Question
from .answer import Answer, moment
from .holder import UNKNOWN, Verdict, of_all
from .log import LogHistory

CHUNK_BYTES = 256 * 1024

OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
"""End of a name to what reads it: how rotated logs are kept."""


class Logs(NamedTuple):
    """The logs of one translator.

    :ivar host: its name.
    :ivar paths: in any order; they may overlap.
    """

    host: str
    paths: Sequence[str]


def from_logs(translators: Sequence[Logs], question: Question, at: datetime) -> Answer:
    """What logs say.

    :param at: with its time zone.
    :raises LogNotReadable: when one cannot be read.
    :raises LogDamaged: when one has a line of Jool that makes no sense.
    """
    verdicts, evidence = [], []
    spans: list[tuple[int, int]] = []
    for one in translators:
        history = LogHistory(question).read(chain.from_iterable(map(_entries, one.paths)))
        evidence.append(_evidence(one, history))
        if history.first is not None and history.last is not None:
            spans.append((history.first, history.last))
        # A log that has nothing of the address is no witness: it may be another translator's address.
        if history.events:
            verdicts.append(history.verdict(at.timestamp()))
    found = of_all(verdicts) if verdicts else Verdict(UNKNOWN)
    return Answer(question, at, found, evidence, _why_not(found, spans, bool(verdicts), at))


def _why_not(found: Verdict, spans: Sequence[tuple[int, int]], told: bool, at: datetime) -> str:
    if found.word != UNKNOWN:
        return ""
    if not spans:
        return "the logs have no line of Jool about a binding; 'logging-bib' may be off"
    if not any(first <= at.timestamp() <= last for first, last in spans):
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        return f"Jool's lines in the logs are from {moment(first)} to {moment(last)}"
    if not told:
        return "the logs have no line about this address; a static entry has none, nor has what was there before"
    if len(found.holders) > 1:
        return "it passed from one to another within this second"
    return "the address was given to another without a line that took it back, so it was removed by hand"


def _evidence(one: Logs, history: LogHistory) -> dict[str, Any]:
    return {
        "host": one.host,
        "lines": history.lines,
        "first": None if history.first is None else moment(history.first),
        "last": None if history.last is None else moment(history.last),
        "events": [
            {"at": moment(at), "event": "mapped" if is_begin else "forgot", **holder._asdict()}
            for at, is_begin, holder in history.events
        ],
    }


def _entries(path: str) -> Iterator[LogEntry]:
    """:raises LogNotReadable: or `LogDamaged`, with the path."""
    opener: Callable[..., Any] = next((opener for end, opener in OPENERS.items() if path.endswith(end)), open)
    try:
        with opener(path, "rb") as file:
            yield from read_log(_chunks(file))
    except GrammarError as error:
        raise LogDamaged(f"{path}: {error}") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise LogNotReadable(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except ValueError as error:
        raise LogDamaged(f"{path}: {error}") from error


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
