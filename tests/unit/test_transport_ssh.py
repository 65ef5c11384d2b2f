# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``ssh`` against a real server, which refuses, floods, hangs and drops the connection when told to."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import CHUNK_BYTES, STDERR_KEPT_BYTES
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh import Become, SshTransport
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_route import Destination

paramiko = pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.tests.unit.ssh_server import (  # noqa: E402 - needs Paramiko
    ADDRESS,
    PASSWORD,
    SUDO_PASSWORD,
    USER,
    SshServer,
    ed25519_key,
    rsa_key,
)

if TYPE_CHECKING:
    from paramiko import PKey

SOON = 5.0
"""Seconds that nothing here takes unless it hangs; a busy machine is given its time."""

WINDOW = 2 * 1024 * 1024
"""What may be on its way to a reader who does not read: Paramiko's window."""


@dataclass(frozen=True)
class Keys:
    """Made once: of a host, of another host, and of the user in two types with their files."""

    host: PKey
    other: PKey
    ed25519: tuple[PKey, str]
    rsa: tuple[PKey, str]
    locked: tuple[PKey, str]


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys(ed25519_key()[0], ed25519_key()[0], ed25519_key(), rsa_key(), rsa_key("passphrase"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's own keys, agent or configuration."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path


@pytest.fixture
def server(keys: Keys) -> Iterator[SshServer]:
    with SshServer(keys.host, (keys.ed25519[0], keys.rsa[0], keys.locked[0])) as running:
        yield running


@pytest.fixture
def known(server: SshServer, tmp_path: Path) -> Path:
    file = tmp_path / "known hosts"
    file.write_text(server.known, encoding="ascii")
    return file


def trusting(file: Path, checking: str = "yes") -> str:
    options = (f'UserKnownHostsFile="{file}"', "GlobalKnownHostsFile=none", f"StrictHostKeyChecking={checking}")
    return "-F none " + " ".join(f"-o {shlex.quote(option)}" for option in options)


def place(server: SshServer, arguments: str, **more: Any) -> Destination:
    given: dict[str, Any] = {"port": server.port, "user": USER, "password": PASSWORD, "connect_timeout": SOON, **more}
    return Destination(ADDRESS, arguments=arguments, **given)


@contextlib.contextmanager
def opened(destination: Destination, become: Become | None = None) -> Iterator[SshTransport]:
    transport = SshTransport(destination, become, "edge1")
    try:
        yield transport
    finally:
        transport.close()


@pytest.fixture
def transport(server: SshServer, known: Path) -> Iterator[SshTransport]:
    with opened(place(server, trusting(known))) as found:
        yield found


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < SOON


def comes_true(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + SOON
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def refused(destination: Destination, condition: type[errors.JoolError]) -> str:
    """The words of the error that a connection ends in."""
    with bounded(), opened(destination) as transport, pytest.raises(condition) as caught:
        transport.run(("say",))
    assert caught.value.host == "edge1"
    assert transport._client is None
    return str(caught.value)


# --- commands ----------------------------------------------------------------------------------------------------


HOSTILE = [
    ("two words",),
    ("", " ", ""),
    ("it's", '"quoted"', "`touch hit`", "$(touch hit)", "$HOME"),
    ("line\nbreak", "trailing\n", "tab\t", "\r"),
    ("; touch hit", "a && b || c | d > e < f &", "#", "!", "*", "~", "\\", "\\\\n"),
    ("-n", "--", "-"),
    ("ünï", "\U0001f600"),
    ("x" * 20_000,),
]


@pytest.mark.parametrize("words", HOSTILE)
def test_arguments_arrive_untouched(words: tuple[str, ...], transport: SshTransport) -> None:
    assert json.loads(transport.run(("say", *words)).stdout) == list(words)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=4))
def test_any_arguments_arrive_untouched(words: list[str], transport: SshTransport) -> None:
    assert json.loads(transport.run(("say", *words)).stdout) == words


ENDS = [
    # command, exit status, standard output, standard error
    (("say",), 0, b"[]", b""),
    (("fail", "1"), 1, b"", b""),
    (("fail", "255", "not", "here"), 255, b"", b"not here"),
    (("rows", "100"), 0, b"x" * 100, b""),
    (("jool", "--version"), 127, b"", b"sh: 1: jool: not found\n"),
    (("cat",), 0, b"", b""),  # standard input ends at once
]


@pytest.mark.parametrize(("argv", "status", "stdout", "stderr"), ENDS)
def test_ends(argv: tuple[str, ...], status: int, stdout: bytes, stderr: bytes, transport: SshTransport) -> None:
    done = transport.run(argv, timeout=SOON)
    assert (done.status, done.stdout, done.stderr) == (status, stdout, stderr)


def test_one_connection_serves_every_command(server: SshServer, transport: SshTransport) -> None:
    assert server.connections == []  # nothing is opened before the first command
    for word in ("one", "two", "three"):
        transport.run(("say", word))
    assert server.commands == ["say one", "say two", "say three"]
    assert len(server.connections) == 1
    transport.close()
    assert comes_true(lambda: server.open_connections == 0)
    transport.close()
    assert transport.run(("say", "four")).status == 0
    assert len(server.connections) == 2


def test_two_commands_at_once(transport: SshTransport) -> None:
    with transport.start(("rows", "300000")) as first, transport.start(("say", "x")) as second:
        assert b"".join(second.chunks()) == b'["x"]'
        assert sum(len(chunk) for chunk in first.chunks()) == 300_000
        assert (first.wait().status, second.wait().status) == (0, 0)


def test_the_first_piece_comes_before_the_end(transport: SshTransport) -> None:
    with bounded(), transport.start(("hang", "row")) as running:
        assert next(running.chunks()) == b"row\n"


def test_wait_reads_what_the_caller_did_not(transport: SshTransport) -> None:
    with transport.start(("rows", "3000000"), timeout=SOON) as running:
        ended = running.wait()
        assert ended.status == 0
        assert running.wait() == ended


def test_a_flood_of_error_text_blocks_nothing(transport: SshTransport) -> None:
    with bounded():
        done = transport.run(("flood", "5000000"), timeout=SOON)
    assert (done.status, done.stdout) == (3, b"done")
    assert done.stderr == b"e" * STDERR_KEPT_BYTES


def test_fifty_megabytes_do_not_pile_up(server: SshServer, transport: SshTransport) -> None:
    total, received, ahead, largest = 50_000_000, 0, 0, 0
    with transport.start(("rows", str(total))) as running:
        for chunk in running.chunks():
            if not received:
                time.sleep(0.1)  # a reader who is slower than the network
            received += len(chunk)
            largest = max(largest, len(chunk))
            ahead = max(ahead, server.sent - received)
        assert running.wait().status == 0
    assert received == total
    assert largest <= CHUNK_BYTES
    assert ahead <= WINDOW


# --- commands that do not end as they should ---------------------------------------------------------------------


def test_ended_by_a_signal(transport: SshTransport) -> None:
    with bounded(), pytest.raises(errors.CommandFailed, match="it was ended by a signal") as caught:
        transport.run(("killed",))
    assert (caught.value.host, caught.value.argv, caught.value.status) == ("edge1", ("killed",), None)
    assert transport.run(("say",)).status == 0


@pytest.mark.parametrize("argv", [("drop",), ("drop", "row", "row")])
@pytest.mark.parametrize("attempt", range(3))  # the thread of the connection and ours race for the end
def test_dropped_in_the_middle(argv: tuple[str, ...], attempt: int, transport: SshTransport) -> None:
    with bounded(), pytest.raises(errors.ConnectionLost) as caught:
        transport.run(argv)
    assert (caught.value.host, caught.value.argv) == ("edge1", argv)


def test_dropped_where_the_thread_of_the_connection_is_slow(
    transport: SshTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paramiko import packet

    close = packet.Packetizer.close

    def slow(packetizer: packet.Packetizer) -> None:
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.05)
        close(packetizer)

    def unlink(channel: Any) -> None:
        plain(channel)
        time.sleep(0.1)  # between the end of the channels and that of the connection

    plain = paramiko.Channel._unlink
    monkeypatch.setattr(packet.Packetizer, "close", slow)
    monkeypatch.setattr(paramiko.Channel, "_unlink", unlink)
    with bounded(), pytest.raises(errors.ConnectionLost):
        transport.run(("drop", "row"))


def test_nothing_is_asked_of_a_lost_connection(server: SshServer, transport: SshTransport) -> None:
    with pytest.raises(errors.ConnectionLost):
        transport.run(("drop",))
    with bounded(), pytest.raises(errors.ConnectionLost):
        transport.run(("say",))
    assert server.commands == ["drop"]


HANGS = [
    (("hang",), b""),
    (("hang", "row"), b"row\n"),
    (("closing",), b""),  # its output ends, it does not
    (("mute",), b""),  # the server does not even say that it runs
]


@pytest.mark.parametrize(("argv", "before"), HANGS)
def test_timeout(argv: tuple[str, ...], before: bytes, transport: SshTransport) -> None:
    transport.connect()
    seen = b""
    with (
        bounded(),
        pytest.raises(errors.CommandTimeout, match=r"0\.3 seconds were allowed") as caught,
        transport.start(argv, timeout=0.3) as running,
    ):
        for chunk in running.chunks():
            seen += chunk
        running.wait()
    assert seen == before
    assert (caught.value.host, caught.value.argv) == ("edge1", argv)


def test_timeout_of_one_that_never_stops_printing(transport: SshTransport) -> None:
    with bounded(), pytest.raises(errors.CommandTimeout):
        transport.run(("rows", "10000000000"), timeout=0.3)


def test_timeout_of_a_server_that_opens_no_session(server: SshServer, transport: SshTransport) -> None:
    transport.connect()
    server.connections[0]._handler_table[paramiko.common.MSG_CHANNEL_OPEN] = lambda _message: None
    with bounded(), pytest.raises(errors.CommandTimeout, match=r"0\.3 seconds were allowed"):
        transport.run(("say",), timeout=0.3)


@pytest.mark.parametrize("timeout", [None, 0, SOON])
def test_a_command_that_ends_in_time(timeout: float | None, transport: SshTransport) -> None:
    assert transport.run(("say", "x"), timeout).stdout == b'["x"]'


def test_the_server_refuses_to_run_it(transport: SshTransport) -> None:
    with bounded(), pytest.raises(errors.ConnectionLost):
        transport.run(("refused",), timeout=SOON)
    assert transport.run(("say",)).status == 0


def test_close_ends_the_wait(transport: SshTransport) -> None:
    with bounded():
        running = transport.start(("rows", "10000000000"))
        next(running.chunks())
        running.close()
        running.close()
        assert transport.run(("say",)).status == 0


# --- another user ------------------------------------------------------------------------------------------------


ESCALATIONS = [
    # become, whether sudo asks, what goes over the wire
    (Become(password=SUDO_PASSWORD), True, "sudo -H -S -p '' -u root -- say x"),
    (Become(user="net admin", password=SUDO_PASSWORD), True, "sudo -H -S -p '' -u 'net admin' -- say x"),
    (Become(), False, "sudo -H -n -u root -- say x"),
    (Become("doas"), False, "doas -n -u root say x"),
    (Become("doas", "jool"), False, "doas -n -u jool say x"),
    (Become(executable="sudo"), False, "sudo -H -n -u root -- say x"),
]


@pytest.mark.parametrize(("become", "asks", "line"), ESCALATIONS)
def test_escalation(become: Become, asks: bool, line: str, server: SshServer, known: Path) -> None:
    server.sudo_asks = asks
    with opened(place(server, trusting(known)), become) as transport:
        done = transport.run(("say", "x"), timeout=SOON)
    assert (done.status, done.stdout) == (0, b'["x"]')
    assert server.commands == [line]
    assert SUDO_PASSWORD not in repr(become)


REFUSED_ESCALATIONS = [
    # become, exit status, words
    (Become(password="wrong"), 1, b"sudo: 1 incorrect password attempt\n"),
    (Become(password="pässwort"), 1, b"sudo: 1 incorrect password attempt\n"),
    (Become(), 1, b"sudo: a password is required\n"),
    (Become(executable="/opt/sudo", password=SUDO_PASSWORD), 127, b"sh: 1: /opt/sudo: not found\n"),
]


@pytest.mark.parametrize(("become", "status", "words"), REFUSED_ESCALATIONS)
def test_refused_escalation(become: Become, status: int, words: bytes, server: SshServer, known: Path) -> None:
    with opened(place(server, trusting(known)), become) as transport:
        done = transport.run(("say", "x"), timeout=SOON)
    assert (done.status, done.stdout, done.stderr) == (status, b"", words)


def test_a_command_that_has_ended_before_the_password_is_sent(
    server: SshServer, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = paramiko.Channel.sendall

    def late(channel: Any, data: bytes) -> None:
        if channel.get_transport() not in server.connections:
            assert comes_true(lambda: channel.closed)
        send(channel, data)

    monkeypatch.setattr(paramiko.Channel, "sendall", late)
    with opened(place(server, trusting(known)), Become(executable="su2", password=SUDO_PASSWORD)) as transport:
        done = transport.run(("say", "x"), timeout=SOON)
    assert (done.status, done.stderr) == (127, b"sh: 1: su2: not found\n")


@pytest.mark.parametrize("become", [Become("su"), Become("su", password="x"), Become("doas", password="x"), Become("")])
def test_unsupported_escalation(become: Become, server: SshServer, known: Path) -> None:
    with opened(place(server, trusting(known)), become) as transport, pytest.raises(errors.EscalationFailed) as caught:
        transport.run(("say",))
    assert "use the transport 'connection'" in str(caught.value)
    assert caught.value.host == "edge1"
    assert server.connections == []


def test_a_password_is_in_no_error(server: SshServer, known: Path) -> None:
    become = Become(password=SUDO_PASSWORD)
    with opened(place(server, trusting(known)), become) as transport, pytest.raises(errors.CommandTimeout) as caught:
        transport.run(("hang",), timeout=0.1)
    assert SUDO_PASSWORD not in json.dumps(caught.value.as_dict())
    assert caught.value.argv[0] == "sudo"


# --- host keys ---------------------------------------------------------------------------------------------------


def test_an_unknown_key_is_refused(server: SshServer, tmp_path: Path) -> None:
    missing = tmp_path / "known_hosts"
    words = refused(place(server, trusting(missing)), errors.HostKeyRefused)
    assert f"no known_hosts file has a key of [{ADDRESS}]:{server.port}" in words
    assert "ssh-ed25519 SHA256:" in words
    assert not missing.exists()


@pytest.mark.parametrize("checking", ["yes", "ask", "accept-new"])
def test_a_changed_key_is_refused(checking: str, server: SshServer, known: Path, keys: Keys) -> None:
    line = server.known.replace(keys.host.get_base64(), keys.other.get_base64())
    known.write_text(line, encoding="ascii")
    words = refused(place(server, trusting(known, checking)), errors.HostKeyRefused)
    assert "shows another key than known_hosts has" in words
    assert known.read_text(encoding="ascii") == line


def test_a_key_of_another_port_is_no_key_of_this_host(server: SshServer, known: Path) -> None:
    known.write_text(server.known.replace(f":{server.port}", ":22"), encoding="ascii")
    refused(place(server, trusting(known)), errors.HostKeyRefused)


def test_a_hashed_name_is_known(server: SshServer, known: Path) -> None:
    name, rest = server.known.split(" ", 1)
    known.write_text(f"{paramiko.HostKeys.hash_host(name)} {rest}", encoding="ascii")
    with opened(place(server, trusting(known))) as transport:
        assert transport.run(("say",)).status == 0


@pytest.mark.parametrize(
    "before", ["", "# mine\n*.example,gw ssh-unheard-of AAAA comment\n", "# no line break at the end"]
)
def test_accept_new_remembers(before: str, server: SshServer, tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "new" / "known_hosts"
    if before:
        file.parent.mkdir()
        file.write_text(before, encoding="ascii")
    for _try in range(2):
        with opened(place(server, trusting(file, "accept-new"))) as transport:
            assert transport.run(("say",)).status == 0
    kept = before + "\n" if before and not before.endswith("\n") else before
    assert file.read_text(encoding="ascii") == kept + server.known
    if not before:
        assert file.stat().st_mode & 0o777 == 0o600
    with opened(place(server, trusting(file))) as transport:
        assert transport.run(("say",)).status == 0
    server.host_key = keys.other
    refused(place(server, trusting(file, "accept-new")), errors.HostKeyRefused)


def test_accept_new_with_nowhere_to_remember(server: SshServer, tmp_path: Path) -> None:
    others = tmp_path / "global"
    others.touch()
    arguments = (
        f"-F none -o UserKnownHostsFile=none -o GlobalKnownHostsFile={others} -o StrictHostKeyChecking=accept-new"
    )
    refused(place(server, arguments), errors.HostKeyRefused)
    assert others.read_bytes() == b""


@pytest.mark.parametrize("content", ["nothing", "another key", "rubbish"])
@pytest.mark.parametrize("said", ["inventory", "arguments"])
def test_checking_off_takes_any_key(content: str, said: str, server: SshServer, known: Path, keys: Keys) -> None:
    changed = server.known.replace(keys.host.get_base64(), keys.other.get_base64())
    before = {"nothing": "", "another key": changed, "rubbish": "edge1 ssh-ed25519 A\n"}[content]
    known.write_text(before, encoding="ascii")
    more = {"check_host_key": False} if said == "inventory" else {}
    with opened(place(server, trusting(known, "no" if said == "arguments" else "yes"), **more)) as transport:
        assert transport.run(("say",)).status == 0
    assert known.read_text(encoding="ascii") == before


def test_a_known_hosts_file_that_cannot_be_read(server: SshServer, known: Path) -> None:
    known.write_text(f"edge1 ssh-ed25519 A\n{server.known}", encoding="ascii")
    assert "edge1 ssh-ed25519 A" in refused(place(server, trusting(known)), errors.HostKeyRefused)


# --- logging in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "locked"])
@pytest.mark.parametrize("way", ["inventory", "arguments", "default"])
def test_a_key_opens(kind: str, way: str, server: SshServer, known: Path, keys: Keys, home: Path) -> None:
    file = home / ".ssh" / {"ed25519": "id_ed25519"}.get(kind, "id_rsa")
    file.parent.mkdir()
    file.write_text(getattr(keys, kind)[1], encoding="ascii")
    more: dict[str, Any] = {"password": None}
    if way == "inventory":
        more["private_key_file"] = "~/.ssh/" + file.name
    if kind == "locked":
        more["private_key_passphrase"] = "passphrase"
    arguments = trusting(known) + " -o IdentitiesOnly=yes" + (f" -i '{file}'" if way == "arguments" else "")
    with opened(place(server, arguments, **more)) as transport:
        assert transport.run(("say",)).status == 0


def test_a_password_counts_where_no_key_does(server: SshServer, known: Path, home: Path) -> None:
    (home / "id_stranger").write_text(ed25519_key()[1], encoding="ascii")
    with opened(place(server, trusting(known), private_key_file="~/id_stranger")) as transport:
        assert transport.run(("say",)).status == 0


STRANGERS: list[tuple[dict[str, Any], str]] = [
    # what is shown, words of the error
    ({"password": "wrong"}, "Authentication failed"),
    ({"password": ""}, "Authentication failed"),
    ({"password": "pässwort"}, "Authentication failed"),
    ({"user": "root"}, "Authentication failed. (user root)"),
    ({"password": None}, "no key was accepted, and there is no password (user jool)"),
    ({"password": None, "private_key_file": "~/stranger"}, "Authentication failed"),
    (
        {"password": None, "private_key_file": "~/stranger_rsa"},
        "no key was accepted, and there is no password (user jool, key file HOME/stranger_rsa)",
    ),
    ({"password": None, "private_key_file": "~/locked"}, ""),
    ({"password": None, "private_key_file": "~/locked", "private_key_passphrase": "wrong"}, ""),
    ({"password": None, "private_key_file": "~/garbage"}, "key file HOME/garbage"),
    ({"password": None, "private_key_file": "~/missing"}, "no key file can be read at HOME/missing"),
    ({"password": None, "private_key_file": "~"}, "no key file can be read at HOME"),
]


@pytest.mark.parametrize(("shown", "words"), STRANGERS)
def test_a_stranger(shown: dict[str, Any], words: str, server: SshServer, known: Path, home: Path, keys: Keys) -> None:
    (home / "stranger").write_text(ed25519_key()[1], encoding="ascii")
    (home / "stranger_rsa").write_text(rsa_key()[1] if "rsa" in str(shown) else "", encoding="ascii")
    (home / "locked").write_text(keys.locked[1], encoding="ascii")
    (home / "garbage").write_text("no key\n", encoding="ascii")
    told = refused(place(server, trusting(known), **shown), errors.AuthenticationFailed)
    assert words.replace("HOME", str(home)) in told
    assert server.commands == []
    assert comes_true(lambda: server.open_connections == 0)


# --- the way there -----------------------------------------------------------------------------------------------


def closed_port() -> int:
    with socket.create_server((ADDRESS, 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_refused_port(known: Path) -> None:
    words = refused(Destination(ADDRESS, closed_port(), USER, arguments=trusting(known)), errors.ConnectionFailed)
    assert ADDRESS in words


@pytest.mark.parametrize("name", ["edge1.invalid", "a" * 300 + ".invalid", "2001:db8::bad::1"])
def test_a_name_that_leads_nowhere(name: str, known: Path) -> None:
    refused(Destination(name, arguments=trusting(known), connect_timeout=1), errors.ConnectionFailed)


def test_a_black_hole(known: Path) -> None:
    with contextlib.ExitStack() as held:
        listener = held.enter_context(socket.create_server((ADDRESS, 0), backlog=0))
        for _try in range(4):  # beyond the backlog, Linux leaves a SYN without an answer
            filler = held.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        port = listener.getsockname()[1]
        refused(Destination(ADDRESS, port, arguments=trusting(known), connect_timeout=0.3), errors.ConnectionFailed)


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-silent\r\n"])
def test_a_server_that_agrees_on_no_keys(greeting: bytes, known: Path) -> None:
    with socket.create_server((ADDRESS, 0)) as listener, contextlib.ExitStack() as held:

        def greet() -> None:
            held.enter_context(listener.accept()[0]).sendall(greeting)

        threading.Thread(target=greet, daemon=True).start()
        place = Destination(ADDRESS, listener.getsockname()[1], arguments=trusting(known), connect_timeout=0.3)
        words = refused(place, errors.ConnectionFailed)
    assert "no agreement on keys within 0.3 seconds" in words


def test_a_host_has_the_time_that_it_is_given(server: SshServer, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not what Paramiko gives the exchange of keys by itself, with a thread for that to each connection."""
    bounded_by_paramiko: list[Any] = []
    monkeypatch.setattr(
        paramiko.packet.Packetizer, "start_handshake", lambda one, _seconds: bounded_by_paramiko.append(one)
    )
    with opened(place(server, trusting(known))) as transport:
        assert transport.run(("say",)).status == 0
        ours = transport.connect().get_transport()
        assert ours is not None
        assert len(bounded_by_paramiko) == 1  # the server's
        assert ours.packetizer not in bounded_by_paramiko


def test_a_server_of_something_else(known: Path) -> None:
    def greet() -> None:
        sock, _address = listener.accept()
        with sock:
            sock.sendall(b"220 mail.example ESMTP\r\n")

    with socket.create_server((ADDRESS, 0)) as listener:
        threading.Thread(target=greet, daemon=True).start()
        refused(Destination(ADDRESS, listener.getsockname()[1], arguments=trusting(known)), errors.ConnectionFailed)


@pytest.mark.parametrize("arguments", ["-o 'Port=", "-F /nowhere/config", "-p https"])
def test_unreadable_arguments(arguments: str) -> None:
    refused(Destination(ADDRESS, arguments=arguments), errors.ConnectionFailed)


def test_a_sign_of_life_is_given(server: SshServer, known: Path) -> None:
    with opened(place(server, trusting(known) + " -o ServerAliveInterval=1")) as transport, transport.start(("hang",)):
        assert comes_true(lambda: "keepalive@lag.net" in server.requests)


# --- through others ----------------------------------------------------------------------------------------------


@pytest.fixture
def gateway(keys: Keys) -> Iterator[SshServer]:
    with SshServer(keys.other, (keys.ed25519[0],)) as running:
        yield running


@pytest.fixture
def through(server: SshServer, gateway: SshServer, keys: Keys, tmp_path: Path) -> Callable[[str], str]:
    """Arguments with a configuration: the target edge1, the jump hosts gw1 and gw2, and what else is said of them."""
    (tmp_path / "key").write_text(keys.ed25519[1], encoding="ascii")
    (tmp_path / "known").write_text(server.known + gateway.known, encoding="ascii")

    def arguments(more: str) -> str:
        text = f"""
            {more}
            Host edge1
                Port {server.port}
            Host gw1 gw2
                Port {gateway.port}
            Host *
                HostName {ADDRESS}
                User {USER}
                IdentityFile {tmp_path}/key
                IdentitiesOnly yes
                UserKnownHostsFile {tmp_path}/known
                GlobalKnownHostsFile none
        """
        (tmp_path / "config").write_text(text, encoding="ascii")
        return f"-F {tmp_path}/config"

    return arguments


JUMPS = [
    # configuration, arguments, how often the gateway forwards to itself, before it does to the target
    ("Host edge1\n  ProxyJump gw1", "", 0),
    ("", "-J gw1", 0),
    ("", "-J gw1,gw2", 1),
    ("Host gw1\n  ProxyJump gw2", "-J gw1", 1),
    ("Host gw1\n  ProxyJump gw2", "-J gw2,gw1", 1),  # the second one's own way is not asked for
    ("Host edge1\n  ProxyCommand false", "-J gw1", 0),
]


@pytest.mark.parametrize(("text", "more", "others"), JUMPS)
def test_jumps(
    text: str, more: str, others: int, through: Callable[[str], str], server: SshServer, gateway: SshServer
) -> None:
    with opened(Destination("edge1", arguments=f"{through(text)} {more}")) as transport:
        assert transport.run(("say", "x"), timeout=SOON).stdout == b'["x"]'
        assert transport.run(("rows", "3000000"), timeout=SOON).status == 0
    assert gateway.forwarded == [(ADDRESS, gateway.port)] * others + [(ADDRESS, server.port)]
    assert gateway.commands == []
    assert comes_true(lambda: gateway.open_connections == server.open_connections == 0)


LOOPS = ["Host gw1\n  ProxyJump gw2\nHost gw2\n  ProxyJump gw1", "Host *\n  ProxyJump gw1"]


@pytest.mark.parametrize("text", LOOPS)
def test_a_loop_of_jumps_ends(text: str, through: Callable[[str], str], gateway: SshServer) -> None:
    words = refused(Destination("edge1", arguments=through(text) + " -J gw1"), errors.ConnectionFailed)
    assert "a loop?" in words
    assert gateway.connections == []


def test_a_jump_host_whose_key_is_unknown(through: Callable[[str], str], server: SshServer, tmp_path: Path) -> None:
    arguments = through("") + " -J gw1"
    (tmp_path / "known").write_text(server.known, encoding="ascii")
    refused(Destination("edge1", arguments=arguments), errors.HostKeyRefused)
    assert server.connections == []


def test_a_jump_host_that_refuses_the_user(through: Callable[[str], str], server: SshServer) -> None:
    words = refused(Destination("edge1", arguments=through("") + " -J root@gw1"), errors.AuthenticationFailed)
    assert "gw1" in words
    assert server.connections == []


def test_a_target_that_the_jump_host_cannot_reach(through: Callable[[str], str], gateway: SshServer) -> None:
    destination = Destination("edge1", port=closed_port(), arguments=through("") + " -J gw1")
    refused(destination, errors.ConnectionFailed)
    assert comes_true(lambda: gateway.open_connections == 0)


def test_a_target_that_refuses_leaves_no_jump_host_open(through: Callable[[str], str], gateway: SshServer) -> None:
    refused(Destination("edge1", user="root", arguments=through("") + " -J gw1"), errors.AuthenticationFailed)
    assert len(gateway.connections) == 1
    assert comes_true(lambda: gateway.open_connections == 0)


def test_the_jump_host_breaks(through: Callable[[str], str], gateway: SshServer) -> None:
    destination = Destination("edge1", arguments=through("") + " -J gw1")
    with bounded(), opened(destination) as transport, transport.start(("hang", "row")) as running:
        assert next(running.chunks()) == b"row\n"
        for connection in gateway.connections:
            connection.close()
        with pytest.raises(errors.ConnectionLost):
            running.wait()


RELAY = """
import os, socket, sys, threading

def pump(read, write, end):
    while piece := read(65536):
        write(piece)
    end()

sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
onward = lambda: pump(lambda size: os.read(0, size), sock.sendall, lambda: sock.shutdown(socket.SHUT_WR))
threading.Thread(target=onward, daemon=True).start()
pump(sock.recv, lambda piece: os.write(1, piece), lambda: None)
"""


@pytest.mark.parametrize("place_of_command", ["arguments", "configuration"])
def test_proxy_command(
    place_of_command: str, through: Callable[[str], str], server: SshServer, gateway: SshServer, tmp_path: Path
) -> None:
    (tmp_path / "relay.py").write_text(RELAY, encoding="ascii")
    # The port is the inventory's, and the redirection wants a shell.
    command = f"{sys.executable} {tmp_path}/relay.py %h %p 2>{tmp_path}/told"
    arguments = through(
        f"Host edge1\n  Port 1\n  ProxyCommand {command}" if place_of_command == "configuration" else ""
    )
    if place_of_command == "arguments":
        arguments += f" -o ProxyCommand={shlex.quote(command)}"
    before = len(os.listdir("/proc/self/fd"))
    with opened(Destination("edge1", port=server.port, arguments=arguments)) as transport:
        assert transport.run(("rows", "3000000"), timeout=SOON).status == 0
        with bounded(), pytest.raises(errors.ConnectionLost):
            transport.run(("drop",))
    assert (tmp_path / "told").exists()
    assert gateway.connections == []
    assert comes_true(lambda: len(os.listdir("/proc/self/fd")) <= before)


@pytest.mark.parametrize("command", ["false", "program-that-nobody-has", "echo hello", "'"])
def test_a_proxy_command_that_fails(command: str, through: Callable[[str], str]) -> None:
    arguments = through(f"Host edge1\n  ProxyCommand {command}")
    refused(Destination("edge1", arguments=arguments), errors.ConnectionFailed)


def test_the_name_for_messages() -> None:
    assert SshTransport(Destination("192.0.2.1")).host == "192.0.2.1"
    assert SshTransport(Destination("192.0.2.1"), None, "edge1").host == "edge1"
