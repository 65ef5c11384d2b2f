# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved capture of the session table, read as if it had just been printed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator

from ..errors import CaptureNotReadable, UnreadableOutput
from ..grammar.grammar_error import SHOWN
from ..grammar.text_blocks import LINE_LIMIT
from ..records.repeats import skip_repeats
from ..records.session import Session
from ..records.session_block import SessionBlock, console_blocks, csv_blocks
from ..transport.base import CHUNK_BYTES, Ended
from .reading import checked
from .verdict import failure, says

_CSV = re.compile(rb"(?:Protocol,IPv6 Remote|(?:TCP|UDP|ICMP),)")
_CONSOLE = re.compile(rb"(?:(?:TCP|UDP|ICMP):\s*$|-{33}\s*$)", re.MULTILINE)
# Hours of two digits: 3.2 to 4.0.1. Words or a section's name: 3.1 to 3.5. Later releases never repeat rows.
_OLD = re.compile(rb"(?:^(?:TCP|UDP|ICMP):\s*$|Expires in \d+ |,\d\d:\d\d:\d\d(?:\.\d+)?(?:,|\s*$))", re.MULTILINE)


def file_chunks(path: str) -> Iterator[bytes]:
    """The bytes of a file.

    :raises CaptureNotReadable: when it cannot be opened or read.
    """
    try:
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise CaptureNotReadable(f"{path}: {error.strerror}") from error


def read_capture(
    chunks: Iterable[bytes], name: str, notice: Callable[[str], None], protocol: str | None = None
) -> Iterator[Session]:
    """The sessions of a capture, one by one; see `capture_blocks`."""
    for block in capture_blocks(chunks, name, notice, protocol):
        yield from block.sessions()


def capture_blocks(
    chunks: Iterable[bytes], name: str, notice: Callable[[str], None], protocol: str | None = None
) -> Iterator[SessionBlock]:
    """The sessions of a capture, some at a time; its format is found out from its first line.

    CSV and console, 3.1 to 4.2; several dumps may follow each other in one capture.

    :param name: what to call the capture in messages.
    :param notice: told, in a sentence, what was odd and yet no error.
    :param protocol: of rows that do not say it (console of 4.x).
    :raises UnreadableOutput: when this is no session table, or a line of it is none.
    :raises DumpCutShort: when it stops inside a record.
    :raises JoolError: when it holds an error message of Jool, the error that this stands for.
    """
    stream = iter(chunks)
    head = b""
    # The first line with anything on it decides; a capture that has none within the limit is none.
    while b"\n" not in head.lstrip() and len(head) < LINE_LIMIT:
        chunk = next(stream, b"")
        if not chunk:
            break
        head += chunk
    text = head.lstrip()
    if _CSV.match(text):
        blocks = csv_blocks(itertools.chain((head,), stream))
    elif _CONSOLE.match(text):
        blocks = console_blocks(itertools.chain((head,), stream), protocol)
    else:
        raise _no_table(text, name)
    if _OLD.search(head):
        blocks = skip_repeats(blocks, notice)
    yield from checked(blocks, lambda: Ended(status=0, stderr=b""), name)


def _no_table(text: bytes, name: str) -> Exception:
    shown = text[:SHOWN].decode("utf-8", "backslashreplace").strip()
    if not shown:
        return UnreadableOutput(
            "the capture is empty: that is what a failed command leaves, and no proof of an empty table", host=name
        )
    words = text[: 4 * SHOWN].decode("utf-8", "replace")
    if says(words):
        error = failure(name, (), 0, words)
        error.status = None
        return error
    return UnreadableOutput(f"it begins with {shown.splitlines()[0]!r}, which is no session table", host=name)
