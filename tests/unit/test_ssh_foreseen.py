# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that are foreseen: a guess that is wrong changes no answer."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import (
    STDERR_KEPT_BYTES,
    Completed,
    shell_command,
)
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh import Become, SshTransport
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_files import SshFiles
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_foreseen import BEGINNING, Foreseen
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_route import Destination

paramiko = pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.tests.unit.ssh_server import (  # noqa: E402 - needs Paramiko
    ADDRESS,
    PASSWORD,
    SUDO_PASSWORD,
    USER,
    SshServer,
    ed25519_key,
)

PATIENCE = 30.0

Argv = tuple[str, ...]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture
def server() -> Iterator[SshServer]:
    with SshServer(ed25519_key()[0], path="/usr/bin:/bin") as running:
        yield running


def asking(server: SshServer, *foreseen: Argv, become: Become | None = None, seconds: float = PATIENCE) -> SshTransport:
    way = Destination(ADDRESS, server.port, USER, PASSWORD, arguments="-F none", check_host_key=False)
    return SshTransport(way, become, "edge1", seconds=seconds, foreseen=foreseen)


ONE: Argv = ("echo", "one")
TWO: Argv = ("sh", "-c", "printf 'no line break'; echo why >&2; exit 3")
THREE: Argv = ("true",)
ANSWERS = {ONE: (0, b"one\n", b""), TWO: (3, b"no line break", b"why\n"), THREE: (0, b"", b"")}


def answer(done: Completed) -> tuple[int, bytes, bytes]:
    return done.status, done.stdout, done.stderr


def test_each_command_has_its_own_answer(server: SshServer) -> None:
    transport = asking(server, ONE, TWO, THREE, ONE)
    for argv in (ONE, TWO, THREE, ONE):
        assert answer(transport.run(argv)) == ANSWERS[argv]
    assert len(server.commands) == 1
    assert transport.run(TWO).status == 3  # and more, which nobody has foreseen
    assert len(server.commands) == 2
    assert transport.asked == [ONE, TWO, THREE, ONE, TWO]
    transport.close()


ORDERS = [
    # foreseen, asked, lines that were run
    ([], [ONE, TWO], 2),
    ([ONE, TWO], [TWO, ONE], 2),
    ([ONE, TWO, THREE], [ONE, THREE, TWO], 3),
    ([ONE, ONE, TWO], [ONE, TWO, TWO], 3),
    ([ONE, TWO], [ONE], 1),
    ([ONE], [ONE, ONE], 2),
]


@pytest.mark.parametrize(("foreseen", "asked", "lines"), ORDERS)
def test_a_wrong_guess_changes_no_answer(
    foreseen: list[Argv], asked: list[Argv], lines: int, server: SshServer
) -> None:
    transport = asking(server, *foreseen)
    for argv in asked:
        assert answer(transport.run(argv)) == ANSWERS[argv]
    assert len(server.commands) == lines
    transport.close()


def test_rows_come_before_the_end(server: SshServer) -> None:
    transport = asking(server, ("sh", "-c", "echo row; exec sleep 20"), ONE)
    with transport.start(("sh", "-c", "echo row; exec sleep 20")) as running:
        assert next(running.chunks()) == b"row\n"
    # Left before its end: what comes behind it is asked for anew.
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    transport.close()


def test_two_commands_at_once(server: SshServer) -> None:
    transport = asking(server, ("sh", "-c", "echo row; sleep 1; echo row"), ONE, TWO)
    with transport.start(("sh", "-c", "echo row; sleep 1; echo row")) as running:
        assert next(running.chunks()) == b"row\n"
        assert answer(transport.run(ONE)) == ANSWERS[ONE]
        assert b"".join(running.chunks()) == b"row\n"
        assert running.wait().status == 0
    assert answer(transport.run(TWO)) == ANSWERS[TWO]
    assert len(server.commands) == 3
    transport.close()


def test_large_outputs_on_both_streams(server: SshServer) -> None:
    flood: Argv = ("sh", "-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 5")
    transport = asking(server, flood, ONE)
    done = transport.run(flood)
    assert (done.status, len(done.stdout), len(done.stderr)) == (5, 3_000_000, STDERR_KEPT_BYTES)
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    assert len(server.commands) == 1
    transport.close()


def test_output_that_looks_like_a_mark(server: SshServer) -> None:
    odd: Argv = ("printf", "\\036\\036abc 0\\n\\036")
    transport = asking(server, odd, ONE)
    assert transport.run(odd).stdout == b"\x1e\x1eabc 0\n\x1e"
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    transport.close()


HARSH = [
    # PATH of the host's shell, a host that allows single commands only, a shell that greets
    ("refuses", b"only jool, please\n", 7),
    ("says nothing", b"", 0),
    ("chatters", b"x" * 200_000, 0),
]


