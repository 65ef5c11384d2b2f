# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What GRUB starts: menus as grub-mkconfig writes them, environments as grub-set-default and grub-reboot do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.grub import (
    Choice,
    Menu,
    choose,
    image_release,
    read_environment,
    read_menu,
)
from ansible_collections.nat64.jool.tests.unit.system.recorded import recorded

OLD, RUNNING, NEW = (f"6.1.0-{number}-cloud-amd64" for number in (9, 56, 99))
UUID = "2d519120-cf7a-4dd7-9667-5de8fe99b31a"


@pytest.mark.parametrize("name", ["grub-default", "grub-saved"])
def test_the_menu_of_debian(name: str) -> None:
    menu = read_menu(recorded("bookworm", name))
    first, more = menu.entries
    assert (first.title, first.ident, first.kernel) == ("Debian GNU/Linux", f"gnulinux-simple-{UUID}", NEW)
    assert (more.title, more.kernel) == ("Advanced options for Debian GNU/Linux", None)
    assert [entry.kernel for entry in more.entries] == [NEW, NEW, RUNNING, RUNNING, OLD, OLD]
    assert more.entries[5].title == f"Debian GNU/Linux, with Linux {OLD} (recovery mode)"
    assert menu.once is True
    assert menu.default == {"grub-default": "0", "grub-saved": "${saved_entry}"}[name]


@pytest.mark.parametrize(
    ("menu", "environment", "choice"),
    [
        ("grub-default", "grubenv-empty", Choice(NEW, "grub_default")),
        ("grub-default", "grubenv-set-default", Choice(NEW, "grub_default")),  # nobody looks at it
        ("grub-default", "grubenv-reboot", Choice(RUNNING, "grub_next_entry")),
        ("grub-saved", "grubenv-empty", Choice(NEW, "grub_default")),
        ("grub-saved", "grubenv-set-default", Choice(OLD, "grub_saved_entry")),
        ("grub-saved", "grubenv-reboot", Choice(RUNNING, "grub_next_entry")),
    ],
)
def test_what_was_set_with_grubs_own_tools(menu: str, environment: str, choice: Choice) -> None:
    variables = read_environment(recorded("bookworm", environment))
    assert choose(read_menu(recorded("bookworm", menu)), variables, [NEW, RUNNING, OLD]) == choice


@pytest.mark.parametrize(
    ("entry", "kernel"),
    [
        ("0", NEW),
        ("1", NEW),  # a submenu stands for its first entry
        ("1>3", RUNNING),
        ("1>99", NEW),  # what is not there is the first entry
        ("7", NEW),
        ("no such entry", NEW),
        ("", NEW),
        (f"gnulinux-advanced-{UUID}>gnulinux-{OLD}-advanced-{UUID}", OLD),
        (f"Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux {RUNNING} (recovery mode)", RUNNING),
        (f"gnulinux-simple-{UUID}", NEW),
        (f"1>Debian GNU/Linux, with Linux {OLD}", OLD),
    ],
)
def test_entries_by_number_identifier_and_title(entry: str, kernel: str) -> None:
    menu = read_menu(recorded("bookworm", "grub-saved"))
    by = "grub_saved_entry" if entry else "grub_default"
    assert choose(menu, {"saved_entry": entry}, []) == Choice(kernel, by)


def test_an_entry_of_an_aborted_saving() -> None:
    """Written while an entry was started once only (00_header)."""
    menu = read_menu(recorded("bookworm", "grub-saved"))
    environment = {"saved_entry": "0", "prev_saved_entry": f"1>gnulinux-{OLD}-advanced-{UUID}"}
    assert choose(menu, environment, []).kernel == OLD


RED_HAT = """
set default="${saved_entry}"
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
fi
insmod blscfg
blscfg
menuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
\tfwsetup
}
"""
KERNELS = ["5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427.el9.x86_64"]


@pytest.mark.parametrize(
    ("saved", "kernel"),
    [
        ("0123abc-5.14.0-427.el9.x86_64", KERNELS[1]),
        ("0123abc-5.14.0-427.13.1.el9_4.x86_64", KERNELS[0]),
        ("0123abc-5.14.0-1.el9.x86_64", None),
        ("", None),
        ("0", None),
    ],
)
def test_entries_that_are_elsewhere(saved: str, kernel: str | None) -> None:
    assert choose(read_menu(RED_HAT), {"saved_entry": saved}, KERNELS).kernel == kernel


OTHERS = """
set default=2
menuentry "Memory test" --class memtest { linux16 /boot/memtest86+.bin
}
menuentry 'Windows' --id 'win' {
\tchainloader +1
}
menuentry "By hand" --id=hand {
\tlinuxefi /vmlinuz-6.6.1-hand root=/dev/sda1
\tlinux /vmlinuz-6.6.2-second root=/dev/sda1
}
"""


@pytest.mark.parametrize(
    ("default", "kernel"), [("0", None), ("win", None), ("hand", "6.6.1-hand"), ("By hand", "6.6.1-hand")]
)
def test_entries_that_somebody_wrote(default: str, kernel: str | None) -> None:
    menu = read_menu(OTHERS)
    assert [entry.title for entry in menu.entries] == ["Memory test", "Windows", "By hand"]
    menu.default = default
    assert choose(menu, {}, []) == Choice(kernel, "grub_default")


def test_a_default_without_quotes() -> None:
    assert read_menu(OTHERS).default == "2"
    assert choose(read_menu(OTHERS), {}, []).kernel == "6.6.1-hand"


def test_an_entry_for_one_start_that_the_menu_does_not_know() -> None:
    assert choose(read_menu(OTHERS), {"next_entry": "hand"}, []).by == "grub_default"


def test_a_menu_without_entries() -> None:
    assert choose(Menu(), {}, ["6.1.0"]) == Choice(None, "grub_default")


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("/boot/vmlinuz-6.1.0-18-amd64", "6.1.0-18-amd64"),
        ("/@/boot/vmlinuz-6.8.0-31-generic", "6.8.0-31-generic"),
        ("vmlinux-6.1.0-9-powerpc64le", "6.1.0-9-powerpc64le"),
        ("kernel-6.6.0-gentoo", "6.6.0-gentoo"),
        ("initrd.img-6.1.0", None),
        ("vmlinuz", None),
        ("vmlinuz.old", None),
        ("", None),
    ],
)
def test_names_of_kernels(name: str, release: str | None) -> None:
    assert image_release(name) == release


def test_an_environment_is_padded() -> None:
    text = recorded("bookworm", "grubenv-reboot")
    assert len(text) == 1024
    assert read_environment(text) == {
        "saved_entry": f"Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux {OLD}",
        "next_entry": "1>2",
    }
    assert read_environment("") == {}


@given(st.integers(0, 7500), st.integers(0, 7500))
def test_a_damaged_menu_is_no_accident(start: int, length: int) -> None:
    text = recorded("bookworm", "grub-saved")
    damaged = text[:start] + text[start + length :]
    menu = read_menu(damaged)
    for wanted in ("0", "1>4", f"1>gnulinux-{OLD}-advanced-{UUID}", "x>y>z"):
        kernel = choose(menu, {"saved_entry": wanted}, []).kernel
        assert kernel is None or f"vmlinuz-{kernel}" in damaged


@given(
    st.lists(st.sampled_from(["menuentry 'a' {", "submenu 'b' {", "}", "linux /vmlinuz-1", "{", "set default='1>0'"]))
)
def test_any_nesting(lines: list[str]) -> None:
    assert choose(read_menu("\n".join(lines)), {}, []).kernel in (None, "1")
