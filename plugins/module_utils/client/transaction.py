# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several commands as one execution on the host, which takes back what it did when one of them fails.

The host carries out the whole of it, also when the connection breaks or whoever started it is killed: then either all
commands were run, or what was run was taken back. Two constant shell scripts do that. What varies are their positional
parameters. They need sh, and `write_and_run` mktemp, rm and rmdir.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..transport.base import Completed, shell_command

ARGUMENT_BYTES = 48 * 1024
"""Of all parameters together. A remote shell gets one command as one argument, which Linux bounds at 128 KiB; quotes
within quotes take room, too."""

PIECE_CHARACTERS = 32 * 1024

_COMMANDS = r"""
    marker=$1; shift; trap "" HUP INT TERM PIPE;
    number=0; undo=:; status=0;
    while [ $# -gt 0 ]; do
        number=$((number + 1)); undo="$2; $undo";
        words=$(eval "$1" 2>&1 </dev/null); status=$?;
        [ "$status" -eq 0 ] || break;
        shift 2;
    done;
    if [ "$status" -eq 0 ]; then printf "%s\n" "$marker done $number 0"; exit 0; fi;
    (eval "$undo") >/dev/null 2>&1 </dev/null;
    printf "%s\n" "$marker failed $number $status"; printf "%s\n" "$words" >&2; exit "$status"
"""
"""Runs commands. Parameters: a marker, then pairs of a command and what takes it back, each as a line of shell.

- Signals that end a shell when its connection goes are ignored, by the commands as well.
- The command that failed is taken back, too: one that was killed may have done its work. What takes back a command
  that did nothing fails, which does no harm: whoever reads what runs afterwards sees the truth.
"""

_FILE = r"""
    marker=$1; place=$2; piece=$3; shift 3;
    umask 077; trap "" HUP INT TERM PIPE;
    if [ -z "$place" ]; then place=$(mktemp -d "${TMPDIR:-/tmp}/jool-instance.XXXXXX") || exit 1; fi;
    forget() { rm -f "$place/$marker"; rmdir "$place"; };
    if ! printf "%s" "$piece" >>"$place/$marker"; then forget; exit 1; fi;
    if [ $# -eq 0 ]; then printf "%s\n" "$marker $place"; exit 0; fi;
    "$@" "$place/$marker" </dev/null; status=$?; forget; exit "$status"
"""
"""Writes a file that only its owner reads, runs a command on it, and removes it. Parameters: a marker, the directory of
the file (empty: a new one is made), a piece of the file, and the command, to which the file's path is added. Without a
command it prints the directory, and the file waits for its next piece."""


@dataclass(frozen=True)
class Reversible:
    """A command, and the one that takes it back."""

    argv: tuple[str, ...]
    reverse: tuple[str, ...]


@dataclass(frozen=True)
class Failed:
    """Where a transaction stopped. What it had done was taken back.

    :ivar number: of the command, from 0; None where not even that is known, and then nothing is.
    :ivar status: its exit status.
    :ivar words: what it said.
    """

    number: int | None
    status: int
    words: str


def batches(commands: Sequence[Reversible]) -> Iterator[list[Reversible]]:
    """The commands in the fewest executions that each fit into one argument."""
    batch: list[Reversible] = []
    size = 0
    for command in commands:
        length = len(shell_command((shell_command(command.argv), shell_command(command.reverse))).encode())
        if batch and size + length > ARGUMENT_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(command)
        size += length
    if batch:
        yield batch


def run_commands(commands: Sequence[Reversible]) -> tuple[str, tuple[str, ...]]:
    """What runs a batch.

    :returns: the marker for `outcome`, and the argument list.
    """
    marker = secrets.token_hex(8)
    lines = [shell_command(argv) for command in commands for argv in (command.argv, command.reverse)]
    return marker, (*_script(_COMMANDS), marker, *lines)


def outcome(marker: str, done: Completed) -> Failed | None:
    """How a batch ended; None where all is done."""
    told = re.search(rf"^{marker} (done|failed) (\d+) (\d+)\r?$", done.stdout.decode("utf-8", "replace"), re.MULTILINE)
    words = done.stderr.decode("utf-8", "replace")
    if told is None:
        return Failed(None, done.status, words)
    return None if told[1] == "done" else Failed(int(told[2]) - 1, int(told[3]), words)


@dataclass(frozen=True)
class FileCommand:
    """A command that reads a file, with the file.

    :ivar argv: the command; the path follows.
    :ivar text: the file.
    """

    argv: tuple[str, ...]
    text: str

    def first(self, marker: str) -> tuple[str, ...]:
        """Writes the first of several pieces; see `place`."""
        return (*_script(_FILE), marker, "", self.pieces()[0])

    def middle(self, marker: str, place: str, piece: str) -> tuple[str, ...]:
        """Adds a piece."""
        return (*_script(_FILE), marker, place, piece)

    def last(self, marker: str, place: str, piece: str) -> tuple[str, ...]:
        """Adds the last piece, runs the command and removes the file.

        :param place: empty where it is the only piece.
        """
        return (*_script(_FILE), marker, place, piece, *self.argv)

    def remove(self, marker: str, place: str) -> tuple[str, ...]:
        """Removes a file that is not needed after all."""
        return (*_script(_FILE), marker, place, "", "test", "-f")

    def pieces(self) -> list[str]:
        """The file in pieces that each fit into an argument."""
        starts = range(0, max(1, len(self.text)), PIECE_CHARACTERS)
        return [self.text[start : start + PIECE_CHARACTERS] for start in starts]


def place_of(marker: str, done: Completed) -> str | None:
    """The directory that `FileCommand.first` made; None where it made none."""
    told = re.search(rf"^{marker} (\S.*?)\r?$", done.stdout.decode("utf-8", "surrogateescape"), re.MULTILINE)
    return told[1] if told and done.status == 0 else None


def _script(text: str) -> tuple[str, ...]:
    """The beginning of an argument list that runs a script, as one line: csh takes no line break inside quotes."""
    return ("sh", "-c", " ".join(text.split()), "sh")
