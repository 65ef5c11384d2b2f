# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on real hosts: each condition its own error, nothing counted, the other hosts go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.combinations import (
    TRANSPORTS,
    combinations,
    guests_and_transports,
    where_combined,
)
from ansible_collections.nat64.jool.tests.integration.guests import RELEASES, Guest, side_by_side
from ansible_collections.nat64.jool.tests.integration.runner import Case, Run, ask

BRIEF: dict[str, Any] = {"gather_subset": ["counts"], "instances": ["default"], "netns": [""]}
VIEWER = {"vars": {"ansible_user": "viewer"}}

# A real table of a real kernel, broken off in real ways; the tool's other calls go through.
BROKEN = """#!/bin/sh
case "$*" in
*"session display --udp"*) {how} ;;
*) exec jool "$@" ;;
esac
"""
BREAKS = {
    # The tool waits for a reader that reads no more, and is killed while it does.
    "killed": (
        'mkfifo /tmp/f.$$; jool "$@" >/tmp/f.$$ & tool=$!; { head -c 5000; sleep 1; kill -KILL $tool; } </tmp/f.$$; '
        "rm /tmp/f.$$; wait $tool; exit $?"
    ),
    "cut": 'jool "$@" | head -c 5000',
    "helpless": "exec jool --bogus",
    "slow": "sleep 30",
    # The process of sshd that serves this connection, however many shells are between.
    "dropped": (
        'jool "$@" | head -c 5000; up=$PPID; '
        'until grep -q ^sshd /proc/$up/comm; do up=$(cut -d " " -f 4 /proc/$up/stat); done; kill -9 $up'
    ),
}

CONDITIONS = {
    "no_such_instance": ("NoSuchInstance", {"instances": ["nope"]}, {}),
    "no_such_namespace": ("NoSuchNamespace", {"netns": ["nope"]}, {}),
    "not_installed": ("JoolNotInstalled", {"jool_path": "/no/jool"}, {}),
    "no_privilege": ("NoPrivilege", {}, VIEWER),
    "killed": ("DumpCutShort", {"jool_path": "/usr/local/bin/jool-killed"}, {}),
    "cut": ("DumpCutShort", {"jool_path": "/usr/local/bin/jool-cut"}, {}),
    "helpless": ("InvocationRefused", {"jool_path": "/usr/local/bin/jool-helpless"}, {}),
    "slow": ("CommandTimeout", {"jool_path": "/usr/local/bin/jool-slow", "timeout": 5.0}, {}),
}
"""Case to the error's class, the options, the task's keywords."""

COMBINED = combinations(list(CONDITIONS))

STATES = combinations(["none", "siit", "empty"])
"""The same of what a kernel without a NAT64 instance has."""


@pytest.fixture(scope="module")
def run(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Path]]:
    """A table of some thousand sessions in each guest, then everything that goes wrong."""
    place = tmp_path_factory.mktemp("conditions")

    def prepare(guest: Guest) -> None:
        guest.pristine()
        guest.traffic("udp", "--sessions", "4000", "--clients", "1000")
        for name, how in BREAKS.items():
            guest.write(f"/usr/local/bin/jool-{name}", BROKEN.format(how=how))

    def tidy(guest: Guest) -> None:
        guest.run("sh", "-c", "rm -f /usr/local/bin/jool-*")
        guest.restore()

    side_by_side(prepare, guests.values())
    dest = {"dest": f"{place}/{{{{ inventory_hostname }}}}.jsonl"}
    cases = {
        f"{transport}_{name}": where_combined(
            Case({**BRIEF, "transport": transport, **dest, **options}, keywords), transport, name, COMBINED
        )
        for transport in TRANSPORTS
        for name, (_kind, options, keywords) in CONDITIONS.items()
    }
    dropped = {**BRIEF, **dest, "jool_path": "/usr/local/bin/jool-dropped"}
    cases["ssh_dropped"] = Case({**dropped, "transport": "ssh"})
    cases["connection_dropped"] = Case({**dropped, "transport": "connection"}, {"vars": {"ansible_ssh_retries": 0}})
    cases["ssh_refused"] = Case({**BRIEF, "transport": "ssh"}, {"vars": {"ansible_port": 1}})
    cases["ssh_unknown_key"] = Case(
        {**BRIEF, "transport": "ssh"},
        {"vars": {"ansible_ssh_common_args": "-o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null"}},
    )
    cases["ssh_wrong_password"] = Case(
        {**BRIEF, "transport": "ssh"},
        {
            "vars": {
                "ansible_user": "keeper",
                "ansible_password": "no",
                "ansible_ssh_private_key_file": "/no/key",
                "ansible_ssh_extra_args": "-o IdentitiesOnly=yes",
            }
        },
    )
    cases["ssh_password"] = Case(
        {**BRIEF, "transport": "ssh"},
        {
            "become": True,
            "vars": {
                "ansible_user": "keeper",
                "ansible_password": "lab-keeper",
                "ansible_become_password": "lab-keeper",
                "ansible_ssh_private_key_file": "/no/key",
                "ansible_ssh_extra_args": "-o IdentitiesOnly=yes",
            },
        },
    )
    cases["ssh_wrong_become_password"] = Case(
        {**BRIEF, "transport": "ssh"},
        {"become": True, "vars": {"ansible_user": "keeper", "ansible_become_password": "no"}},
    )
    cases["last"] = Case({**BRIEF, "transport": "connection"})
    yield ask("2.21", cases, place), place
    side_by_side(tidy, guests.values())


