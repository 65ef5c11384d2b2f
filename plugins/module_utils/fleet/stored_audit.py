# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a store keeps of the answers of a run: the rows that were written to files, with the pools they came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from itertools import groupby
from typing import Any

from ..checks import moment_of
from ..errors import TableDamaged
from ..facts.table_rows import Place, read_table
from ..records.session_block import SessionBlock
from ..store.adding import Audit, Dump, TransportAddressRange, new_audit


class AuditToStore:
    """The tables of a run, remembered until all hosts were asked: a store is written to in one go.

    :param path: of the store.
    :ivar sessions: stored.
    :ivar hosts: stored.
    """

    def __init__(self, path: str) -> None:
        self.sessions = 0
        self.hosts = 0
        self._path = path
        self._tables: list[tuple[str, str, str, dict[Place, Dump]]] = []

    def remember(self, host: str, facts: Mapping[str, Any], path: str, form: str) -> None:
        """A host has answered.

        :param facts: session facts of whole tables, gathered together with the rows.
        :param path: of its rows, in one of `facts.table_file.FORMATS`.
        """
        dumps = {(entry["netns"] or "", entry["name"] or ""): dump_of(host, entry) for entry in facts["instances"]}
        if dumps:  # a SIIT has no sessions, nor a file of them
            self._tables.append((host, path, form, dumps))

    def save(self) -> None:
        """Add all that was remembered, or nothing of it.

        :raises JoolError: when a table cannot be read or stored, or the store cannot be written to.
        """
        if not self._tables:
            return
        with new_audit(self._path) as audit:
            for host, path, form, dumps in self._tables:
                _store(audit, host, path, form, dumps)
        self.sessions, self.hosts = audit.sessions, len(self._tables)


def _store(audit: Audit, host: str, path: str, form: str, dumps: Mapping[Place, Dump]) -> None:
    """Tables without sessions are stored, too: they tell that nobody was there.

    :raises JoolError: see `AuditToStore.save`.
    """
    rest = dict(dumps)
    try:
        for place, found in groupby(read_table(path, form), key=lambda each: each[0]):
            audit.add(rest.pop(place), _blocks(found))
    except (OSError, KeyError) as error:
        why = "it has rows of another instance" if isinstance(error, KeyError) else error.strerror
        raise TableDamaged(f"{os.path.basename(path)}: {why}", host=host) from error
    for dump in rest.values():
        audit.add(dump, ())


def _blocks(found: Iterator[tuple[Place, SessionBlock]]) -> Iterator[SessionBlock]:
    return (block for _place, block in found)


def dump_of(host: str, entry: Mapping[str, Any]) -> Dump:
    """What is known of a table beside its rows.

    :param entry: of ``instances`` in the facts.
    """
    return Dump(
        host=host,
        netns=entry["netns"] or "",
        instance=entry["name"] or "",
        began=moment_of(entry["started_at"]).timestamp(),
        ended=moment_of(entry["ended_at"]).timestamp(),
        pool4=tuple(_range(one) for one in entry["pool4"] or ()),
    )


def _range(one: Mapping[str, Any]) -> TransportAddressRange:
    network = IPv4Network(one["address"])
    return TransportAddressRange(one["protocol"], int(network[0]), int(network[-1]), one["port_min"], one["port_max"])
