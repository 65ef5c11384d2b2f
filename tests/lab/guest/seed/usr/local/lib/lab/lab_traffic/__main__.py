"""Entry point of `lab-traffic`."""

import sys

from .command_line import run

sys.exit(run(sys.argv[1:]))