everywhere = pytest.mark.parametrize("guest", list(RELEASES))


def failure_of(run: Run, guest: str, case: str) -> dict[str, Any]:
    result: dict[str, Any] = run.results[guest][case]
    assert result["failed"] is True
    assert "ansible_facts" not in result
    assert result["msg"] == result["error"]["message"]
    return result


@pytest.mark.parametrize(("guest", "transport", "name"), COMBINED)
def test_condition(run: tuple[Run, Path], guest: str, transport: str, name: str) -> None:
    kind = CONDITIONS[name][0]
    result = failure_of(run[0], guest, f"{transport}_{name}")
    error = result["error"]
    assert error["condition"] == kind, result["msg"]
    assert guest in error["host"] or transport == "host"
    if kind not in ("NoSuchInstance", "NoSuchNamespace"):  # found out without a command that fails
        assert "jool" in error["command"]
    assert "2001:db8" not in result["msg"]


@everywhere
@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("ssh_dropped", "ConnectionLost"),
        ("ssh_refused", "ConnectionFailed"),
        ("ssh_unknown_key", "HostKeyRefused"),
        ("ssh_wrong_password", "AuthenticationFailed"),
        ("ssh_wrong_become_password", "EscalationFailed"),
    ],
)
def test_way_there(run: tuple[Run, Path], guest: str, case: str, kind: str) -> None:
    result = failure_of(run[0], guest, case)
    assert result["error"]["condition"] == kind, result["msg"]
    assert guest in result["msg"]


@everywhere
def test_a_connection_that_breaks_is_unreachable(run: tuple[Run, Path], guest: str) -> None:
    """Ansible's own word for it, since it is Ansible's own connection."""
    result = run[0].results[guest]["connection_dropped"]
    assert result["unreachable"] is True
    assert "ansible_facts" not in result


@everywhere
@pytest.mark.parametrize("case", ["ssh_password", "last"])
def test_a_host_is_well_after_all_that(run: tuple[Run, Path], guests: dict[str, Guest], guest: str, case: str) -> None:
    result = run[0].results[guest][case]
    assert not result.get("failed"), result.get("msg")
    assert result["ansible_facts"]["jool_sessions"]["by_protocol"]["udp"] == len(guests[guest].table("udp")) >= 4000


def test_nothing_is_half_written(run: tuple[Run, Path]) -> None:
    left = {path.name for path in run[1].iterdir()}
    assert left == {"playbook.yml", *(f"{guest}.json" for guest in RELEASES)}


@pytest.fixture(scope="module")
def unloaded(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """The kernel without Jool, then with SIIT only, then with a SIIT instance beside NAT64."""
    place = tmp_path_factory.mktemp("tables")
    dest = {"dest": f"{place}/{{{{ inventory_hostname }}}}.jsonl"}

    def cases(state: str) -> dict[str, Case]:
        counts = {"gather_subset": ["counts"], **dest}
        return {
            transport: where_combined(Case({**counts, "transport": transport}), transport, state, STATES)
            for transport in TRANSPORTS
        }

    siit = {"siit_tool": Case({**BRIEF, "jool_path": "jool_siit", "transport": "connection"})}
    runs = {}
    side_by_side(lambda guest: guest.run("sh", "-c", "lab-traffic clear && modprobe -r jool"), guests.values())
    runs["none"] = ask("2.21", cases("none"), tmp_path_factory.mktemp("none"))
    side_by_side(lambda guest: guest.run("modprobe", "jool_siit"), guests.values())
    runs["siit"] = ask("2.21", cases("siit"), tmp_path_factory.mktemp("siit"))
    assert list(place.iterdir()) == []  # neither a failure nor a stateless translator has a table
    side_by_side(lambda guest: guest.run("modprobe", "jool"), guests.values())
    runs["empty"] = ask("2.21", {**cases("empty"), **siit}, tmp_path_factory.mktemp("empty"))
    yield runs

    def tidy(guest: Guest) -> None:
        guest.run("modprobe", "-r", "jool_siit")
        guest.restore()

    side_by_side(tidy, guests.values())


@pytest.mark.parametrize(("guest", "transport"), guests_and_transports("none", STATES))
def test_module_not_loaded(unloaded: dict[str, Run], guest: str, transport: str) -> None:
    assert failure_of(unloaded["none"], guest, transport)["error"]["condition"] == "ModuleNotLoaded"


@pytest.mark.parametrize(
    ("state", "guest", "case"),
    [
        *(("siit", *one) for one in guests_and_transports("siit", STATES)),
        *(("empty", guest, "siit_tool") for guest in RELEASES),
    ],
)
def test_stateless_is_no_failure(unloaded: dict[str, Run], state: str, guest: str, case: str) -> None:
    result = unloaded[state].results[guest][case]
    assert not result.get("failed"), result.get("msg")
    facts = result["ansible_facts"]["jool_sessions"]
    assert (facts["applicable"], facts["total"], facts["instances"]) == (False, None, [])


@pytest.mark.parametrize(("guest", "transport"), guests_and_transports("empty", STATES))
def test_no_instance(unloaded: dict[str, Run], guest: str, transport: str) -> None:
    result = unloaded["empty"].results[guest][transport]
    facts = result["ansible_facts"]["jool_sessions"]
    assert (facts["applicable"], facts["total"], facts["instances"]) == (True, 0, [])
    assert "no NAT64 instance" in facts["warnings"][0]
