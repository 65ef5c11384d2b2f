"""The IPv4 server of the lab, inside the namespace `server4`.

Port 7 echoes (TCP and UDP), port 80 speaks just enough HTTP. On TCP port 7 a message `fin` makes the server close
its own direction first, and it never closes because of the client's: so a client can lead a connection into every
half-closed state there is. Plain epoll: a selector cannot watch a socket for nothing but its reset.
"""

import select
import socket
import struct

IP_PKTINFO = 8  # in <linux/in.h>; Python names it from 3.10 on
REPLY = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlab\n"


def listen(port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("0.0.0.0", port))
    server.listen(512)
    return server


def echo_datagram(udp: socket.socket) -> None:
    """Answer from the address that was asked: the server owns half a /24, and the kernel would choose another."""
    message, ancillary, _flags, peer = udp.recvmsg(2048, 128)
    for level, kind, content in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            asked = content[8:12]
            udp.sendmsg([message], [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("@I4s4s", 0, asked, asked))], 0, peer)


class Server:
    """All sockets of the server, and what was promised on each connection."""

    def __init__(self) -> None:
        self.poll = select.epoll()
        self.echo, self.http = listen(7), listen(80)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self.udp.bind(("0.0.0.0", 7))
        self.connections: dict[int, socket.socket] = {}
        self.web: set[int] = set()
        self.finished: set[int] = set()
        for listener in (self.echo, self.http, self.udp):
            self.poll.register(listener, select.EPOLLIN)

    def accept(self, listener: socket.socket) -> None:
        connection, _peer = listener.accept()
        self.connections[connection.fileno()] = connection
        if listener is self.http:
            self.web.add(connection.fileno())
        self.poll.register(connection, select.EPOLLIN)

    def drop(self, number: int) -> None:
        self.poll.unregister(number)
        self.web.discard(number)
        self.finished.discard(number)
        self.connections.pop(number).close()

    def converse(self, number: int, events: int) -> None:
        connection = self.connections[number]
        if events & (select.EPOLLERR | select.EPOLLHUP):
            self.drop(number)
            return
        message = connection.recv(4096)
        if number in self.web:
            connection.sendall(REPLY)
            self.drop(number)
        elif not message and number in self.finished:
            self.drop(number)
        elif not message:
            self.poll.modify(number, 0)  # half closed: from now on only a reset counts
        elif message.strip() == b"fin":
            self.finished.add(number)
            connection.shutdown(socket.SHUT_WR)
        else:
            connection.sendall(message)

    def react(self, number: int, events: int) -> None:
        """One event; whatever goes wrong on a connection is the end of that connection only."""
        try:
            if number == self.udp.fileno():
                echo_datagram(self.udp)
            elif number == self.echo.fileno():
                self.accept(self.echo)
            elif number == self.http.fileno():
                self.accept(self.http)
            else:
                self.converse(number, events)
        except OSError:
            if number in self.connections:
                self.drop(number)

    def serve(self) -> None:
        while True:
            for number, events in self.poll.poll():
                self.react(number, events)


if __name__ == "__main__":
    Server().serve()
