"""The lab's pure functions: what it makes of texts, names and files, without starting a guest."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from lab import command_line, consoles, images, inventory, qemu, releases, seed, shell, system_packages
from lab.archive import first_mirror
from lab.errors import LabError
from lab.guest import Guest
from lab.places import State, only_one
from lab.processes import ProcessId, parse_stat


@pytest.mark.parametrize(
    ("stat", "expected"),
    [
        ("42 (qemu) S " + " ".join(str(n) for n in range(4, 60)), ProcessId(42, 22)),
        ("42 (a) b (c)) R " + " ".join(str(n) for n in range(4, 60)), ProcessId(42, 22)),
        ("42 (qemu) Z " + " ".join(str(n) for n in range(4, 60)), None),
        ("42 (qemu) S 1 2", None),
        ("", None),
    ],
)
def test_parse_stat(stat: str, expected: ProcessId | None) -> None:
    assert parse_stat(stat) == expected


def test_a_process_is_ended_only_if_it_is_the_very_one() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        mine = ProcessId.of(process.pid)
        assert mine is not None
        ProcessId(mine.pid, mine.started + 1).end()
        assert process.poll() is None
        mine.end()
        assert process.wait(5) != 0
    assert ProcessId.of(mine.pid) != mine


@pytest.mark.parametrize(
    ("line", "is_trouble"),
    [
        ("[   12.3] BUG: kernel NULL pointer dereference, address: 0000000000000000", True),
        ("[   12.3] WARNING: CPU: 0 PID: 1 at mm/slub.c:1 kmalloc+0x1/0x2", True),
        ("[   12.3] Oops: 0000 [#1] SMP", True),
        ("[   12.3] Kernel panic - not syncing: Attempted to kill init!", True),
        ("[   12.3] Call Trace:", True),
        ("[   21.6] jool_common: loading out-of-tree module taints kernel.", False),
        ("[   24.8] lab-topology[207]: LAB-TOPOLOGY: built", False),
        ("debugging is on", False),
    ],
)
def test_trouble(line: str, is_trouble: bool) -> None:
    assert consoles.trouble(f"Loading, please wait...\n{line}\n") == ([line] if is_trouble else [])


def test_phases_of_a_boot() -> None:
    text = "[ 1.0] x\n[ 2.0] lab-topology[1]: LAB-TOPOLOGY: built\n"
    assert consoles.phases(text) == ["networks and Jool are up"]
    assert not consoles.is_ready(text)
    assert consoles.is_ready(text + "[ 3.0] lab-topology[2]: LAB-READY\n")
    assert consoles.failure(text) is None
    assert consoles.failure("lab-topology[2]: LAB-FAILED: no ping\nmore") == "no ping"


def test_a_console_nobody_spoke_on(tmp_path: Path) -> None:
    assert consoles.read(tmp_path / "none") == ""
    assert consoles.last_lines("\n".join(str(n) for n in range(50)), 2) == "48\n49"


def test_releases_are_chosen_in_order() -> None:
    assert [release.name for release in releases.chosen([])] == ["bullseye", "bookworm", "trixie"]
    assert [release.name for release in releases.chosen(["trixie", "bullseye"])] == ["bullseye", "trixie"]
    assert [release.name for release in releases.chosen(["partner"])] == ["partner"]
    assert [release.name for release in releases.all_of([])] == [
        "bullseye",
        "bookworm",
        "trixie",
        "partner",
        "bare",
    ]
    assert [release.name for release in releases.all_of(["trixie"])] == ["trixie"]
    with pytest.raises(LabError, match="no such guest: sid"):
        releases.chosen(["sid"])


def test_a_bare_guest_has_an_image_of_its_own() -> None:
    bookworm, bare = releases.RELEASES["bookworm"], releases.RELEASES["bare"]
    assert (bookworm.suite, bookworm.image) == ("bookworm", "bookworm")
    assert (bare.suite, bare.image) == ("bookworm", "bookworm-bare")
    assert images.image_of(bare) != images.image_of(bookworm)
    assert any("jool" in word for word in images.bootstrap(bookworm))
    assert not any("jool" in word or "headers" in word for word in images.bootstrap(bare))
    assert b"LAB_BARE=yes" in seed.identity(bare)["etc/lab/guest.conf"][0]
    assert b"LAB_BARE" not in seed.identity(bookworm)["etc/lab/guest.conf"][0]


def test_the_fingerprint_changes_with_everything_that_goes_in(tmp_path: Path) -> None:
    bookworm, trixie = releases.RELEASES["bookworm"], releases.RELEASES["trixie"]
    (tmp_path / "hook").write_text("one", encoding="ascii")
    before = images.fingerprint(bookworm, tmp_path)
    assert before == images.fingerprint(bookworm, tmp_path)
    seen = {before, images.fingerprint(trixie, tmp_path)}
    (tmp_path / "hook").write_text("two", encoding="ascii")
    seen.add(images.fingerprint(bookworm, tmp_path))
    (tmp_path / "hook").chmod(0o755)
    seen.add(images.fingerprint(bookworm, tmp_path))
    (tmp_path / "hook").rename(tmp_path / "hook2")
    seen.add(images.fingerprint(bookworm, tmp_path))
    assert len(seen) == 5


def test_inventory_is_yaml_that_ansible_understands() -> None:
    text = inventory.render({"bullseye": 1001, "trixie": 1002}, Path("/keys/lab key"), Path("/state/known_hosts"))
    hosts = yaml.safe_load(text)["translators"]["hosts"]
    assert list(hosts) == ["bullseye", "trixie"]
    assert hosts["trixie"] == {
        "ansible_host": "127.0.0.1",
        "ansible_port": 1002,
        "ansible_user": "root",
        "ansible_ssh_private_key_file": "/keys/lab key",
        "ansible_ssh_common_args": "-o UserKnownHostsFile=/state/known_hosts -o StrictHostKeyChecking=yes",
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    assert yaml.safe_load(inventory.render({}, Path("/k"), Path("/h"))) == {"translators": {"hosts": {}}}


def test_host_key_options_survive_a_blank_in_the_path() -> None:
    options = shell.host_key_options(Path("/my lab/known_hosts"))
    assert 'UserKnownHostsFile="/my lab/known_hosts"' in options


def test_the_seed_is_a_tar_archive_owned_by_root() -> None:
    content = seed.archive({"etc/lab/a": (b"A", 0o600), "usr/local/bin/b": (b"BB", 0o755)})
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        members = {member.name: member for member in tar.getmembers()}
    assert members["etc/lab"].isdir()
    assert members["etc/lab/a"].mode == 0o600
    assert members["usr/local/bin/b"].mode == 0o755
    assert {(member.uid, member.gid) for member in members.values()} == {(0, 0)}


def test_scripts_of_the_seed_can_be_run_in_the_guest() -> None:
    files = seed.scripts()
    assert files["usr/local/bin/lab-traffic"][1] == 0o755
    assert files["usr/local/lib/lab/lab_traffic/mix.py"][1] == 0o644
    assert not [path for path in files if "__pycache__" in path]


def test_cmpxchg16b_is_never_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_ACCEL", raising=False)
    line = qemu.command(
        releases.RELEASES["trixie"], images.Image(Path("/image")), Path("/seed"), Path("/console"), 1234
    )
    assert line[line.index("-cpu") + 1] == "qemu64,-cx16"
    assert "file=/image/disk.raw,format=raw,if=virtio,snapshot=on" in line
    assert any("hostfwd=tcp:127.0.0.1:1234-:22" in word for word in line)
    with pytest.raises(LabError, match="LAB_ACCEL"):
        qemu.accelerator("hvf")


@pytest.mark.parametrize("name", sorted(releases.RELEASES))
def test_who_compiles_has_two_processors(name: str) -> None:
    release = releases.RELEASES[name]
    line = qemu.command(release, images.Image(Path("/image")), Path("/seed"), Path("/console"), 1234)
    assert line[line.index("-smp") + 1] == ("2" if release.bare else "1")


def test_free_ports_differ() -> None:
    assert len(set(qemu.free_ports(20))) == 20


def test_only_one_command_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with only_one(lock, "testing"), pytest.raises(LabError, match="testing"), only_one(lock, "testing"):
        pass
    with only_one(tmp_path / "lock", "testing"):
        pass


def test_missing_programs_are_named_by_package() -> None:
    wanted = {"sh": "dash", "no-such-program-1": "package-b", "no-such-program-2": "package-a"}
    assert system_packages.missing(wanted) == ["package-a", "package-b"]


def test_a_guest_that_was_never_started(tmp_path: Path) -> None:
    guest = Guest("trixie", State(tmp_path).guests / "trixie")
    assert (guest.process(), guest.port(), guest.is_alive(), guest.is_ready()) == (None, None, False, False)
    guest.stop()


def test_a_guest_whose_process_number_belongs_to_somebody_else(tmp_path: Path) -> None:
    guest = Guest("trixie", tmp_path / "trixie")
    guest.directory.mkdir()
    (guest.directory / "guest.json").write_text(f'{{"pid": {os.getpid()}, "started": 1, "port": 5}}', encoding="ascii")
    assert not guest.is_alive()
    guest.stop()
    assert not guest.directory.exists()


def test_exec_needs_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.run(["--state", str(tmp_path), "exec", "trixie"]) == 1
    assert "exec needs a command" in capsys.readouterr().err
    assert command_line.run(["--state", str(tmp_path), "exec", "trixie", "--", "true"]) == 1
    assert capsys.readouterr().err == "lab: trixie is not up\n"
    assert command_line.run(["--state", str(tmp_path / "none"), "down"]) == 0
    assert not (tmp_path / "none").exists()


def test_the_state_goes_but_not_what_others_keep_there(tmp_path: Path) -> None:
    state = State(tmp_path / "lab")
    state.guests.mkdir(parents=True)
    state.inventory.touch()
    (state.directory / "letters").touch()
    state.remove()
    assert list(state.directory.iterdir()) == [state.directory / "letters"]
    (state.directory / "letters").unlink()
    state.remove()
    assert not state.directory.exists()


@pytest.mark.parametrize(
    ("lines", "mirror"),
    [
        ([], []),
        (["Node Source\tmain\tnodistro\thttps://example.net/node"], []),
        (["Debian\tmain\tbookworm-updates\thttp://mirror.example/debian/"], []),
        (["Debian\tmain\tbookworm-security\thttp://mirror.example/debian-security/"], []),
        (
            ["Debian\tcontrib\tbookworm\thttp://a.example/debian/", "Debian\tmain\tbookworm\thttp://b.example/debian/"],
            ["http://b.example/debian"],
        ),
    ],
)
def test_the_archive_is_the_machines_own(lines: list[str], mirror: list[str]) -> None:
    assert first_mirror(lines) == mirror
