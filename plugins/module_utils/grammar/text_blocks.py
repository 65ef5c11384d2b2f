# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cuts a stream of bytes into texts of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .grammar_error import EndsInsideRecord, GrammarError

LINE_LIMIT = 1024 * 1024
"""Bytes. Jool's longest line (a resolved name at both ends) has less than 1,500."""

BLOCK_BYTES = 128 * 1024
"""A stream is read in about these, whatever pieces it comes in: columns of a block are held at a time, and no more.
Jool writes 4 KiB at a time. With less, the work on a block itself shows; with more, memory does."""


class LineTooLong(GrammarError):
    """A line has no end within `LINE_LIMIT` bytes."""

    what = f"is longer than {LINE_LIMIT} bytes"


def blocks(template: str, chunks: Iterable[bytes], block_bytes: int = BLOCK_BYTES) -> Iterator[str]:
    """Cut a stream into texts of whole lines.

    Bytes that are no UTF-8 (a resolver may hand out any) show as ``\\xNN``, so that an error can show them.

    :param template: a name for messages.
    :raises LineTooLong: before more than `LINE_LIMIT` bytes of one line are held; of lines nobody counts here.
    :raises EndsInsideRecord: when the last line has no line break: Jool ends every line that it finishes.
    """
    rest = b""
    for pieces in _gathered(chunks, block_bytes):
        *before, last = pieces
        cut = last.rfind(b"\n") + 1
        if not cut:
            before, last = [], b"".join(pieces)
            cut = last.rfind(b"\n") + 1
        if cut:
            yield _text(b"".join((rest, *before, memoryview(last)[:cut])))
            rest = last[cut:]
        else:
            rest += last
        if len(rest) > LINE_LIMIT:
            raise LineTooLong(template, 0, _text(rest))
    if rest:
        raise EndsInsideRecord(template, 0, _text(rest))


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", errors="backslashreplace")


def _gathered(chunks: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """The same bytes in pieces which together have the size or a little more, the last ones less."""
    held: list[bytes] = []
    held_bytes = 0
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), size):
                held.append(chunk[start : start + size])
                held_bytes += len(held[-1])
                if held_bytes >= size:
                    yield held
                    held, held_bytes = [], 0
    except Exception:  # a time that is over, a connection that broke: what came before it may tell why
        if held:
            yield held
        raise
    if held:
        yield held
