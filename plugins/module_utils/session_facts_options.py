# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `jool_session_facts`, and what they ask for. Shared by the module and the action plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .client.capture import file_chunks
from .facts.question import SUBSETS, Question
from .facts.session_facts import gather_capture
from .facts.shape import Facts
from .facts.table_file import FORMATS, TableFile
from .records.session import PROTOCOLS, STATES
from .records.session_filter import ADDRESS_FIELDS, L4_ID_FIELDS, SessionFilter
from .task_options import TRANSPORTS, OptionError


def _list(kind: str = "str", **more: Any) -> dict[str, Any]:
    return {"type": "list", "elements": kind, **more}


FILTER_OPTIONS: dict[str, Any] = {
    "states": _list(choices=list(STATES)),
    **{field: _list() for field in ADDRESS_FIELDS},
    **{field: _list("int") for field in L4_ID_FIELDS},
    "expires_before": {"type": "float"},
    "expires_after": {"type": "float"},
}

QUESTION_SPEC: dict[str, Any] = {
    "protocols": _list(choices=list(PROTOCOLS), default=list(PROTOCOLS)),
    "instances": _list(),
    "netns": _list(),
    "numeric": {"type": "bool", "default": True},
    "filters": {"type": "dict", "options": FILTER_OPTIONS},
    "client_prefix_length": {"type": "int", "default": 64},
    "top_clients": {"type": "int", "default": 10},
    "jool_path": {"type": "str", "default": "jool"},
}
"""What is asked of a host, whoever asks; documented in the fragment ``session_question``."""

ARGUMENT_SPEC: dict[str, Any] = {
    **QUESTION_SPEC,
    "gather_subset": _list(choices=["all", *SUBSETS], default=["summary"]),
    "max_sessions": {"type": "int", "default": 1000},
    "dest": {"type": "path"},
    "dest_format": {"type": "str", "choices": list(FORMATS), "default": "jsonl"},
    "transport": {"type": "str", "choices": list(TRANSPORTS), "default": "connection"},
    "src": {"type": "path"},
    "text": {"type": "str", "no_log": False},
    "timeout": {"type": "float", "default": 300.0},
}

MUTUALLY_EXCLUSIVE = [("src", "text"), ("src", "instances"), ("src", "netns"), ("text", "instances"), ("text", "netns")]


def question(options: Mapping[str, Any]) -> Question:
    """What validated options ask for.

    :raises OptionError: for a value that makes no sense.
    :raises records.session_filter.FilterError: the same, in a filter.
    """
    _within("client_prefix_length", options["client_prefix_length"], 1, 128)
    for name in ("max_sessions", "top_clients", "timeout"):
        _within(name, options[name], 0)
    for name in ("protocols", "gather_subset", "instances"):
        if options[name] is not None and not options[name]:
            raise OptionError(f"{name}: an empty list asks for nothing; leave the option out to ask for all")
    subsets = set(options["gather_subset"])
    asked = Question(
        protocols=tuple(options["protocols"]),
        instances=_names(options["instances"]),
        netns=_names(options["netns"]) or None,
        subsets=frozenset(SUBSETS if "all" in subsets else subsets),
        numeric=options["numeric"],
        session_filter=_filter(options["filters"] or {}),
        max_sessions=options["max_sessions"],
        client_prefix_length=options["client_prefix_length"],
        top=options["top_clients"],
    )
    asked.session_filter.predicate()
    return asked


def offline(options: Mapping[str, Any]) -> bool:
    """Whether a capture is to be read and no host is asked."""
    return options["src"] is not None or options["text"] is not None


def gather_offline(options: Mapping[str, Any], asked: Question, table: TableFile | None) -> Facts:
    """The facts of the capture in ``src`` or ``text``.

    :raises errors.JoolError: see `facts.session_facts.gather_capture`.
    """
    if options["src"] is not None:
        return gather_capture(file_chunks(options["src"]), options["src"], asked, table)
    return gather_capture(text_chunks(options["text"]), "the text given", asked, table)


def text_chunks(text: str) -> Iterator[bytes]:
    """YAML and the lookup ``file`` drop the last line break of a text, so it is no sign of a cut here."""
    yield text.encode("utf-8", "surrogateescape")
    if text.strip() and not text.endswith("\n"):
        yield b"\n"


def _filter(options: Mapping[str, Any]) -> SessionFilter:
    return SessionFilter(
        states=tuple(options.get("states") or ()),
        addresses={field: options.get(field) or () for field in ADDRESS_FIELDS},
        l4_ids={field: options.get(field) or () for field in L4_ID_FIELDS},
        expires_before=options.get("expires_before"),
        expires_after=options.get("expires_after"),
    )


def _names(names: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(dict.fromkeys(str(name) for name in names))


def _within(name: str, value: float, low: float, high: float | None = None) -> None:
    if value < low or (high is not None and value > high):
        allowed = f"at least {low:g}" if high is None else f"between {low:g} and {high:g}"
        raise OptionError(f"{name}: {value:g} is not {allowed}")
