# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What DKMS says of Jool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.dkms import (
    NAMES,
    STATES,
    DkmsEntry,
    read_status,
    state_for,
)
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError
from ansible_collections.nat64.jool.tests.unit.system.recorded import (
    GUESTS,
    KERNELS,
    RELEASES,
    having,
    read_or_refuse,
    recorded,
)


def installed(guest: str, state: str = "installed") -> DkmsEntry:
    name = "jool" if guest == "trixie" else "jool-dkms"
    return DkmsEntry(name, RELEASES[guest], KERNELS[guest], "x86_64", state, "")


@pytest.mark.parametrize("guest", GUESTS)
def test_installed(guest: str) -> None:
    assert read_status(recorded(guest, "dkms-installed")) == [installed(guest)]


@pytest.mark.parametrize("guest", having("dkms-built"))
def test_built(guest: str) -> None:
    assert read_status(recorded(guest, "dkms-built")) == [installed(guest, "built")]


@pytest.mark.parametrize(
    ("guest", "state"),
    [(guest, state) for state in ("added", "broken") for guest in having(f"dkms-{state}")],
)
def test_sources_beside_it(guest: str, state: str) -> None:
    entries = read_status(recorded(guest, f"dkms-{state}"))
    assert sorted(entries, key=lambda entry: entry.version) == [
        installed(guest),
        DkmsEntry("jool", "9.9.9", None, None, state, ""),
    ]
    assert state_for(KERNELS[guest], entries) == "installed"
    assert state_for("6.99.0-1-amd64", entries) == state


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("jool/4.1.9: added", DkmsEntry("jool", "4.1.9", None, None, "added", "")),
        ("jool, 4.1.9: added", DkmsEntry("jool", "4.1.9", None, None, "added", "")),
        (
            "jool, 4.1.5, 5.10.0-28-amd64, x86_64: built",
            DkmsEntry("jool", "4.1.5", "5.10.0-28-amd64", "x86_64", "built", ""),
        ),
        (
            "jool/4.1.13.git.v4.1.13-3-gabc, 6.1.0-18-amd64, x86_64: installed",
            DkmsEntry("jool", "4.1.13.git.v4.1.13-3-gabc", "6.1.0-18-amd64", "x86_64", "installed", ""),
        ),
        (
            "jool-dkms/4.1.9, 6.1.0-18-amd64, x86_64: installed (WARNING! Diff between built and installed module!)",
            DkmsEntry(
                "jool-dkms",
                "4.1.9",
                "6.1.0-18-amd64",
                "x86_64",
                "installed",
                "(WARNING! Diff between built and installed module!)",
            ),
        ),
        (
            "jool/4.1.9, 6.1.0-18-amd64, x86_64: installed (original_module exists) (WARNING! x)",
            DkmsEntry(
                "jool",
                "4.1.9",
                "6.1.0-18-amd64",
                "x86_64",
                "installed",
                "(original_module exists) (WARNING! x)",
            ),
        ),
        (
            "jool, 4.1.5, 5.4.0-100-generic, x86_64: installed-weak",
            DkmsEntry("jool", "4.1.5", "5.4.0-100-generic", "x86_64", "installed-weak", ""),
        ),
    ],
)
def test_lines(line: str, entry: DkmsEntry) -> None:
    assert read_status(f"{line}\n") == [entry]


def test_modules_of_others_are_passed_by() -> None:
    text = "nvidia/535.1, 6.1.0-18-amd64, x86_64: installed\n\njool/4.1.9: added\nzfs, 2.1.11: added\njoolx/1: added\n"
    assert [entry.name for entry in read_status(text)] == ["jool"]


def test_nothing() -> None:
    assert read_status("") == []


@pytest.mark.parametrize(
    "line",
    [
        "Error! Could not locate dkms.conf file.",
        "jool/4.1.9",
        "jool: added",
        "jool/4.1.9, 6.1.0-18-amd64: installed",
        "jool/4.1.9, 6.1.0-18-amd64, x86_64: installed (cut",
        "nvidia/1, what is this",
        "jool/4.1.9: Installed",
    ],
)
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_status(f"jool/4.1.9: added\n{line}\n")
    assert caught.value.line == line


word = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+~_-", min_size=1, max_size=12)


@st.composite
def entries(draw: st.DrawFn) -> DkmsEntry:
    kernel = draw(st.none() | word)
    return DkmsEntry(
        name=draw(st.sampled_from(NAMES)),
        version=draw(word),
        kernel=kernel,
        architecture=None if kernel is None else draw(word),
        state=draw(st.sampled_from(STATES)),
        note=draw(st.sampled_from(["", "(original_module exists)", "(WARNING! Diff!) (x)"])),
    )


@given(st.lists(entries()), st.sampled_from(["/", ", "]))
def test_what_is_written_is_read(written: list[DkmsEntry], between: str) -> None:
    """In the notation of dkms 2 and of dkms 3."""
    text = ""
    for entry in written:
        kernel = f", {entry.kernel}, {entry.architecture}" if entry.kernel else ""
        note = f" {entry.note}" if entry.note else ""
        text += f"{entry.name}{between}{entry.version}{kernel}: {entry.state}{note}\n"
    assert read_status(text) == written


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_or_refuse(read_status, text)
    assert found is None or len(found) <= len(text.splitlines())


@given(st.lists(entries()), word)
def test_the_best_state_counts(known: list[DkmsEntry], kernel: str) -> None:
    state = state_for(kernel, known)
    fitting = [entry.state for entry in known if entry.kernel in (kernel, None)]
    assert state in [*fitting, "absent"]
    assert all(STATES.index(state) <= STATES.index(other) for other in fitting)
