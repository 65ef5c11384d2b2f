"""One guest: a QEMU process, its files, and the wait until traffic passes in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import consoles, qemu
from .errors import LabError
from .images import Image
from .processes import ProcessId
from .progress import Progress
from .releases import Release
from .seed import seed
from .system_packages import SEARCH_PATH


@dataclass(frozen=True)
class Guest:
    """What is known of a guest without asking it; everything else is in files of its directory."""

    name: str
    directory: Path

    @property
    def console(self) -> Path:
        return self.directory / "console.log"

    @property
    def _record(self) -> Path:
        return self.directory / "guest.json"

    @property
    def _complaints(self) -> Path:
        return self.directory / "qemu.log"

    def process(self) -> ProcessId | None:
        """The QEMU process we started, if its record is there; it need not live any more."""
        try:
            record = json.loads(self._record.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return ProcessId(record["pid"], record["started"])

    def port(self) -> int | None:
        """The port of the loopback interface that leads to the guest's SSH."""
        try:
            return int(json.loads(self._record.read_text(encoding="ascii"))["port"])
        except (FileNotFoundError, ValueError):
            return None

    def is_alive(self) -> bool:
        process = self.process()
        return process is not None and process.is_alive()

    def console_text(self) -> str:
        return consoles.read(self.console)

    def is_ready(self) -> bool:
        """Alive, and was seen to pass traffic."""
        return self.is_alive() and consoles.is_ready(self.console_text())

    def start(self, release: Release, image: Image, port: int) -> None:
        """Start QEMU in a session of its own, so that it outlives this command, and record who it is."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        seed_disk = self.directory / "seed.tar"
        seed_disk.touch(mode=0o600)  # it holds the guest's host key
        seed_disk.write_bytes(seed(release))
        with open(self._complaints, "wb") as complaints:
            process = subprocess.Popen(
                qemu.command(release, image, seed_disk, self.console, port),
                stdin=subprocess.DEVNULL,
                stdout=complaints,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.directory,
                env={**os.environ, "PATH": SEARCH_PATH},
            )
        identity = ProcessId.of(process.pid)
        if identity is None:
            raise LabError(self._obituary())
        record = {"pid": identity.pid, "started": identity.started, "port": port}
        self._record.write_text(json.dumps(record) + "\n", encoding="ascii")

    def wait(self, limit: float, progress: Progress) -> None:
        """Return when traffic passes; fail with the end of the console when that cannot come any more."""
        told: list[str] = []
        deadline = time.monotonic() + limit
        while True:
            text = self.console_text()
            for phase in consoles.phases(text):
                if phase not in told:
                    told.append(phase)
                    progress.say(self.name, phase)
            if consoles.is_ready(text):
                return
            reason = consoles.failure(text)
            if reason:
                raise LabError(self._with_console(f"{self.name}: {reason}"))
            if not self.is_alive():
                raise LabError(self._obituary())
            if time.monotonic() > deadline:
                raise LabError(self._with_console(f"{self.name}: no traffic passed within {limit:.0f} s"))
            time.sleep(0.2)

    def stop(self) -> None:
        """End our process, and only ours, and forget the guest."""
        process = self.process()
        if process is not None:
            process.end()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _obituary(self) -> str:
        complaints = consoles.read(self._complaints).strip()
        return self._with_console(f"{self.name}: QEMU ended by itself. {complaints}".rstrip())

    def _with_console(self, sentence: str) -> str:
        end = consoles.last_lines(self.console_text())
        return f"{sentence}\nthe end of its console ({self.console}):\n{end or '(it said nothing)'}"
