"""Entry point: `python3 tests/lab up`, or `python3 -m lab up` in `tests`."""

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Make `lab` importable as a package, however this file was started."""
    package_parent = str(Path(__file__).resolve().parent.parent)
    if package_parent not in sys.path:
        sys.path.insert(0, package_parent)
    return int(importlib.import_module("lab.command_line").run(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
