# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules on disk, as find, ls and modinfo tell of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.modules import (
    KernelFiles,
    ModuleOnDisk,
    kernel_files,
    read_modinfo,
)
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.tests.unit.replay import MISSING, Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import (
    GUESTS,
    KERNELS,
    RELEASES,
    read_or_refuse,
    recorded,
)

NAMES = ("jool", "jool_siit")


def look(answers: dict[str, Answer], *kernels: str) -> tuple[dict[str, KernelFiles], list[str]]:
    programs = Programs(ReplayTransport(answers))
    return kernel_files(programs, kernels, NAMES), programs.notices


@pytest.mark.parametrize("guest", GUESTS)
def test_a_guest_of_the_lab(guest: str) -> None:
    kernel = KERNELS[guest]
    root = f"/lib/modules/{kernel}"
    found, notices = look(
        {
            f"ls -1 {root}/build/Makefile": Answer(f"{root}/build/Makefile\n".encode()),
            f"find {root} -name jool*.ko*": Answer(recorded(guest, "find").encode()),
            f"modinfo -k {kernel} jool jool_siit": Answer(recorded(guest, "modinfo").encode()),
        },
        kernel,
    )
    assert notices == []
    files = found[kernel]
    assert files.headers is True
    for name, module in files.modules.items():
        assert module.version == RELEASES[guest]
        assert module.paths == (module.path,)
        assert module.path is not None
        assert module.path.startswith(f"{root}/updates/dkms/{name}.ko")


TWO = ("6.1.0-17-amd64", "6.1.0-18-amd64")
OLD, NEW = (f"/lib/modules/{kernel}" for kernel in TWO)
BOTH = f"find {OLD} {NEW} -name jool*.ko*"
HEADERS = f"ls -1 {OLD}/build/Makefile {NEW}/build/Makefile"


def test_the_next_kernel_has_nothing() -> None:
    """What a kernel upgrade leaves behind when DKMS could not build."""
    found, notices = look(
        {
            HEADERS: Answer(f"{OLD}/build/Makefile\n".encode(), b"ls: cannot access ...", 2),
            BOTH: Answer(f"{OLD}/updates/dkms/jool.ko\n".encode()),
            f"modinfo -k {TWO[0]} jool": Answer(
                f"filename:       {OLD}/updates/dkms/jool.ko\nversion:        4.1.9.0\n".encode()
            ),
        },
        *TWO,
    )
    assert notices == []
    assert found[TWO[0]].headers is True
    assert found[TWO[0]].modules["jool"].version == "4.1.9"
    assert found[TWO[1]] == KernelFiles(False, dict.fromkeys(NAMES, ModuleOnDisk(())))


def test_several_files_and_one_that_is_loaded() -> None:
    """What modprobe prefers is up to depmod."""
    extra, updates = f"{OLD}/extra/jool.ko.zst", f"{OLD}/updates/dkms/jool.ko.xz"
    found, notices = look(
        {
            f"ls -1 {OLD}/build/Makefile": Answer(status=2),
            f"find {OLD} -name jool*.ko*": Answer(
                f"{updates}\n{OLD}/jool_common.ko\n{OLD}/joolx.ko\n{OLD}/jool.ko.old\n{extra}\n".encode()
            ),
            f"modinfo -k {TWO[0]} jool": Answer(f"filename: {updates}\nversion: 4.1.11.0\n".encode()),
        },
        TWO[0],
    )
    assert notices == []
    assert found[TWO[0]].modules["jool"] == ModuleOnDisk((extra, updates), updates, "4.1.11")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Answer(stderr=b"modinfo: ERROR: Module jool not found.", status=1), "Module jool not found"),
        (Answer(stderr=b"modinfo: unrecognized option: k", status=1), "unrecognized option"),
        (MISSING, "there is no program 'modinfo'"),
        (Answer(b"what is this?\n"), "what is this?"),
    ],
)
def test_a_file_that_modinfo_does_not_know(told: Answer, words: str) -> None:
    path = f"{OLD}/extra/jool.ko"
    found, notices = look(
        {
            f"ls -1 {OLD}/build/Makefile": Answer(status=2),
            f"find {OLD} -name jool*.ko*": Answer(f"{path}\n".encode()),
            f"modinfo -k {TWO[0]} jool": told,
        },
        TWO[0],
    )
    assert found[TWO[0]].modules["jool"] == ModuleOnDisk((path,), None, None)
    (notice,) = notices
    assert words in notice


def test_nothing_can_be_told() -> None:
    found, notices = look({}, TWO[0])
    assert found[TWO[0]] == KernelFiles(None, dict.fromkeys(NAMES, ModuleOnDisk(None)))
    assert len(notices) == 2


@pytest.mark.parametrize("guest", GUESTS)
def test_modinfo_of_a_module_that_is_not_there(guest: str) -> None:
    """The others are told all the same; the exit status says that something was missing."""
    assert list(read_modinfo(recorded(guest, "modinfo-missing"))) == ["jool"]


SIGNED = """filename:       /lib/modules/6.1.0/extra/jool.ko
version:        4.1.15.0
sig_id:         PKCS#7
signer:         a host's own key
sig_key:        12:34
sig_hashalgo:   sha256
signature:      65:FE:2B:11
\t\t01:02:03:04
alias:
"""


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("", {}),
        (SIGNED, {"jool": ("/lib/modules/6.1.0/extra/jool.ko", "4.1.15")}),
        ("filename: /x/jool_siit.ko.gz\n", {"jool_siit": ("/x/jool_siit.ko.gz", None)}),
        ("filename: /x/jool.ko\nversion: built by hand\n", {"jool": ("/x/jool.ko", "built by hand")}),
        ("filename: /x/jool.ko\nversion: 4.1.255.5\n", {"jool": ("/x/jool.ko", "4.2.0-rc3")}),
    ],
)
def test_modinfo(text: str, modules: dict[str, tuple[str, str | None]]) -> None:
    assert read_modinfo(text) == modules


@pytest.mark.parametrize("text", ["version: 4.1.9.0\n", "filename: (builtin)\n", "filename: /x/jool.o\n", "oops\n"])
def test_modinfo_that_is_none(text: str) -> None:
    with pytest.raises(FormatError):
        read_modinfo(text)


@given(st.text("afilenmvrso: .k\n\t/_", max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_or_refuse(read_modinfo, text)
    assert found is None or set(found) <= {path.split("/")[-1].split(".")[0] for path, _version in found.values()}
