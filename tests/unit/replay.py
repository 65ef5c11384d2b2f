# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host made of recorded answers: a transport that looks commands up instead of running them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.nat64.jool.plugins.module_utils.transport.base import Ended, Running, Transport


@dataclass(frozen=True)
class Answer:
    """What a command prints, and how it ends."""

    stdout: bytes = b""
    stderr: bytes = b""
    status: int = 0


MISSING = Answer(stderr=b"sh: 1: no such thing", status=127)


class _Replayed(Running):
    def __init__(self, answer: Answer, chunk: int) -> None:
        self._answer = answer
        self._chunk = chunk
        self.closed = False

    def chunks(self) -> Iterator[bytes]:
        data = self._answer.stdout
        for start in range(0, len(data), self._chunk):
            yield data[start : start + self._chunk]

    def wait(self) -> Ended:
        return Ended(self._answer.status, self._answer.stderr)

    def close(self) -> None:
        self.closed = True


class ReplayTransport(Transport):
    """Answers by the command line; a command that it does not know ends with 127.

    :param answers: "jool --version" to answer; a list of answers is given out one after the other, the last one stays.
    :ivar asked: the command lines so far.
    """

    name = "host"

    def __init__(
        self, answers: Mapping[str, Answer | list[Answer]], host: str = "edge1", chunk: int = 64 * 1024
    ) -> None:
        self.host = host
        self.asked: list[str] = []
        self._answers = {line: list(found) if isinstance(found, list) else [found] for line, found in answers.items()}
        self._chunk = chunk

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        line = " ".join(argv)
        self.asked.append(line)
        answers = self._answers.get(line, [MISSING])
        return _Replayed(answers.pop(0) if len(answers) > 1 else answers[0], self._chunk)


def version(text: str) -> Answer:
    """The answer to ``jool --version``."""
    return Answer(f"{text}\n".encode())
