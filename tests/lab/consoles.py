"""What guests say on their serial consoles: how far the boot is, and whether the kernel complains."""

from __future__ import annotations

import re
from pathlib import Path

READY = "LAB-READY"

# What a kernel in trouble prints: BUG(), oops, WARN_ON(), panic, a stack dump. Upper case where a kernel's is, as
# userspace may well speak of a "bug" or a "warning".
TROUBLE = re.compile(r"\bBUG\b|\bOops\b|\bWARNING:|[Pp]anic\b|Call Trace")

# Text on the console -> what to tell the person who waits, in the order of a boot.
_PHASES = (
    ("LAB-TOPOLOGY: built", "networks and Jool are up"),
    (READY, "traffic passes"),
)


def read(console: Path) -> str:
    """All that was said; a guest that has not spoken yet said nothing."""
    try:
        return console.read_bytes().decode(errors="replace").replace("\r", "")
    except FileNotFoundError:
        return ""


def phases(text: str) -> list[str]:
    """The phases of the boot that are behind a guest."""
    return [phase for sign, phase in _PHASES if sign in text]


def is_ready(text: str) -> bool:
    return READY in text


def failure(text: str) -> str | None:
    """Why the guest itself says that it did not come up."""
    found = re.search(r"LAB-FAILED: (.*)", text)
    return found.group(1) if found else None


def trouble(text: str) -> list[str]:
    """The lines in which the kernel complains."""
    return [line for line in text.splitlines() if TROUBLE.search(line)]


def last_lines(text: str, count: int = 30) -> str:
    return "\n".join(text.splitlines()[-count:])
