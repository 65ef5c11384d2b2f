"""What the kernel says, asked through the jool program, and the way back to a pristine translator."""

import subprocess
import time
from typing import Any

from .namespaces import command_in
from .sites import Site

PROTOCOLS = ("tcp", "udp", "icmp")

# Jool's defaults (`global display`). V4_INIT and V6_INIT run on the transitory timeout, the FIN states of one side
# on the established one.
LIFETIMES = {
    "ESTABLISHED": 7200,
    "V4_FIN_RCV": 7200,
    "V6_FIN_RCV": 7200,
    "V6_INIT": 240,
    "V4_INIT": 240,
    "V4_FIN_V6_FIN_RCV": 240,
    "TRANS": 240,
    "UDP": 300,
    "ICMP": 60,
}


def jool(site: Site, *words: str) -> list[str]:
    """Lines of one jool call for a site's instance; a failure is an error with jool's own words."""
    command = command_in(site.translator, ["jool", "-i", site.instance, *words])
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"lab-traffic: {' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode().splitlines()


def sessions(site: Site, protocol: str) -> dict[str, Any]:
    """Sessions of one protocol, TCP ones by state."""
    rows = jool(site, "session", "display", f"--{protocol}", "--numeric", "--csv", "--no-headers")
    counted: dict[str, Any] = {"total": len(rows)}
    if protocol == "tcp":
        states: dict[str, int] = {}
        for row in rows:
            state = row.rsplit(",", 1)[1]
            states[state] = states.get(state, 0) + 1
        counted["states"] = dict(sorted(states.items()))
    return counted


def bib(site: Site, protocol: str) -> dict[str, int]:
    """BIB entries of one protocol. Rows of `bib display` end in `Static?`, which is 1 or 0."""
    rows = jool(site, "bib", "display", f"--{protocol}", "--numeric", "--csv", "--no-headers")
    static = sum(row.endswith(",1") for row in rows)
    return {"static": static, "dynamic": len(rows) - static}


def stats(site: Site) -> dict[str, int]:
    """Counters that are not zero; a counter not listed is zero."""
    pairs = (row.split(",") for row in jool(site, "stats", "display", "--csv", "--no-headers"))
    return {name: int(value) for name, value in pairs}


def await_counter(site: Site, name: str, at_least: int, patience_seconds: float = 5.0) -> dict[str, int]:
    """Wait until a counter is as high as the packets that were sent must make it; the counters then.

    Packets can be lost on the way to the translator without a word: that is an error, with what the kernel says.
    """
    until = time.monotonic() + patience_seconds
    while (counters := stats(site)).get(name, 0) < at_least:
        if time.monotonic() > until:
            raise SystemExit(f"lab-traffic: {name} must be {at_least} or more, and the kernel says {counters}")
        time.sleep(0.2)
    return counters


def status(site: Site) -> dict[str, Any]:
    return {
        "sessions": {protocol: sessions(site, protocol) for protocol in PROTOCOLS},
        "bib": {protocol: bib(site, protocol) for protocol in PROTOCOLS},
        "stats": stats(site),
    }


def pristine(site: Site) -> None:
    """Drop everything of the instance and configure it as at boot."""
    subprocess.run(["/usr/local/sbin/lab-topology", "pristine", site.instance], check=True)
