# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kernel runs, which starts next, and how that is known."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.system.kernels import Kernels, kernels
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import Programs
from ansible_collections.nat64.jool.tests.unit.replay import MISSING, Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import GUESTS, KERNELS, recorded

RUNNING = Answer(b"6.1.0-56-cloud-amd64\n")
OLD, NOW, NEW = (f"6.1.0-{number}-cloud-amd64" for number in (9, 56, 99))


def look(answers: dict[str, Answer]) -> tuple[Kernels, list[str]]:
    programs = Programs(ReplayTransport({"uname -r": RUNNING, **answers}))
    return kernels(programs), programs.notices


def recording(name: str, guest: str = "bookworm") -> Answer:
    return Answer(recorded(guest, name).encode())


DEBIAN = Answer(b'NAME="Debian GNU/Linux"\nID=debian\n')
UBUNTU = Answer(b"ID=ubuntu\nID_LIKE=debian\n")
DERIVED = Answer(b'ID=proxmox\nID_LIKE="debian other"\n')


@pytest.mark.parametrize("guest", GUESTS)
def test_a_guest_of_the_lab(guest: str) -> None:
    """QEMU starts its kernel, there is no boot loader: the newest by the rule of the distribution."""
    found, notices = look({"ls -1 /boot": recording("ls-boot", guest), "cat /etc/os-release": DEBIAN})
    assert found == Kernels(NOW, KERNELS[guest], "newest", (KERNELS[guest],))
    assert notices == []


@pytest.mark.parametrize("release", [DEBIAN, UBUNTU, DERIVED])
def test_the_newest_by_the_order_of_packages(release: Answer) -> None:
    boot = f"vmlinuz-{OLD}\nvmlinuz-{NEW}\nvmlinuz-{NOW}\ninitrd.img-{NEW}\nvmlinuz\nvmlinuz-0-rescue-abc\nmemtest86\n"
    found, _notices = look({"ls -1 /boot": Answer(boot.encode()), "cat /etc/os-release": release})
    assert found == Kernels(NOW, NEW, "newest", (NEW, NOW, OLD))


@pytest.mark.parametrize(
    ("menu", "environment", "following", "known_by"),
    [
        ("grub-default", "grubenv-empty", NEW, "grub_default"),
        ("grub-saved", "grubenv-set-default", OLD, "grub_saved_entry"),
        ("grub-saved", "grubenv-reboot", NOW, "grub_next_entry"),
        ("grub-saved", None, NEW, "grub_default"),
    ],
)
@pytest.mark.parametrize("directory", ["grub", "grub2"])
def test_grub(directory: str, menu: str, environment: str | None, following: str, known_by: str) -> None:
    answers = {
        "ls -1 /boot": Answer(recorded("bookworm", "ls-boot-three").replace("grub", directory).encode()),
        f"cat /boot/{directory}/grub.cfg": recording(menu),
        f"cat /boot/{directory}/grubenv": recording(environment) if environment else Answer(status=1),
    }
    found, notices = look(answers)
    assert found == Kernels(NOW, following, known_by, (NEW, NOW, OLD))
    assert notices == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "there is no program 'ls'"),
        ({"ls -1 /boot": Answer(stderr=b"ls: cannot access '/boot'", status=2)}, "cannot access '/boot'"),
        ({"ls -1 /boot": Answer()}, "there is no kernel in /boot"),
        ({"ls -1 /boot": Answer(b"initrd.img-6.1.0\n")}, "there is no kernel in /boot"),
        ({"ls -1 /boot": Answer(b"vmlinuz-6.1.0\n"), "cat /etc/os-release": Answer(b"ID=alpine\n")}, "no rule for it"),
        ({"ls -1 /boot": Answer(b"vmlinuz-6.1.0\n")}, "no rule for it"),
        (
            {
                "ls -1 /boot": Answer(b"grub\nvmlinuz-6.1.0\n"),
                "cat /boot/grub/grub.cfg": Answer(stderr=b"cat: Permission denied", status=1),
                "ls -1 /boot/grub": Answer(b"fonts\ngrub.cfg\n"),
                "cat /etc/os-release": DEBIAN,
            },
            "/boot/grub/grub.cfg may not be read",
        ),
        (
            {
                "ls -1 /boot": Answer(b"grub2\nvmlinuz-6.1.0\n"),
                "cat /boot/grub2/grub.cfg": Answer(status=1),
                "ls -1 /boot/grub2": Answer(stderr=b"ls: Permission denied", status=2),
            },
            "Permission denied",
        ),
        (
            {
                "ls -1 /boot": Answer(b"grub\nvmlinuz-6.1.0\n"),
                "cat /boot/grub/grub.cfg": Answer(b"menuentry 'Windows' {\n\tchainloader +1\n}\n"),
                "cat /etc/os-release": DEBIAN,
            },
            "names no kernel",
        ),
    ],
)
def test_what_cannot_be_known(answers: dict[str, Answer], words: str) -> None:
    found, notices = look(answers)
    assert (found.running, found.following, found.known_by) == (NOW, None, None)
    (notice,) = notices
    assert notice.startswith("Which kernel starts next is not known")
    assert words in notice


def test_a_directory_of_grub_without_a_menu() -> None:
    """What is left of a package that was removed."""
    answers = {
        "ls -1 /boot": Answer(b"grub\nvmlinuz-6.1.0\n"),
        "cat /boot/grub/grub.cfg": Answer(status=1),
        "ls -1 /boot/grub": Answer(b"unicode.pf2\n"),
        "cat /etc/os-release": DEBIAN,
    }
    assert look(answers)[0].known_by == "newest"


def test_a_running_kernel_that_nobody_knows() -> None:
    found, notices = look(
        {"uname -r": MISSING, "ls -1 /boot": Answer(b"vmlinuz-6.1.0\n"), "cat /etc/os-release": DEBIAN}
    )
    assert found == Kernels(None, "6.1.0", "newest", ("6.1.0",))
    assert "there is no program 'uname'" in notices[0]
