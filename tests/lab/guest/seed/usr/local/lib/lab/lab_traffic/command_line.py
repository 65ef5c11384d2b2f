"""The commands of lab-traffic. Each prints one JSON object; `clear` first makes the result known in full."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from . import bulk, holder, kernel, mix
from .sites import MOST_CLIENTS, SITES, Site, site_named

DEFAULT_STATES = {"ESTABLISHED": 3, "V6_INIT": 2}  # of each other state there is one


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lab-traffic", description=__doc__)
    top.add_argument("--netns", choices=[site.translator for site in SITES.values() if site.translator])
    commands = top.add_subparsers(dest="command", required=True)

    mixed = commands.add_parser("mix", help="some of each kind: every TCP state, UDP, ICMP")
    for state in mix.STATES:
        mixed.add_argument(
            f"--{state.lower().replace('_', '-')}",
            dest=state,
            type=int,
            metavar="N",
            default=DEFAULT_STATES.get(state, 1),
            help=f"TCP sessions in state {state} (default: %(default)s)",
        )
    mixed.add_argument("--udp", type=int, metavar="N", default=4, help="UDP sessions (default: %(default)s)")
    mixed.add_argument("--icmp", type=int, metavar="N", default=3, help="ICMP sessions (default: %(default)s)")

    def bulky(name: str, help_text: str, sessions: int, clients: int) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text)
        added.add_argument("--sessions", type=int, metavar="N", default=sessions, help="default: %(default)s")
        added.add_argument(
            "--clients", type=int, metavar="N", default=clients, help=f"at most {MOST_CLIENTS} (default: %(default)s)"
        )
        return added

    bulky("udp", "UDP sessions of some clients with many peers", 1000, 100)
    bulky("tcp-syn", "the same with TCP: nobody answers, so all stay in V6_INIT", 1000, 100)
    bulky("exhaust", "more UDP clients than pool4 has ports", 20000, 20000)
    added = bulky("many", "any number of sessions, with pool4 made larger for them", 20000, 1000)
    added.add_argument("--protocol", choices=kernel.PROTOCOLS, default="udp", help="default: %(default)s")
    commands.add_parser("clear", help="end held connections, make the instance anew as at boot")
    commands.add_parser("status", help="what the kernel says: sessions, BIB entries, counters")
    return top


def run(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    if hasattr(options, "clients") and not 0 < min(options.clients, options.sessions) <= MOST_CLIENTS:
        raise SystemExit(f"lab-traffic: there are 1 to {MOST_CLIENTS} clients")
    if os.geteuid() != 0:
        raise SystemExit("lab-traffic: needs root, to enter network namespaces")
    site = site_named(options.netns)
    began = time.monotonic()
    answer = {"command": options.command, "instance": site.instance, **answer_to(options, site)}
    answer["seconds"] = round(time.monotonic() - began, 3)
    json.dump(answer, sys.stdout)
    print()
    return 0


def answer_to(options: argparse.Namespace, site: Site) -> dict[str, Any]:
    """Do what the options ask for."""
    if options.command == "mix":
        states = {state: getattr(options, state) for state in mix.STATES}
        return mix.mix(site, states, options.udp, options.icmp)
    if options.command == "many":
        return bulk.many(site, options.protocol, options.sessions, options.clients)
    if options.command == "clear":
        ended = holder.release(site)
        kernel.pristine(site)
        return {"expected": mix.expected([]), "holders_ended": ended}
    if options.command == "status":
        return kernel.status(site)
    protocol = "tcp" if options.command == "tcp-syn" else "udp"
    return bulk.plain(site, protocol, options.sessions, options.clients)
