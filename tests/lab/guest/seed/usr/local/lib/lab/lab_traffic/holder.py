"""Real TCP connections, led into the state asked for and held there by a process in the background."""

import json
import os
import signal
import socket
import struct
from pathlib import Path
from typing import Any

from .namespaces import inside
from .sites import ECHO_PORT, Site

IP_FREEBIND = 15  # in <linux/in.h>: bind to an address that is only routed to us
RUN = Path("/run/lab-traffic")

# (state, client number, client port) of one connection
Wanted = tuple[str, int, int]


def hold(site: Site, wanted: list[Wanted]) -> None:
    """Make the connections in a background process; return when all are in their state."""
    if any(RUN.glob(f"{site.instance}.*")):
        raise SystemExit("lab-traffic: connections of an earlier `mix` are still held: say `clear` first")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _hold_forever(site, wanted, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer: dict[str, Any] = json.loads(pipe.read() or b'{"error": "the holder ended by itself"}')
    if "error" in answer:
        raise SystemExit(f"lab-traffic: TCP connections: {answer['error']}")
    RUN.mkdir(exist_ok=True)
    (RUN / f"{site.instance}.{child}").write_text(_start_time(child), encoding="ascii")


def release(site: Site) -> int:
    """End the holders of a site, and only them; their sockets are reset, so that the server forgets them as well."""
    ended = 0
    for record in RUN.glob(f"{site.instance}.*"):
        pid = int(record.suffix[1:])
        if _start_time(pid) == record.read_text(encoding="ascii"):
            os.kill(pid, signal.SIGKILL)
            ended += 1
        record.unlink()
    return ended


def _start_time(pid: int) -> str:
    """Field 22 of proc(5), or nothing: a number alone may by now be another process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _hold_forever(site: Site, wanted: list[Wanted], writer: int) -> None:
    """The child: never returns."""
    try:
        os.setsid()
        nowhere = os.open("/dev/null", os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        held = []
        with inside(site.client):
            for state, client, port in wanted:
                held.append(_connection(site, state, client, port))
        os.write(writer, b"{}")
    except OSError as error:
        os.write(writer, json.dumps({"error": str(error)}).encode())
        os._exit(1)
    os.close(writer)
    while True:
        signal.pause()


def _connection(site: Site, state: str, client: int, port: int) -> socket.socket:
    """One connection in its state. RFC 6146, 3.5.2 has the state machine; the answers of the server are awaited,
    so that no packet is under way when the next step is made."""
    connection = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    connection.settimeout(20)
    connection.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    # Closing, also by the end of this process, is a reset: no FIN can disturb what a test looks at.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.bind((site.client_address(client), port))
    connection.connect((site.mapped(site.answering), ECHO_PORT))
    _say(connection, b"hello\n")
    if state in ("V4_FIN_RCV", "V4_FIN_V6_FIN_RCV"):
        connection.sendall(b"fin\n")
        if connection.recv(64):
            raise OSError("the server did not close its side")
    if state in ("V6_FIN_RCV", "V4_FIN_V6_FIN_RCV"):
        connection.shutdown(socket.SHUT_WR)
    if state == "TRANS":
        connection.close()
    return connection


def _say(connection: socket.socket, text: bytes) -> None:
    connection.sendall(text)
    if connection.recv(64) != text:
        raise OSError("the server did not echo")
