# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instance records (3.6.0-rc1 and later)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..grammar import instance as templates
from ..grammar.executor import read_rows


class Instance(NamedTuple):
    """One translator of a host.

    :ivar namespace: which network namespace, lower-case hexadecimal without ``0x``. It is a kernel pointer, of which
        4.0.8 and later print the low 32 bits: equal ones belong together, nothing else can be told from it.
    :ivar name: up to 15 characters; names are unique in a namespace.
    :ivar framework: ``netfilter``, ``iptables``, or ``unknown`` where the tool is older than the module.
    """

    namespace: str
    name: str
    framework: str


def _instance(row: dict[str, str]) -> Instance:
    return Instance(row["NAMESPACE"].lower(), row["NAME"], row["FRAMEWORK"])


def read_csv(chunks: Iterable[bytes]) -> Iterator[Instance]:
    """The instances of CSV output, those of all namespaces.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in read_rows(templates.CSV, chunks):
        yield _instance(row)


def read_console(chunks: Iterable[bytes]) -> Iterator[Instance]:
    """The instances of console output, those of all namespaces. Blanks that a name begins with are lost in it.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in read_rows(templates.CONSOLE, chunks):
        yield _instance(row)


def read_status(chunks: Iterable[bytes]) -> bool | None:
    """What ``instance status`` says (4.0.4 and later): True is running, False dead, None when Jool could not find out.

    Dead is what it says of a missing instance (with exit status 0) and of a module that is not loaded.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    (row,) = read_rows(templates.STATUS, chunks)
    return {"Running": True, "Dead": False}.get(row["STATUS"])
