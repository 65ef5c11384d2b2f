"""Entry point: `python tests/benchmark [--quick]`."""

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Make `benchmark` and the collection importable, however this file was started."""
    tests = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(tests), str(tests.parent / ".collections")]
    return int(importlib.import_module("benchmark.command_line").run(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
