# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of an SSH session out of inventory, ``ssh`` arguments and configuration, as ssh(1) reads them."""

from __future__ import annotations

import getpass
import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.transport import ssh_config
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_route import Destination, Route, route

paramiko = pytest.importorskip("paramiko")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that nobody's configuration is read."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(ssh_config, "SYSTEM_CONFIG", str(tmp_path / "system_config"))
    monkeypatch.setenv("LOGNAME", "operator")
    return tmp_path


def configured(home: Path, text: str) -> None:
    (home / ".ssh").mkdir(exist_ok=True)
    (home / ".ssh" / "config").write_text(text, encoding="utf-8")


def jumps(way: Route) -> list[tuple[str | None, str, int | None]]:
    return [(jump.user, jump.host, jump.port) for jump in way.jumps]


def test_defaults(home: Path) -> None:
    assert route(Destination("edge1")) == Route(
        address="edge1",
        port=22,
        user="operator",
        private_key_files=(),
        only_these_keys=False,
        known_hosts=(
            f"{home}/.ssh/known_hosts",
            f"{home}/.ssh/known_hosts2",
            "/etc/ssh/ssh_known_hosts",
            "/etc/ssh/ssh_known_hosts2",
        ),
        new_host_keys=f"{home}/.ssh/known_hosts",
        host_keys="strict",
        jumps=(),
        proxy_command=None,
        connect_timeout=10.0,
        keepalive=15,
    )


def test_the_user_is_the_one_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody")
    assert route(Destination("edge1")).user == getpass.getuser() == "somebody"


ARGUMENTS: list[tuple[str, dict[str, Any]]] = [
    # arguments, what becomes of the route
    ("", {}),
    ("   ", {}),
    ("-o Port=2222", {"port": 2222}),
    ("-oPort=2222", {"port": 2222}),
    ("-o 'Port 2222'", {"port": 2222}),
    ("-o 'Port = 2222'", {"port": 2222}),
    ("-o 'Port\t2222'", {"port": 2222}),
    ("-o port=2222", {"port": 2222}),
    ("-p 2222", {"port": 2222}),
    ("-p2222", {"port": 2222}),
    ("-vqp 2222", {"port": 2222}),
    ("-p 2222 -p 2223 -o Port=2224", {"port": 2222}),  # the first one counts
    ("-o Port=2224 -p 2222", {"port": 2224}),
    ("-l jool", {"user": "jool"}),
    ("-o User=jool", {"user": "jool"}),
    ('-o User="jool"', {"user": "jool"}),
    ("-o 'User=\"jool\"'", {"user": "jool"}),
    ("-i /k/one", {"private_key_files": ("/k/one",)}),
    ("-i /k/one -i /k/two", {"private_key_files": ("/k/one", "/k/two")}),
    ("-i /k/one -o IdentityFile=/k/two", {"private_key_files": ("/k/one", "/k/two")}),
    ("-i '/k/a key'", {"private_key_files": ("/k/a key",)}),
    ("-o 'IdentityFile=\"/k/a key\"'", {"private_key_files": ("/k/a key",)}),
    ("-o IdentityFile=~/one", {"private_key_files": ("HOME/one",)}),
    ("-o IdentityFile=none", {"private_key_files": ()}),
    ("-o IdentitiesOnly=yes", {"only_these_keys": True}),
    ("-o IdentitiesOnly=no", {"only_these_keys": False}),
    ("-o HostName=192.0.2.1", {"address": "192.0.2.1"}),
    ("-o HostName=%h.example", {"address": "edge1.example"}),
    ("-o StrictHostKeyChecking=no", {"host_keys": "off"}),
    ("-o StrictHostKeyChecking=off", {"host_keys": "off"}),
    ("-o StrictHostKeyChecking=accept-new", {"host_keys": "accept-new"}),
    ("-o StrictHostKeyChecking=ask", {"host_keys": "strict"}),
    ("-o StrictHostKeyChecking=yes", {"host_keys": "strict"}),
    ("-o StrictHostKeyChecking=nonsense", {"host_keys": "strict"}),
    ("-o ConnectTimeout=3", {"connect_timeout": 3.0}),
    ("-o ConnectTimeout=1m30s", {"connect_timeout": 90.0}),
    ("-o ConnectTimeout=none", {"connect_timeout": 10.0}),
    ("-o ConnectTimeout=0", {"connect_timeout": 10.0}),
    ("-o ServerAliveInterval=60", {"keepalive": 60}),
    ("-o ServerAliveInterval=2m", {"keepalive": 120}),
    ("-o ServerAliveInterval=0", {"keepalive": 15}),
    ("-o ProxyCommand='ssh -W %h:%p gw'", {"proxy_command": "ssh -W edge1:22 gw"}),
    ("-o 'ProxyCommand ssh -W %h:%p gw'", {"proxy_command": "ssh -W edge1:22 gw"}),
    ("-o ProxyCommand='ssh -o A=b -W %h:%p gw'", {"proxy_command": "ssh -o A=b -W edge1:22 gw"}),
    ("-o 'ProxyCommand ssh -o A=b -W %h:%p gw'", {"proxy_command": "ssh -o A=b -W edge1:22 gw"}),
    ("-o 'ProxyCommand=\"ssh -W %h:%p gw\"'", {"proxy_command": "ssh -W edge1:22 gw"}),
    (
        "-p 2222 -l jool -o 'ProxyCommand=nc %r %h %p'",
        {"port": 2222, "user": "jool", "proxy_command": "nc jool edge1 2222"},
    ),
    ("-o ProxyCommand=none", {"proxy_command": None}),
    ("-C -o ControlMaster=auto -o ControlPersist=60s", {}),
    ("-o ControlPath=/run/%h-%p -o Compression=yes -4 -A -tt -S none -c aes256-ctr", {}),
    ("-F none", {}),
    ("-F /dev/null", {}),
    ("-o UserKnownHostsFile=/dev/null", {"known_hosts": ("/dev/null",), "new_host_keys": "/dev/null"}),
    ("-o UserKnownHostsFile=none", {"known_hosts": (), "new_host_keys": None}),
    ("-o 'UserKnownHostsFile=/k/one /k/two'", {"known_hosts": ("/k/one", "/k/two"), "new_host_keys": "/k/one"}),
    ("-o 'UserKnownHostsFile=\"/k/a b\"'", {"known_hosts": ("/k/a b",), "new_host_keys": "/k/a b"}),
    ("-o 'UserKnownHostsFile \"/k/a b\" /k/c'", {"known_hosts": ("/k/a b", "/k/c"), "new_host_keys": "/k/a b"}),
    ('-o \'UserKnownHostsFile="/k/a b" "/k/c d"\'', {"known_hosts": ("/k/a b", "/k/c d"), "new_host_keys": "/k/a b"}),
    ("-o UserKnownHostsFile=~/known", {"known_hosts": ("HOME/known",), "new_host_keys": "HOME/known"}),
]

