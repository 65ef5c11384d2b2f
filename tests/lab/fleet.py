"""The set of guests: all started, found and stopped together."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from . import images, inventory, keys
from .errors import LabError
from .guest import Guest
from .places import State, only_one
from .progress import Progress
from .qemu import free_ports
from .releases import RELEASES, Release
from .shell import answers
from .system_packages import TO_BUILD, TO_RUN, provide

# mmdebstrap and DKMS each keep a core busy.
BUILDS_AT_ONCE = 2


class Fleet:
    """The guests whose run state is in one directory."""

    def __init__(self, state: State, progress: Progress) -> None:
        self._state = state
        self._progress = progress

    def guest(self, name: str) -> Guest:
        return Guest(name, self._state.guests / name)

    def recorded(self) -> list[Guest]:
        """Every guest that was started and not yet stopped, dead or alive."""
        return [guest for guest in map(self.guest, RELEASES) if guest.directory.exists()]

    def up(self, releases: Sequence[Release], limit: float) -> None:
        """Bring guests up: build what is not built, start what does not run, wait until traffic passes in all."""
        provide(TO_RUN, self._progress)
        with only_one(self._state.lock, "starting or stopping guests"):
            with ThreadPoolExecutor(len(releases)) as pool:
                ups = list(pool.map(self._is_up, releases))
            idle = [release for release, is_up in zip(releases, ups) if not is_up]
            built = self.build(idle)
            keys.lab_key()
            ports = free_ports(len(idle))
            for release, port in zip(idle, ports):
                self._start(release, built[release.name], port)
            self._write_client_files()
            failures = self._wait([self.guest(release.name) for release in idle], limit)
        if failures:
            raise LabError("\n".join(failures))

    def build(self, releases: Sequence[Release]) -> dict[str, images.Image]:
        """The images of these releases by name, at most two being built at a time."""
        if not all(images.is_built(images.image_of(release)) for release in releases):
            provide(TO_BUILD, self._progress)
        pool = ThreadPoolExecutor(BUILDS_AT_ONCE)
        try:
            by_image = {release.image: release for release in releases}
            builds = {image: pool.submit(images.build, release, self._progress) for image, release in by_image.items()}
            return {release.name: builds[release.image].result() for release in releases}
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure nothing new is begun

    def down(self, releases: Sequence[Release]) -> None:
        """Stop guests; with the last one the state directory goes, too."""
        if not self._state.directory.exists():
            return
        with only_one(self._state.lock, "starting or stopping guests"):
            for guest in [self.guest(release.name) for release in releases]:
                if guest.directory.exists():
                    guest.stop()
                    self._progress.say(guest.name, "stopped")
            if self.recorded():
                self._write_client_files()
            else:
                self._state.remove()

    def ports(self) -> dict[str, int]:
        """SSH port by name of the guests that live."""
        found = ((guest.name, guest.port()) for guest in self.recorded() if guest.is_alive())
        return {name: port for name, port in found if port is not None}

    def port(self, name: str) -> int:
        """SSH port of one guest, which has to live."""
        port = self.ports().get(name)
        if port is None:
            raise LabError(f"{name} is not up")
        return port

    def inventory(self) -> str:
        return inventory.render(self.ports(), keys.lab_key().private, self._state.known_hosts)

    def _is_up(self, release: Release) -> bool:
        guest = self.guest(release.name)
        port = guest.port()
        return guest.is_ready() and port is not None and answers(port, self._state.known_hosts)

    def _start(self, release: Release, image: images.Image, port: int) -> None:
        guest = self.guest(release.name)
        if guest.directory.exists():
            self._progress.say(release.name, "does not answer: starting it anew")
            guest.stop()
        guest.start(release, image, port)
        self._progress.say(release.name, f"started, SSH on 127.0.0.1:{port}")

    def _wait(self, guests: Sequence[Guest], limit: float) -> list[str]:
        """Wait for all; one that fails must not hide how the others fare."""
        with ThreadPoolExecutor(max(1, len(guests))) as pool:
            return [failure for failure in pool.map(lambda guest: self._failure_of(guest, limit), guests) if failure]

    def _failure_of(self, guest: Guest, limit: float) -> str:
        try:
            guest.wait(limit, self._progress)
            if not answers(self.port(guest.name), self._state.known_hosts, timeout=60):
                return f"{guest.name}: traffic passes, but SSH does not let us in"
            self._progress.say(guest.name, "up")
        except LabError as error:
            return str(error)
        return ""

    def _write_client_files(self) -> None:
        ports = self.ports()
        self._state.known_hosts.write_text(keys.known_hosts(ports), encoding="ascii")
        self._state.inventory.write_text(self.inventory(), encoding="utf-8")
