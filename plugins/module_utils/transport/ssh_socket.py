# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The socket of an SSH connection: it sends at once, and reads more than it is asked for.

Paramiko reads each packet in two or three pieces and sends many small ones. Every piece is a system call and a change
of threads, and every small packet that waits for others (Nagle) costs 40 ms where the other end waits, too.
"""

from __future__ import annotations

import contextlib
import socket
import time

READ_AHEAD_BYTES = 64 * 1024


class BufferedSocket(socket.socket):
    """A connected socket with a buffer; it takes over the one that it is made of."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__(fileno=connected.detach())
        self._ahead = b""
        self._position = 0
        with contextlib.suppress(OSError):  # no TCP: the socket of a program
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """See `socket.socket.recv`; for one thread."""
        data = self._ahead[self._position : self._position + bufsize]
        if data:
            self._position += len(data)
            return data
        data = super().recv(max(bufsize, READ_AHEAD_BYTES), flags)
        if len(data) <= bufsize:
            return data
        self._ahead, self._position = data, bufsize
        return data[:bufsize]


def connected(address: str, port: int, seconds: float) -> BufferedSocket:
    """A connection to the first address of a name that answers.

    :param seconds: for all of its addresses.
    :raises OSError: what kept the last of them from answering.
    """
    end = time.monotonic() + seconds
    problem: OSError = socket.timeout("timed out")
    for family, kind, protocol, _name, place in socket.getaddrinfo(address, port, type=socket.SOCK_STREAM):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:  # an address family that this machine does not have
            problem = error
            continue
        try:
            sock.settimeout(left)
            sock.connect(place)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return BufferedSocket(sock)
    raise problem