NO_GLOBAL_FILE = " -o GlobalKnownHostsFile=none"


@pytest.mark.parametrize(("arguments", "changed"), ARGUMENTS, ids=[arguments for arguments, _changed in ARGUMENTS])
def test_arguments(arguments: str, changed: dict[str, Any], home: Path) -> None:
    def at_home(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(at_home(item) for item in value)
        return value.replace("HOME", str(home)) if isinstance(value, str) else value

    plain = vars(route(Destination("edge1", arguments=NO_GLOBAL_FILE)))
    found = vars(route(Destination("edge1", arguments=arguments + NO_GLOBAL_FILE)))
    assert {name: value for name, value in found.items() if value != plain[name]} == {
        name: at_home(value) for name, value in changed.items() if at_home(value) != plain[name]
    }


UNREADABLE = [
    # arguments, words of the error
    ("-o", "-o"),
    ("-o 'Port=2222", "No closing quotation"),
    ('-o "', "No closing quotation"),
    ("-F", "-F"),
    ("-p", "-p"),
    ("-o Port", "Unparsable line Port"),
    ("-o '='", "Unparsable line"),
    ("-p https", "port 'https' is not a number"),
    ("-o Port=22x", "port '22x' is not a number"),
    ("-p -22", "port '-22' is not a number"),
    ("-o ConnectTimeout=soon", "connecttimeout 'soon' is not a time"),
    ("-o ConnectTimeout=-1", "connecttimeout '-1' is not a time"),
    ("-o ServerAliveInterval=1x", "serveraliveinterval '1x' is not a time"),
    ("-o 'UserKnownHostsFile=/k/\"one'", "No closing quotation"),
    ("-z", "-z"),
    ("--verbose", "-"),
    ("edge2", "'edge2' belongs to none of them"),
    ("-J gw:https", "the jump host 'gw:https' cannot be read"),
    ("-J gw1,,gw2", "the jump host '' cannot be read"),
    ("-J user@", "the jump host 'user@' cannot be read"),
    ("-F /nowhere/config", "/nowhere/config"),
    ("-F /", "/"),
    ("-o CanonicalizeHostname=yes", "the ssh arguments cannot be read"),
]


@pytest.mark.parametrize(("arguments", "words"), UNREADABLE)
def test_unreadable_arguments(arguments: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        route(Destination("edge1", arguments=arguments))


CONFIGURATIONS: list[tuple[str, dict[str, Any]]] = [
    # configuration, attributes of the route
    ("Host edge1\n  HostName 192.0.2.1\n", {"address": "192.0.2.1"}),
    ("Host edge1\n  HostName 2001:db8::1\n", {"address": "2001:db8::1"}),
    ("Host edge*\n  HostName %h.example\n", {"address": "edge1.example"}),
    ("Host edge1\n  User jool\n  Port 2222\n", {"user": "jool", "port": 2222}),
    ("Host edge1\n  User=jool\n  Port = 2222\n", {"user": "jool", "port": 2222}),
    ("Host edge1\n  User first\nHost *\n  User second\n", {"user": "first"}),
    ("Host * !edge1\n  User other\n", {"user": "operator"}),
    ("Match host edge1\n  User matched\n", {"user": "matched"}),
    ("Match user jool\n  Port 2222\n", {"port": 22}),
    ("IdentityFile ~/.ssh/one\n", {"private_key_files": ("HOME/.ssh/one",)}),
    ("IdentityFile /k/one\nHost edge1\n  IdentityFile /k/%h\n", {"private_key_files": ("/k/one", "/k/edge1")}),
    ('IdentityFile "/k/a key"\n', {"private_key_files": ("/k/a key",)}),
    ("IdentityFile none\n", {"private_key_files": ()}),
    ("IdentitiesOnly yes\n", {"only_these_keys": True}),
    ("UserKnownHostsFile /k/one /k/two\n", {"known_hosts": ("/k/one", "/k/two"), "new_host_keys": "/k/one"}),
    ('  userknownhostsfile = "/k/a b"\n', {"known_hosts": ("/k/a b",), "new_host_keys": "/k/a b"}),
    ('UserKnownHostsFile "/k/a b" "/k/c d"\n', {"known_hosts": ("/k/a b", "/k/c d"), "new_host_keys": "/k/a b"}),
    ("StrictHostKeyChecking no\n", {"host_keys": "off"}),
    ("StrictHostKeyChecking accept-new\n", {"host_keys": "accept-new"}),
    ("StrictHostKeyChecking ask\n", {"host_keys": "strict"}),
    ("ServerAliveInterval 45\nConnectTimeout 7\n", {"keepalive": 45, "connect_timeout": 7.0}),
    ("ProxyCommand nc -X connect %h %p\n", {"proxy_command": "nc -X connect edge1 22", "jumps": ()}),
    ("ProxyCommand none\n", {"proxy_command": None, "jumps": ()}),
    ("ProxyJump none\n", {"proxy_command": None, "jumps": ()}),
    ("ProxyJump none\nProxyCommand nc %h %p\n", {"proxy_command": None, "jumps": ()}),
    ("ProxyCommand none\nProxyJump gw\n", {"proxy_command": None, "jumps": ()}),
    ("ProxyCommand nc %h %p\nProxyJump gw\n", {"proxy_command": "nc edge1 22", "jumps": ()}),
    ("ProxyJump gw\nProxyCommand nc %h %p\n", {"proxy_command": None}),
    ("# a comment\n\nHost other\n  Port 1\n", {"port": 22}),
    ("# Zoë\nPort 2222\n", {"port": 2222}),
    ("Host edge1\n  PubkeyAcceptedAlgorithms +ssh-rsa\n  ForwardAgent yes\n", {"port": 22}),
]


@pytest.mark.parametrize(("text", "expected"), CONFIGURATIONS, ids=[text for text, _expected in CONFIGURATIONS])
@pytest.mark.parametrize("place", ["default", "-F"])
def test_configuration(text: str, expected: dict[str, Any], place: str, home: Path) -> None:
    arguments = NO_GLOBAL_FILE
    if place == "default":
        configured(home, text)
    else:
        (home / "my config").write_text(text, encoding="utf-8")
        arguments += f" -F '{home}/my config'"
        configured(home, "Host *\n  Port 1\n  User nobody\n")  # not read
    found = route(Destination("edge1", arguments=arguments))
    for name, value in expected.items():
        if isinstance(value, tuple):
            assert getattr(found, name) == tuple(item.replace("HOME", str(home)) for item in value)
        else:
            assert getattr(found, name) == value


def test_no_configuration_at_all(home: Path) -> None:
    configured(home, "Port 2222\n")
    assert route(Destination("edge1")).port == 2222
    assert route(Destination("edge1", arguments="-F none")).port == 22
    assert route(Destination("edge1", arguments="-F NONE")).port == 22


def test_a_comment_that_is_no_utf_8(home: Path) -> None:
    configured(home, "")
    (home / ".ssh" / "config").write_bytes(b"# Zo\xeb\nPort 2222\n")
    assert route(Destination("edge1")).port == 2222


BROKEN = [
    ("Port\n", "Unparsable line"),
    ("Host 'edge1\n", "Unparsable host"),
    ("Match user\n", "Missing parameter"),
    ("CanonicalizeHostname yes\n", "cannot be read"),
    ("Port none\n", "port 'none' is not a number"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_broken_configuration(text: str, words: str, home: Path) -> None:
    configured(home, text)
    with pytest.raises(ValueError, match=words) as caught:
        route(Destination("edge1"))
    if "port" not in words:
        assert f"{home}/.ssh/config" in str(caught.value)


JUMPS = [
    # ProxyJump, the hops: user, host, port
    ("gw", [(None, "gw", None)]),
    ("jool@gw", [("jool", "gw", None)]),
    ("gw:2222", [(None, "gw", 2222)]),
    ("jool@gw:2222", [("jool", "gw", 2222)]),
    ("a@b@gw", [("a@b", "gw", None)]),
    ("ssh://jool@gw:2222", [("jool", "gw", 2222)]),
    ("192.0.2.1:2222", [(None, "192.0.2.1", 2222)]),
    ("[2001:db8::1]", [(None, "2001:db8::1", None)]),
    ("[2001:db8::1]:2222", [(None, "2001:db8::1", 2222)]),
    ("jool@[2001:db8::1]:2222", [("jool", "2001:db8::1", 2222)]),
    ("2001:db8::1", [(None, "2001:db8::1", None)]),
    ("gw1,gw2", [(None, "gw1", None), (None, "gw2", None)]),
    (
        "a@gw1:1,[2001:db8::1]:2,c@gw3",
        [("a", "gw1", 1), (None, "2001:db8::1", 2), ("c", "gw3", None)],
    ),
    ("none", []),
    ("NONE", []),
]


@pytest.mark.parametrize(("text", "expected"), JUMPS)
@pytest.mark.parametrize("place", ["-J", "-o", "configuration"])
def test_jumps(text: str, expected: list[tuple[str | None, str, int | None]], place: str, home: Path) -> None:
    arguments = {"-J": f"-J '{text}'", "-o": f"-o 'ProxyJump={text}'", "configuration": ""}[place]
    if place == "configuration":
        configured(home, f"Host edge1\n  ProxyJump {text}\n")
    way = route(Destination("edge1", arguments=arguments))
    assert jumps(way) == expected
    assert way.proxy_command is None


def test_a_jump_host_reads_the_same_configuration(home: Path) -> None:
    own = home / "my config"
    own.write_text("Host gw\n  HostName 192.0.2.9\n  User jumper\n  Port 2200\n", encoding="ascii")
    target = Destination(
        "edge1", password="x", arguments=f"-F '{own}' -J gw,jool@gw:2201 -o ConnectTimeout=3 -i /k/one"
    )
    first, second = (route(jump) for jump in route(target).jumps)
    assert (first.address, first.user, first.port) == ("192.0.2.9", "jumper", 2200)
    assert (second.address, second.user, second.port) == ("192.0.2.9", "jool", 2201)
    assert (first.private_key_files, first.connect_timeout) == ((), 10.0)  # the target's own, as with ssh -J
    assert all(jump.password is None for jump in route(target).jumps)


def test_a_jump_host_without_a_configuration(home: Path) -> None:
    configured(home, "Host gw\n  Port 2200\n")
    assert route(route(Destination("edge1", arguments="-J gw")).jumps[0]).port == 2200
    assert route(route(Destination("edge1", arguments="-F none -J gw")).jumps[0]).port == 22


WAYS = [
    # arguments, configuration, ProxyCommand, number of jumps: whichever is said first keeps the other out
    ("-o ProxyCommand='nc %h %p'", "ProxyJump gw\n", "nc edge1 22", 0),
    ("-o ProxyCommand=none", "ProxyJump gw\n", None, 0),
    ("-J gw", "ProxyCommand nc %h %p\n", None, 1),
    ("-J none", "ProxyCommand nc %h %p\n", None, 0),
    ("-J none", "ProxyJump gw\n", None, 0),
    ("-J gw1 -o ProxyCommand='nc %h %p'", "", None, 1),
    ("-o ProxyCommand='nc %h %p' -J gw1", "", "nc edge1 22", 0),
    ("-J gw1 -J gw2,gw3", "", None, 1),
]


@pytest.mark.parametrize(("arguments", "text", "command", "count"), WAYS)
def test_jump_or_command(arguments: str, text: str, command: str | None, count: int, home: Path) -> None:
    configured(home, text)
    way = route(Destination("edge1", arguments=arguments))
    assert (way.proxy_command, len(way.jumps)) == (command, count)


PRECEDENCE: list[tuple[dict[str, Any], str, str, str, Any]] = [
    # inventory, arguments, configuration, attribute, value
    ({"port": 1}, "-p 2", "Port 3\n", "port", 1),
    ({}, "-p 2", "Port 3\n", "port", 2),
    ({}, "", "Port 3\n", "port", 3),
    ({}, "", "", "port", 22),
    ({"user": "a"}, "-l b", "User c\n", "user", "a"),
    ({}, "-l b", "User c\n", "user", "b"),
    ({}, "", "User c\n", "user", "c"),
    ({}, "", "", "user", "operator"),
    ({"private_key_file": "/k/a"}, "-i /k/b", "IdentityFile /k/c\n", "private_key_files", ("/k/a",)),
    ({}, "-i /k/b", "IdentityFile /k/c\n", "private_key_files", ("/k/b", "/k/c")),  # all are tried, in this order
    ({}, "", "IdentityFile /k/c\n", "private_key_files", ("/k/c",)),
    ({"connect_timeout": 1.5}, "-o ConnectTimeout=2", "ConnectTimeout 3\n", "connect_timeout", 1.5),
    ({}, "-o ConnectTimeout=2", "ConnectTimeout 3\n", "connect_timeout", 2.0),
    ({}, "", "ConnectTimeout 3\n", "connect_timeout", 3.0),
    ({"check_host_key": False}, "-o StrictHostKeyChecking=yes", "", "host_keys", "off"),
    ({"check_host_key": True}, "-o StrictHostKeyChecking=no", "", "host_keys", "off"),
    ({"check_host_key": True}, "", "StrictHostKeyChecking accept-new\n", "host_keys", "accept-new"),
    ({"check_host_key": True}, "", "", "host_keys", "strict"),
    ({}, "-o StrictHostKeyChecking=yes", "StrictHostKeyChecking no\n", "host_keys", "strict"),
    ({}, "-o HostName=b", "HostName c\n", "address", "b"),
    ({}, "-o ServerAliveInterval=2", "ServerAliveInterval 3\n", "keepalive", 2),
    ({}, "-o IdentitiesOnly=no", "IdentitiesOnly yes\n", "only_these_keys", False),
    ({"port": 1, "user": "a"}, "", "User c\nPort 3\nProxyCommand nc %r %h %p\n", "proxy_command", "nc a edge1 1"),
    ({"port": 1, "user": "a"}, "-o 'ProxyCommand=nc %r %h %p'", "User c\nPort 3\n", "proxy_command", "nc a edge1 1"),
    ({}, "-o 'ProxyCommand=nc %r %h %p'", "HostName c\nUser c\nPort 3\n", "proxy_command", "nc c c 3"),
    ({"user": "a"}, "", "Match user a\n  Port 3\n", "port", 3),
]


@pytest.mark.parametrize(("inventory", "arguments", "text", "name", "value"), PRECEDENCE)
def test_precedence(inventory: dict[str, Any], arguments: str, text: str, name: str, value: Any, home: Path) -> None:
    configured(home, text)
    assert getattr(route(Destination("edge1", arguments=arguments, **inventory)), name) == value


def test_secrets_are_not_shown() -> None:
    shown = repr(Destination("edge1", password="hunter2", private_key_passphrase="opensesame"))
    assert "hunter2" not in shown
    assert "opensesame" not in shown


@given(
    st.lists(
        st.tuples(
            st.none() | st.text(string.ascii_letters + string.digits + "._-", min_size=1),
            st.from_regex(r"[a-z][a-z0-9-]{0,10}(\.[a-z]{1,5}){0,2}", fullmatch=True) | st.ip_addresses(v=6).map(str),
            st.none() | st.integers(1, 65535),
        ).filter(lambda hop: hop[1] != "none"),
        min_size=1,
        max_size=4,
    )
)
def test_any_list_of_jumps(hops: list[tuple[str | None, str, int | None]]) -> None:
    words = []
    for user, host, port in hops:
        place = f"[{host}]" if ":" in host else host
        words.append((f"{user}@" if user else "") + place + (f":{port}" if port else ""))
    way = route(Destination("edge1", arguments=f"-F none -J {','.join(words)}"))
    assert jumps(way) == hops


@given(st.text(max_size=40))
def test_any_arguments_are_read_or_refused(text: str) -> None:
    if "-F" not in text and "exec" not in text:
        try:
            way = route(Destination("edge1", arguments=f"-F none {text}"))
        except ValueError:
            return
        assert way.port >= 0


def test_includes(home: Path) -> None:
    """Names are relative to ~/.ssh, patterns are sorted, and what is missing is no error."""
    configured(home, "Include conf.d/*.conf none.conf\nHost edge*\n  User last\n  Include inner\n  Port 2204\n")
    (home / ".ssh" / "conf.d").mkdir()
    (home / ".ssh" / "conf.d" / "1.conf").write_text("Host edge1\n  ProxyJump gw1\n", encoding="utf-8")
    (home / ".ssh" / "conf.d" / "2.conf").write_text("Host *\n  ProxyJump gw2\n", encoding="utf-8")
    (home / ".ssh" / "inner").write_text("ConnectTimeout 7\nHost other\n  Port 9\n", encoding="utf-8")
    found = route(Destination("edge1"))
    assert [hop.host for hop in found.jumps] == ["gw1"]
    assert (found.user, found.port, found.connect_timeout) == ("last", 2204, 7.0)
    assert [hop.host for hop in route(Destination("core1")).jumps] == ["gw2"]


def test_includes_without_end(home: Path) -> None:
    configured(home, "Include config\n")
    with pytest.raises(ValueError, match="more than 16 files include one another"):
        route(Destination("edge1"))


def test_the_systems_configuration_comes_last(home: Path) -> None:
    (home / "system_config").write_text(
        "Port 2205\nHost edge1\n  User system\nMatch final all\n  User final\n", encoding="utf-8"
    )
    configured(home, "Host edge1\n  Port 2204\n")
    found = route(Destination("edge1"))
    assert (found.port, found.user) == (2204, "system")
    assert route(Destination("edge2")).port == 2205
    # A file that was named keeps both of them out.
    (home / "other").write_text("User other\n", encoding="utf-8")
    named = route(Destination("edge1", arguments=f"-F {home}/other"))
    assert (named.port, named.user) == (22, "other")


WORDS = ("HostName", "User", "Port", "IdentityFile", "UserKnownHostsFile", "ProxyCommand", "ProxyJump", "ControlPath")
PIECES = ("%h", "%n", "%p", "%r", "%u", "%d", "%%", "%C", "%L", "%", "~", "~/", "/x", "edge", "22", " ", "none")


def looked_up(config: Any, lines: list[str]) -> dict[str, Any]:
    try:
        config.parse(lines)
        return dict(config.lookup("edge1"))
    except (ValueError, paramiko.SSHException) as error:
        return {"error": str(error)}


@given(
    lines=st.lists(
        st.tuples(st.sampled_from(WORDS), st.lists(st.sampled_from(PIECES), min_size=1, max_size=4)), max_size=5
    ),
    pattern=st.sampled_from(("*", "edge*", "other")),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_values_are_those_of_paramikos_own_parser(lines: list[tuple[str, list[str]]], pattern: str) -> None:
    """It looks for tokens in each value, and here only those that have one are handed to it."""
    text = [
        f"Host {pattern}",
        *(f"  {word} {''.join(pieces)}" for word, pieces in lines),
    ]
    assert looked_up(ssh_config.configuration_class()(), text) == looked_up(paramiko.SSHConfig(), text)
