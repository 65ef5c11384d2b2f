"""The commands of the lab: `python3 tests/lab --help`."""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import consoles, images
from .demonstration import make_traffic
from .errors import LabError
from .fleet import Fleet
from .places import CHECKOUT, State
from .progress import Progress
from .releases import RELEASES, all_of, chosen
from .shell import ssh_command

GUESTS_HELP = f"some of: {', '.join(RELEASES)} (default: all; up and build leave out those on demand)"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lab", description="Debian guests with the real Jool kernel module, for tests.")
    top.add_argument(
        "--state",
        type=Path,
        default=CHECKOUT / ".lab",
        help="directory of the run state (default: .lab in the checkout)",
    )
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, help_text: str, guests: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text)
        if guests:
            added.add_argument("guests", nargs="*", metavar="GUEST", help=GUESTS_HELP)
        return added

    up = command("up", "build images if needed, start guests, wait until traffic passes")
    up.add_argument("--limit", type=float, default=600.0, help="seconds a guest may take (default: %(default)s)")
    command("build", "build the images only")
    down = command("down", "stop guests and forget their state; the images stay")
    down.add_argument("--images", action="store_true", help="remove all cached images, too")
    command("demonstrate", "make some traffic in every guest that has no sessions", guests=False)
    command("status", "which guests run, as JSON", guests=False)
    command("check", "exit 1 and show the lines if a kernel complained on its console")
    command("inventory", "print the Ansible inventory of the guests that run", guests=False)
    execute = command("exec", "run a command in a guest", guests=False)
    execute.add_argument("--user", default="root", help="root, operator, keeper or viewer (default: %(default)s)")
    execute.add_argument("guest", metavar="GUEST", choices=list(RELEASES))
    execute.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="a shell command")
    return top


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit status is 0, 1 when the lab failed, or that of the command run by `exec`."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    progress = Progress()
    state = State(options.state.resolve())
    fleet = Fleet(state, progress)
    if options.command == "up":
        fleet.up(chosen(options.guests), options.limit)
        print(f"inventory: {state.inventory}")
        print(f"try:       ansible -i {_short(state.inventory)} translators -m raw -a 'jool stats display'")
    elif options.command == "build":
        fleet.build(chosen(options.guests))
    elif options.command == "down":
        fleet.down(all_of(options.guests))
        if options.images:
            images.remove_all(progress)
    elif options.command == "demonstrate":
        make_traffic(fleet, fleet.recorded(), state.known_hosts, progress)
    elif options.command == "status":
        print(json.dumps(status(fleet), indent=2))
    elif options.command == "check":
        return check(fleet, [release.name for release in all_of(options.guests)])
    elif options.command == "inventory":
        print(fleet.inventory(), end="")
    elif options.command == "exec":
        words = options.words[1:] if options.words[:1] == ["--"] else options.words
        return execute(fleet, state, options.guest, options.user, words)
    return 0


def status(fleet: Fleet) -> list[dict[str, object]]:
    """One entry a guest that was started."""
    entries: list[dict[str, object]] = []
    for guest in fleet.recorded():
        process = guest.process()
        entries.append(
            {
                "guest": guest.name,
                "alive": guest.is_alive(),
                "ready": guest.is_ready(),
                "pid": process.pid if process else None,
                "port": guest.port(),
                "console": str(guest.console),
                "kernel_complaints": len(consoles.trouble(guest.console_text())),
            }
        )
    return entries


def check(fleet: Fleet, names: Sequence[str]) -> int:
    """Fail when a kernel complained: what the tests saw on such a guest is worth nothing."""
    found = False
    for guest in fleet.recorded():
        if guest.name in names:
            for line in consoles.trouble(guest.console_text()):
                found = True
                print(f"{guest.name}: {line}")
    return 1 if found else 0


def execute(fleet: Fleet, state: State, guest: str, user: str, words: Sequence[str]) -> int:
    if not words:
        raise LabError("exec needs a command, for example: exec bookworm -- jool instance display")
    # One word is a line for the guest's shell; several are the words of one command, and stay that.
    line = words[0] if len(words) == 1 else shlex.join(words)
    shared = state.guests / guest / f"shell-{user}"
    return subprocess.run(ssh_command(fleet.port(guest), state.known_hosts, line, user, shared), check=False).returncode


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
