# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report is there whole or not at all, and for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.private_file import is_current, make_directory, write


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_handed():
    before = os.umask(0)
    yield
    os.umask(before)


def test_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "report"
    write(str(path), b"one")
    assert path.read_bytes() == b"one"
    assert mode(path) == 0o600
    write(str(path), b"two", 0o644)
    assert path.read_bytes() == b"two"
    assert mode(path) == 0o644
    write(str(path), b"two")
    assert mode(path) == 0o600
    assert os.listdir(tmp_path) == ["report"]


def test_current(tmp_path: Path) -> None:
    path = tmp_path / "report"
    assert not is_current(str(path), b"one")
    write(str(path), b"one")
    assert is_current(str(path), b"one")
    assert not is_current(str(path), b"two")
    assert not is_current(str(path), b"one", 0o644)


def test_who_reads_sees_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "report"
    write(str(path), b"one")
    with path.open("rb") as reader:
        write(str(path), b"two")
        assert reader.read() == b"one"


def test_what_fails_leaves_the_old_one_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report"
    write(str(path), b"one")

    def no_room(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        write(str(path), b"two")
    assert path.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["report"]


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(str(tmp_path / "gone" / "report"), b"one")


def test_make_directory(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_directory(str(tmp_path / "a" / "b"))
    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b"), mode(tmp_path)] == [0o700, 0o700, 0o755]
    (tmp_path / "a").chmod(0o755)
    make_directory(str(tmp_path / "a"))
    assert mode(tmp_path / "a") == 0o755
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        make_directory(str(tmp_path / "file" / "c"))


def test_a_directory_by_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_directory("one/two")
    assert stat.S_IMODE((tmp_path / "one" / "two").stat().st_mode) == 0o700