@pytest.mark.parametrize(("name", "words", "status"), HARSH)
def test_a_host_that_does_not_understand_the_line(
    name: str, words: bytes, status: int, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.nat64.jool.tests.unit import ssh_server

    plain = ssh_server._Command._shell

    def forced(command: ssh_server._Command, line: str) -> int | None:
        if line.startswith("exec "):
            command._out(words)
            return status
        return plain(command, line)

    monkeypatch.setattr(ssh_server._Command, "_shell", forced)
    transport = asking(server, ONE, TWO)
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    assert answer(transport.run(TWO)) == ANSWERS[TWO]
    assert len(server.commands) == 3  # it is tried once
    transport.close()


def test_a_greeting_is_no_answer(server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.nat64.jool.tests.unit import ssh_server

    plain = ssh_server._Command._shell
    monkeypatch.setattr(
        ssh_server._Command, "_shell", lambda command, line: plain(command, f"echo hello; echo you >&2; {line}")
    )
    transport = asking(server, ONE, TWO)
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    assert answer(transport.run(TWO)) == ANSWERS[TWO]
    transport.close()


def test_a_shell_that_dies_in_the_middle(server: SshServer) -> None:
    kill: Argv = ("sh", "-c", "echo row; kill -9 $PPID; sleep 1")
    transport = asking(server, kill, ONE)
    with pytest.raises(errors.ConnectionLost, match="the host's shell ended"):
        transport.run(kill)
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    transport.close()


@pytest.mark.parametrize("argv", [("sleep", "20"), ("sh", "-c", "exec sleep 20 >&- "), ("yes",)])
def test_timeout(argv: Argv, server: SshServer) -> None:
    transport = asking(server, argv, ONE)
    with pytest.raises(errors.CommandTimeout, match=r"0\.5 seconds were allowed") as caught:
        transport.run(argv, timeout=0.5)
    assert caught.value.argv == argv
    assert answer(transport.run(ONE)) == ANSWERS[ONE]
    transport.close()


def test_the_time_of_a_host_counts_for_all_of_it(server: SshServer) -> None:
    transport = asking(server, seconds=1.0)
    assert transport.run(ONE, timeout=PATIENCE).status == 0
    with pytest.raises(errors.CommandTimeout, match="1 seconds were allowed"):
        transport.run(("sleep", "20"), timeout=PATIENCE)
    transport.close()


def test_another_thread_breaks_it_off(server: SshServer) -> None:
    import threading

    transport = asking(server)
    threading.Timer(0.5, transport.abort).start()
    with pytest.raises(errors.ConnectionLost):
        transport.run(("sleep", "20"))
    with pytest.raises(errors.ConnectionLost, match="it was given up"):
        transport.run(ONE)
    transport.close()


def test_a_password_goes_to_one_command_only(server: SshServer) -> None:
    server.path = ""
    transport = asking(server, ("say", "x"), ("say", "y"), become=Become(password=SUDO_PASSWORD))
    assert transport.run(("say", "x")).stdout == b'["x"]'
    assert server.commands == ["sudo -H -S -p '' -u root -- say x"]
    transport.close()


def test_each_command_is_escalated_by_itself(server: SshServer) -> None:
    transport = asking(server, ONE, TWO, become=Become(executable="env"))
    transport.run(ONE)
    assert server.commands[-1].count("env -H -n -u root --") == 2
    transport.close()


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(WORDS, max_size=3), min_size=1, max_size=4))
def test_any_words_arrive(commands: list[list[str]]) -> None:
    """The line itself, run by a real shell."""
    line = Foreseen([("printf", "%s|", *words) for words in commands])
    done = subprocess.run(["/bin/sh", "-c", shell_command(line.argv)], capture_output=True, check=True)
    before, status, rest = line.split(done.stdout)
    assert (before, status) == (b"", 0)
    for words in commands:
        before, status, rest = line.split(rest)
        assert (before.decode(), status) == ("|".join((*words, "")) or "|", 0)
    assert rest == b""


@given(st.binary(max_size=200), st.integers(0, 255), st.integers(1, 7))
def test_marks_are_found_however_the_stream_is_cut(text: bytes, status: int, size: int) -> None:
    line = Foreseen([])
    token = line.argv[3].split()[4]
    stream = text + BEGINNING + f"{token} {status}\n".encode() + b"rest"
    out, held, found = b"", b"", None
    for start in range(0, len(stream), size):
        before, told, held = line.split(held + stream[start : start + size])
        out += before
        if told is not None:
            found = told
            held += stream[start + size :]
            break
    assert (out, found, held) == (text, status, b"rest")


# --- files that are read once ------------------------------------------------------------------------------------


def test_files_are_read_once(server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, text = ed25519_key()
    server.keys = (key,)
    (tmp_path / "key").write_text(text, encoding="ascii")
    (tmp_path / "known").write_text(server.known, encoding="ascii")
    (tmp_path / "config").write_text(f"UserKnownHostsFile {tmp_path}/known\nIdentityFile {tmp_path}/key\n")
    way = Destination(ADDRESS, server.port, USER, arguments=f"-F {tmp_path}/config")
    files = SshFiles()
    for attempt in range(3):
        transport = SshTransport(way, None, "edge1", files=files)
        assert answer(transport.run(ONE)) == ANSWERS[ONE]
        transport.close()
        if not attempt:
            for name in ("key", "known", "config"):
                (tmp_path / name).write_text("", encoding="ascii")
    with pytest.raises(errors.JoolError):
        SshTransport(way, None, "edge1").run(ONE)


def test_a_new_key_is_remembered_once(server: SshServer, tmp_path: Path) -> None:
    known = tmp_path / "known"
    arguments = f"-F none -o UserKnownHostsFile={known} -o StrictHostKeyChecking=accept-new"
    way = Destination(ADDRESS, server.port, USER, PASSWORD, arguments=arguments)
    files = SshFiles()
    for _attempt in range(3):
        transport = SshTransport(way, None, "edge1", files=files)
        transport.run(ONE)
        transport.close()
    assert known.read_text(encoding="ascii") == server.known


def test_any_of_several_keys_is_good(server: SshServer, tmp_path: Path) -> None:
    """A host that is getting a new key has two in known_hosts."""
    known = tmp_path / "known"
    other = server.known.replace(server.host_key.get_base64(), ed25519_key()[0].get_base64())
    for text in (other + server.known, server.known + other):
        known.write_text(text, encoding="ascii")
        way = Destination(ADDRESS, server.port, USER, PASSWORD, arguments=f"-F none -o UserKnownHostsFile={known}")
        transport = SshTransport(way, None, "edge1")
        assert transport.run(ONE).status == 0
        transport.close()
