# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command whose output may be too large for one piece: its beginning comes at once, the rest waits in a file.

Three shell scripts do that on the host. They are constants: what varies are their positional parameters. They need
sh, dd, cat, ls, df, mktemp, rm and rmdir, of coreutils or of busybox.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..module_utils.transport.base import STDERR_KEPT_BYTES, Completed

BLOCK_BYTES = 64 * 1024
"""What the file is read by. Parts begin and end at a multiple of it."""

FILE_BLOCK_BYTES = 512
"""What POSIX counts ``ulimit -f`` in."""

_KEEP = r"""
    marker=$1; reads=$2; blocks=$3; errors=$4; shift 4;
    place=${TMPDIR:-/tmp};
    [ -z "$BASH_VERSION" ] || set -o posix;
    [ ! -t 1 ] || stty -opost <&1;

    forget() { rm -f "$dir/$marker"; rmdir "$dir"; };

    keep() {
        umask 077;
        if ! told=$(LC_ALL=C dd bs=4096 count="$reads" 2>&1 >&3); then
            printf "%s\n" "$told" >&2; echo "lost 0 at $place"; return;
        fi;
        for made in ${told%% records in*}; do :; done;
        if [ "$(($made))" -lt "$reads" ]; then echo "kept 0 at $place"; return; fi;

        if ! dir=$(LC_ALL=C mktemp -d "$place/overflow.$marker.XXXXXX" 2>&1); then
            case $(LC_ALL=C dd bs=1 count=1 2>&1 >/dev/null) in
                0+0*) echo "kept 0 at $place";;
                *) printf "%s\n" "$dir" >&2; echo "refused 0 at $place";;
            esac;
            return;
        fi;
        trap "forget; exit 1" HUP INT TERM;

        free=$(LC_ALL=C df -Pk "$dir" | { read -r line; read -r device size used free line; echo "$free"; });
        case $free in [1-9]?????????*) free=$blocks;; esac;
        [ "$free" -ge 0 ] 2>/dev/null || free=0;
        [ "$free" -le "$blocks" ] || free=$blocks;
        if ! (
            trap "" XFSZ;
            ulimit -f "$free" 2>/dev/null || [ "$(ulimit -f)" -le "$free" ] || exit 1;
            LC_ALL=C cat >"$dir/$marker";
        ); then
            forget; echo "full $free at $place";
            return;
        fi;
        size=$(ls -ln "$dir/$marker" | { read -r mode links user group size name; echo "$size"; });
        if [ "$size" -gt 0 ] 2>/dev/null; then echo "kept $size at $dir"; return; fi;
        forget;
        case $size in 0) echo "kept 0 at $place";; *) echo "lost 0 at $place";; esac;
    };

    printf "%s\n" "$marker";
    exec 3>&1;
    notes=$(
        exec 4>&1;
        {
            { ("$@" 2>&1 >&6 3>&- 4>&- 5>&- 6>&-); echo "status $?" >&4; } 2>/dev/null |
            case $(LC_ALL=C dd bs=1 count="$errors" 2>&1 >&5 6>&-) in "$errors"+*) cat >/dev/null;; esac;
        } 5>&2 6>&1 | keep >&4 5>&-;
    );
    trap "" PIPE;
    if ! printf "\n%s\n%s\n%s\n" "$marker" "$notes" "$marker" >&2; then
        dir=$place/overflow.$marker.${notes##*.}; forget;
    fi
"""
"""Runs a command. Parameters: marker, reads that are passed through, largest file in blocks of 512 bytes, bytes of
standard error, and the command.

- Standard output begins with a line of the marker: whoever escalates may print before it, and Ansible takes that away
  together with the white space that follows.
- dd passes the beginning through. A read of a pipe may be short, so it passes a part of what it is asked for or all of
  it, and never takes what it does not pass on (``head -c`` of busybox does). If it made fewer reads than it was asked
  for, that was all, and no file is made.
- The rest goes to a file in a directory of its own, which may take half of what ``df`` says is free: KiB free are the
  same number as blocks of 512 bytes in half of it. (A number of ten digits is a terabyte, too large for some shells.)
  XFSZ is ignored so that ``cat`` sees an error and says it, and no core is dumped. Bash counts ``ulimit -f`` in KiB
  but in its POSIX mode.
- A program may take no notice of write errors, so neither its exit status nor the end of its output says that all of it
  arrived: dd, cat and the size of the file do.
- Standard error is passed on up to its bound, and read and dropped beyond: who writes more must not be ended by it.
- A terminal (of a connection that asks for one) makes two characters of a line break, if it is not told not to.
- The trailer is the last that is written, to standard error, in one piece. If it cannot be written, nobody will come
  for the file, and it goes.
"""

_PART = r"""
    marker=$1; [ ! -t 1 ] || stty -opost <&1; printf "%s\n" "$marker";
    exec 3>&1;
    if ! told=$(LC_ALL=C dd bs=65536 skip="$3" count="$4" if="$2/$marker" 2>&1 >&3); then
        printf "%s\n" "$told" >&2; exit 1;
    fi
"""
"""Prints a part of the file. Parameters: marker, directory, blocks to skip, blocks to print."""

