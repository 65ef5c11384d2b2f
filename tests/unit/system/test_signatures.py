# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a kernel takes unsigned modules, and what there is to sign with."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system import signatures as room
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.plugins.module_utils.system.signatures import (
    Signatures,
    read_chosen_keys,
    read_test_key,
    read_variable,
    signatures,
)
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import read_or_refuse

NO_FILE = Answer(stderr=b"od: No such file or directory", status=1)
ON, OFF = Answer(b"   6   0   0   0   1\n"), Answer(b"   6   0   0   0   0\n")
BOOT, SHIM = f"od -An -tu1 {room.SECURE_BOOT}", f"od -An -tu1 {room.SHIM_STATE}"
UNLOCKED = Answer(b"[none] integrity confidentiality\n")
LOCKED = Answer(b"none [integrity] confidentiality\n")
DEBIAN, UBUNTU = room.KEYS
LIST = " ".join(("ls -1", *DEBIAN, *UBUNTU))
ENROLLED = Answer(f"{DEBIAN[1]} is already enrolled\n".encode(), status=1)
PLAIN = {BOOT: NO_FILE, SHIM: NO_FILE, f"cat {room.LOCKDOWN}": UNLOCKED, f"cat {room.ENFORCED}": Answer(b"N\n")}
SECURE = {**PLAIN, BOOT: ON, LIST: Answer(status=2)}


def look(answers: dict[str, Answer]) -> tuple[Signatures, list[str]]:
    programs = Programs(ReplayTransport(answers))
    return signatures(programs), programs.notices


@pytest.mark.parametrize(
    "answers",
    [
        PLAIN,
        {**PLAIN, BOOT: OFF},
        {**PLAIN, BOOT: ON, SHIM: ON},  # shim was told not to look
        {BOOT: NO_FILE},  # no lockdown in this kernel
    ],
)
def test_none_required(answers: dict[str, Answer]) -> None:
    assert look(answers) == (Signatures(), [])


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (SECURE, ("Secure Boot is on",)),
        ({**SECURE, SHIM: OFF}, ("Secure Boot is on",)),
        ({**SECURE, BOOT: OFF, f"cat {room.LOCKDOWN}": LOCKED}, ("the kernel is locked down (integrity)",)),
        ({**SECURE, BOOT: NO_FILE, f"cat {room.ENFORCED}": Answer(b"Y\n")}, ("module.sig_enforce is set",)),
        (
            {**SECURE, f"cat {room.LOCKDOWN}": LOCKED},
            ("Secure Boot is on", "the kernel is locked down (integrity)"),
        ),
    ],
)
def test_required(answers: dict[str, Answer], why: tuple[str, ...]) -> None:
    assert look(answers) == (Signatures(why), [])


@pytest.mark.parametrize(
    ("listed", "certificate"),
    [
        (DEBIAN, DEBIAN[1]),
        (UBUNTU, UBUNTU[1]),
        ((*DEBIAN, *UBUNTU), DEBIAN[1]),
        (DEBIAN[:1], None),
        ((DEBIAN[0], UBUNTU[1]), None),
        ((), None),
    ],
)
def test_keys(listed: tuple[str, ...], certificate: str | None) -> None:
    test = {f"mokutil --test-key {certificate}": ENROLLED}
    found, notices = look({**SECURE, LIST: Answer("".join(f"{path}\n" for path in listed).encode(), status=2), **test})
    assert (found.certificate, found.enrolled) == (certificate, True if certificate else None)
    assert notices == []


def test_keys_that_dkms_was_told() -> None:
    answers = {
        **SECURE,
        f"cat {room.FRAMEWORK}": Answer(b'mok_signing_key="/etc/k.key"\nmok_certificate=/etc/k.der # ours\n'),
        f"ls -1 /etc/k.key /etc/k.der {' '.join((*DEBIAN, *UBUNTU))}": Answer(b"/etc/k.der\n/etc/k.key\n", status=2),
        "mokutil --test-key /etc/k.der": Answer(b"/etc/k.der is not enrolled\n"),
    }
    assert look(answers)[0] == Signatures(("Secure Boot is on",), "/etc/k.der", False)


def test_no_mokutil() -> None:
    found, notices = look({**SECURE, LIST: Answer("\n".join(DEBIAN).encode())})
    assert (found.certificate, found.enrolled) == (DEBIAN[1], None)
    assert "no program 'mokutil'" in notices[0]


@pytest.mark.parametrize(
    ("text", "value"), [("   6   0   0   0   1\n", 1), ("6 0 0 0 0", 0), ("22 0 0 0 1", 1), ("", None), ("\n", None)]
)
def test_variable(text: str, value: int | None) -> None:
    assert read_variable(text) == value


@pytest.mark.parametrize("text", ["od: no", "6 0 0 0 256", "-1", "0x1"])
def test_no_variable(text: str) -> None:
    with pytest.raises(FormatError):
        read_variable(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", (None, None)),
        ("# mok_signing_key=/a\n", (None, None)),
        ("mok_signing_key=/a\n", ("/a", None)),
        ("mok_certificate = '/b'\nmok_signing_key=\"/a\"\n", ("/a", "/b")),
        ("mok_signing_key=/a\nmok_signing_key=/c\n", ("/c", None)),
        ("mok_signing_key=relative\n", (None, None)),
    ],
)
def test_framework(text: str, keys: tuple[str | None, str | None]) -> None:
    assert read_chosen_keys(text) == keys


@pytest.mark.parametrize(
    ("text", "enrolled"),
    [
        ("/a.der is already enrolled\n", True),
        ("/a.der is already in the enrollment request\n", False),
        ("/a.der is not enrolled\n", False),
    ],
)
def test_mokutil(text: str, enrolled: bool) -> None:
    assert read_test_key(text) is enrolled


@pytest.mark.parametrize("text", ["", "EFI variables are not supported on this system\n"])
def test_other_words_of_mokutil(text: str) -> None:
    with pytest.raises(FormatError):
        read_test_key(text)


@given(st.text())
@example("²")
def test_any_text(text: str) -> None:
    read_or_refuse(read_variable, text)
    read_chosen_keys(text)
