# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that are missing, refuse, fail or hang."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import Programs
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport
from ansible_collections.nat64.jool.tests.unit.replay import MISSING, Answer, ReplayTransport

HIDDEN = Answer(b"6.1.0\n")


def test_a_program_outside_of_the_search_path() -> None:
    transport = ReplayTransport({"/sbin/dkms status": HIDDEN, "/sbin/dkms x": HIDDEN})
    programs = Programs(transport)
    assert programs.read(("dkms", "status"), str.strip, "x") == "6.1.0"
    assert programs.read(("dkms", "x"), str.strip, "x") == "6.1.0"
    assert transport.asked == ["dkms status", "/sbin/dkms status", "/sbin/dkms x"]
    assert programs.notices == []


def test_a_missing_program_is_looked_for_once() -> None:
    transport = ReplayTransport({})
    programs = Programs(transport)
    for _again in range(2):
        assert programs.read(("dkms", "status"), str, "X is not known") is None
    assert transport.asked == ["dkms status", "/sbin/dkms status", "/usr/sbin/dkms status"]
    assert programs.notices == ["X is not known: there is no program 'dkms' on the host."] * 2


@pytest.mark.parametrize(
    "words",
    [
        b'exec of "ethtool" failed: No such file or directory\n',
        b"sudo: ethtool: command not found\n",
        b"sudo: unable to resolve host edge1\nsudo: ethtool: command not found\n",
        b"doas: ethtool: command not found\n",
    ],
)
def test_a_program_that_is_missing_in_other_words(words: bytes) -> None:
    """``ip netns exec`` and sudo end with 1 then."""
    prefix = ("ip", "netns", "exec", "blue")
    paths = ("ethtool", "/sbin/ethtool", "/usr/sbin/ethtool")
    gone = Answer(stderr=words, status=1)
    programs = Programs(ReplayTransport({f"ip netns exec blue {path} -k x": gone for path in paths}))
    assert programs.read(("ethtool", "-k", "x"), str, "X", prefix=prefix) is None
    assert programs.notices == ["X: there is no program 'ethtool' on the host."]


def test_a_program_that_misses_another_one_is_there() -> None:
    words = Answer(stderr=b"/usr/sbin/dkms: line 3: awk: command not found\n", status=1)
    programs = Programs(ReplayTransport({"dkms status": words}))
    assert programs.read(("dkms", "status"), str, "X") is None
    assert "exit status 1" in programs.notices[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(stderr=b"not\nnow", status=3), "'a b' ended with exit status 3 and said: not now"),
        (Answer(b"on stdout", status=1), "'a b' ended with exit status 1 and said: on stdout"),
        (Answer(status=1), "'a b' ended with exit status 1"),
        (Answer(stderr=b"x" * 5000, status=1), "x" * 200),
    ],
)
def test_a_program_fails(answer: Answer, words: str) -> None:
    programs = Programs(ReplayTransport({"a b": answer}))
    assert programs.read(("a", "b"), str, "X is not known") is None
    (notice,) = programs.notices
    assert notice.startswith("X is not known: ")
    assert notice.endswith(words)


def test_an_exit_status_that_is_fine() -> None:
    programs = Programs(ReplayTransport({"a": Answer(b"some", b"others are not there", 2)}))
    assert programs.read(("a",), str, "X", fine=(0, 2)) == "some"


@pytest.mark.parametrize(
    ("answers", "content"),
    [({"cat /x": Answer(b"text")}, "text"), ({"cat /x": Answer(status=1)}, None), ({"cat /x": MISSING}, None)],
)
def test_a_file(answers: dict[str, Answer], content: str | None) -> None:
    programs = Programs(ReplayTransport(answers))
    assert programs.file("/x") == content
    assert programs.notices == []


def test_real_processes() -> None:
    """The transport `host` has no shell that would say 127."""
    programs = Programs(HostTransport(), 5)
    assert programs.read(("no-such-program", "x"), str, "X") is None
    assert programs.read(("/etc/hostname/x",), str, "Y") is None
    assert programs.read(("/etc/passwd",), str, "Z") is None
    assert programs.read(("uname", "-s"), str.strip, "W") == "Linux"
    assert programs.read(("sh", "-c", "exit 4"), str, "V") is None
    missing, below, forbidden, failed = programs.notices
    assert "no program 'no-such-program'" in missing
    assert "no program '/etc/hostname/x'" in below
    assert "exit status 126" in forbidden
    assert "exit status 4" in failed


def test_a_real_process_that_hangs() -> None:
    programs = Programs(HostTransport(), 0.2)
    assert programs.read(("sleep", "30"), str, "X") is None
    assert programs.notices == ["X: 'sleep 30' did not end in time (0.2 seconds were allowed)."]


@pytest.mark.parametrize("error", [errors.ConnectionLost, errors.ConnectionFailed, errors.EscalationFailed])
def test_the_way_there_breaks(error: type[errors.JoolError]) -> None:
    class Broken(ReplayTransport):
        def start(self, argv, timeout=None):  # type: ignore[no-untyped-def]
            raise error(argv=argv)

    with pytest.raises(error):
        Programs(Broken({})).read(("a",), str, "X")
    with pytest.raises(error):
        Programs(Broken({})).file("/x")