_REMOVE = r"""
    status=0;
    for dir in "${TMPDIR:-/tmp}/overflow.$1".*; do
        [ ! -d "$dir" ] || { rm -f "$dir/$1" && rmdir "$dir"; } || status=1;
    done;
    exit "$status"
"""
"""Removes what a command of this marker kept. Only the file of that name is removed, so that a directory which somebody
else put there, or a link to one, does no harm."""


_STATUS = re.compile(rb"^status (\d+)", re.MULTILINE)
_REST = re.compile(rb"^(kept|full|refused|lost) (\d+) at ([^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Limits:
    """How large the pieces are.

    :ivar passed_reads: reads of at most 4 KiB that the first execution hands out. Programs write pipes by 4 KiB (glibc)
        or 1 KiB (musl).
    :ivar part_blocks: blocks of `BLOCK_BYTES` that each later one does.
    :ivar file_bytes: the largest file, where half of the free space is more.
    """

    passed_reads: int = 256
    part_blocks: int = 16
    file_bytes: int = 2 * 1024**3


LIMITS = Limits()


@dataclass(frozen=True)
class Beginning:
    """What the first execution brought.

    :ivar stdout: the beginning of the output.
    :ivar status: the exit status of the command.
    :ivar stderr: its words, at most `STDERR_KEPT_BYTES`.
    :ivar rest: what became of the rest: ``kept`` (or there is none), ``full`` (there was no room), ``refused`` (no
        directory could be made), ``lost`` (nobody knows).
    :ivar size: the bytes of the file; those that it might have had where there was no room.
    :ivar place: the directory of the file; the one that it should have been made in where it was not.
    :ivar file_left: whether there may be a file to remove.
    """

    stdout: bytes
    status: int
    stderr: bytes
    rest: str
    size: int = 0
    place: str = ""
    file_left: bool = True


@dataclass(frozen=True)
class OverflowFile:
    """The file of one command.

    :ivar marker: what nobody guesses: it tells our lines from the command's.
    """

    limits: Limits = LIMITS
    marker: str = field(default_factory=lambda: secrets.token_hex(16))

    def keep(self, argv: Sequence[str]) -> tuple[str, ...]:
        """What runs a command; see `beginning`."""
        blocks = self.limits.file_bytes // FILE_BLOCK_BYTES
        numbers = (self.limits.passed_reads, blocks, STDERR_KEPT_BYTES)
        return (*_script(_KEEP), self.marker, *map(str, numbers), *argv)

    def part(self, place: str, number: int) -> tuple[str, ...]:
        """What prints a part of the file, counted from 0; see `after_marker`."""
        blocks = self.limits.part_blocks
        return (*_script(_PART), self.marker, place, str(number * blocks), str(blocks))

    def remove(self) -> tuple[str, ...]:
        """What removes the file, also where its directory is not known."""
        return (*_script(_REMOVE), self.marker)

    @property
    def part_bytes(self) -> int:
        """The length of every part but the last."""
        return self.limits.part_blocks * BLOCK_BYTES

    def after_marker(self, stdout: bytes) -> bytes | None:
        """What a script printed after its marker; None where it did not get so far."""
        start = stdout.find(self.marker.encode())
        line_end = stdout.find(b"\n", start) if start >= 0 else -1
        return stdout[line_end + 1 :] if line_end >= 0 else None

    def beginning(self, done: Completed) -> Beginning:
        """Read what `keep` brought."""
        stdout, stderr = self.after_marker(done.stdout), done.stderr
        begun = stdout is not None
        if stdout is None:
            stdout = done.stdout
        # Not only in the last place: the connection may say something after it, or mix the two streams. A terminal has
        # all lines end alike; a lone return before the trailer is the program's own.
        marker = self.marker.encode()
        trailer = re.compile(rb"(\r?)\n%b\1\n(.*?)\1\n%b(?:\1\n)?" % (marker, marker), re.DOTALL)
        if found := trailer.search(stderr):
            stderr = stderr[: found.start()] + stderr[found.end() :]
        elif found := trailer.search(stdout):
            stdout = stdout[: found.start()] + stdout[found.end() :]
        stderr = stderr[:STDERR_KEPT_BYTES]
        status = _STATUS.search(found[2]) if found else None
        rest = _REST.search(found[2]) if found else None
        if not found and done.status:  # the shell did not start or did not end, and its words are all that there is
            return Beginning(stdout, done.status, stderr, "kept", file_left=begun)
        if not status or not rest:
            return Beginning(stdout, done.status, stderr, "lost")
        word, place = rest[1].decode(), rest[3].decode("utf-8", "surrogateescape")
        size = int(rest[2]) * (FILE_BLOCK_BYTES if word == "full" else 1)
        left = word == "lost" or (word == "kept" and size > 0)
        return Beginning(stdout, int(status[1]), stderr, word, size, place, left)


def _script(text: str) -> tuple[str, ...]:
    """The beginning of an argument list that runs a script; its parameters follow.

    As one line: some login shells (csh) take no line break inside quotes.
    """
    return ("sh", "-c", " ".join(text.split()), "sh")
