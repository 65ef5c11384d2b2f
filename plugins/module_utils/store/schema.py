# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of a store of session tables, in one file of SQLite.

A dump is one instance's table as it was read at one time; an audit is the dumps of many. The rows of a dump lie side by
side, by protocol and in the order of their pool4 transport addresses, which is the order that Jool prints them in. So a
new dump is written at the end of the file, and who held a transport address is one look into each dump that is asked,
whatever the store has grown to.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..records.session import PROTOCOLS, STATES

APPLICATION_ID = 0x4A6F6F6C
"""``Jool``: what `file` shows, and what tells a store from another database."""

SCHEMA = 1

IPV4_OFFSET = 1 << 31
"""IPv4 addresses are stored less this: SQLite keeps numbers of 32 bits with a sign in four octets, others in six."""

PROTOCOL_NUMBERS = {protocol: number for number, protocol in enumerate(PROTOCOLS)}
STATE_NUMBERS: dict[str | None, int] = {None: 0}
STATE_NUMBERS.update((state, number) for number, state in enumerate(STATES, start=1))
"""0: UDP and ICMP have none. Numbers are in files: names are added at the end, and none changes."""

_ADDRESS = f"((%s + {IPV4_OFFSET}) >> %d & 255)"


def _dotted(column: str) -> str:
    return " || '.' || ".join(_ADDRESS % (column, bits) for bits in (24, 16, 8, 0))


def _colons(column: str) -> str:
    return " || ':' || ".join(f"lower(substr(hex({column}), {at}, 4))" for at in range(1, 32, 4))


def _names(column: str, numbers: Mapping[str, int]) -> str:
    return f"CASE {column} {' '.join(f'WHEN {number} THEN {name!r}' for name, number in numbers.items())} END"


TABLES = (
    """CREATE TABLE dump (
        id INTEGER PRIMARY KEY,
        audit INTEGER NOT NULL,
        host TEXT NOT NULL,
        netns TEXT NOT NULL,
        instance TEXT NOT NULL,
        began REAL NOT NULL,
        ended REAL NOT NULL,
        sessions INTEGER NOT NULL
    )""",
    "CREATE INDEX dump_place ON dump (host, netns, instance, began)",
    """CREATE TABLE pool4 (
        dump INTEGER NOT NULL REFERENCES dump,
        protocol INTEGER NOT NULL,
        first_address INTEGER NOT NULL,
        last_address INTEGER NOT NULL,
        first_l4_id INTEGER NOT NULL,
        last_l4_id INTEGER NOT NULL,
        PRIMARY KEY (dump, protocol, first_address, last_address, first_l4_id, last_l4_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE session (
        dump INTEGER NOT NULL REFERENCES dump,
        protocol INTEGER NOT NULL,
        address INTEGER NOT NULL,
        l4_id INTEGER NOT NULL,
        server INTEGER NOT NULL,
        server_l4_id INTEGER NOT NULL,
        client BLOB NOT NULL,
        client_l4_id INTEGER NOT NULL,
        expires_in INTEGER NOT NULL,
        state INTEGER NOT NULL,
        PRIMARY KEY (dump, protocol, address, l4_id, server, server_l4_id)
    ) WITHOUT ROWID""",
    "CREATE VIEW audit AS SELECT audit AS id, min(began) AS began, max(ended) AS ended FROM dump GROUP BY audit",
    # For people with an SQL client: the same as the collection's records, in words. Nothing from outside is in it.
    f"""CREATE VIEW seen AS SELECT
        datetime(dump.began, 'unixepoch') AS at,
        dump.host, dump.netns, dump.instance,
        {_names("session.protocol", PROTOCOL_NUMBERS)} AS protocol,
        {_dotted("session.address")} AS ipv4_local_address,
        session.l4_id AS ipv4_local_l4_id,
        {_colons("session.client")} AS ipv6_remote_address,
        session.client_l4_id AS ipv6_remote_l4_id,
        {_dotted("session.server")} AS ipv4_remote_address,
        session.server_l4_id AS ipv4_remote_l4_id,
        session.expires_in / 1000.0 AS expires_in,
        {_names("session.state", {name: number for name, number in STATE_NUMBERS.items() if name})} AS state
    FROM session JOIN dump ON dump.id = session.dump""",  # noqa: S608
)
"""Times are seconds since 1970 (UTC), `expires_in` is milliseconds, a client is the 16 octets of its address."""
