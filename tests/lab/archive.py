"""Debian's main archive as this machine knows it: the mirror that its own packages come from."""

import subprocess
from collections.abc import Sequence

FORMAT = "$(ORIGIN)\t$(COMPONENT)\t$(RELEASE)\t$(REPO_URI)"


def main_archive() -> list[str]:
    """The mirror, as mmdebstrap takes it; nothing on a machine without apt, where mmdebstrap's own default must do."""
    try:
        done = subprocess.run(
            ["apt-get", "indextargets", "Created-By: Packages", "--format", FORMAT],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return []
    return first_mirror(done.stdout.splitlines())


def first_mirror(lines: Sequence[str]) -> list[str]:
    """The first of apt's sources that is a release of Debian, and neither its updates nor its security."""
    for line in lines:
        origin, component, release, address = line.split("\t")
        if origin == "Debian" and component == "main" and "-" not in release and "security" not in address:
            return [address.rstrip("/")]
    return []
