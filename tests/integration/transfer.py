# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One TCP connection through a translator, on which a line goes to the echo server and back, again and again."""

from __future__ import annotations

import time

from ansible_collections.nat64.jool.tests.integration.guests import Guest

PROGRAM = """#!/usr/bin/python3
import os, socket, sys, time
server = socket.create_connection(("64:ff9b::198.51.100.5", 7), 10)
server.settimeout(20)
count, longest = 0, 0.0
with open("/run/transfer.pid", "w") as out:
    out.write(str(os.getpid()))
while True:
    begun = time.monotonic()
    line = b"%09d" % count
    server.sendall(line)
    back = b""
    while len(back) < len(line):
        piece = server.recv(64)
        if not piece:
            sys.exit("the connection was closed")
        back += piece
    assert back == line
    count += 1
    longest = max(longest, time.monotonic() - begun)
    with open("/run/transfer.new", "w") as out:
        out.write("%d %f" % (count, longest))
    os.rename("/run/transfer.new", "/run/transfer")
    time.sleep(0.05)
"""

UNTIL_BEGUN = (
    "for try in $(seq 300); do [ ! -e /run/transfer ] || exit 0; sleep 0.2; done; cat /run/transfer.log; exit 1"
)


class Transfer:
    """The connection of a guest, from one of its network namespaces."""

    def __init__(self, guest: Guest, namespace: str = "client6") -> None:
        self._guest = guest
        self._namespace = namespace

    def begin(self) -> None:
        """Start it, and wait for the first line that came back."""
        self._guest.write("/usr/local/bin/transfer", PROGRAM)
        start = f"ip netns exec {self._namespace} /usr/local/bin/transfer >/run/transfer.log 2>&1 </dev/null &"
        self._guest.run("sh", "-c", f"rm -f /run/transfer; {start} {UNTIL_BEGUN}")

    def end(self) -> None:
        """End it by its own number; nothing where it has ended."""
        self._guest.run(
            "sh", "-c", "kill $(cat /run/transfer.pid) 2>/dev/null; rm -f /run/transfer* /usr/local/bin/transfer"
        )

    def progress(self) -> tuple[int, float]:
        """Lines that came back, and the longest one's time in seconds."""
        count, longest = self._guest.run("cat", "/run/transfer").split()
        return int(count), float(longest)

    def goes_on(self, limit: float = 30.0) -> bool:
        """Whether another line comes back."""
        before = self.progress()[0]
        deadline = time.monotonic() + limit
        while self.progress()[0] == before:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)
        return True

    def words(self) -> str:
        """What it says when it ends by itself."""
        return self._guest.run("cat", "/run/transfer.log")
