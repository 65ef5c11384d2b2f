# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for the counters (``stats display``, 3.6.0-rc1 and later): CSV and console, without and with
explanations (``--explain``).

Sources: NICMx/Jool, src/usr/common/argp/stats.c of 3.6.0-rc1 to src/usr/argp/wargp/stats.c of 4.2.0-rc3. An explanation
may have several lines, and Jool does not double the quotes in one, so that only a quote at the end of a line closes it.

A Value's name is the field it fills. No pattern matches a line break. 4.1.13 and later call what they do not know ????.
"""

from __future__ import annotations

from .template import Template

CSV = Template(
    name="stats_csv",
    source=r"""
Value NAME (JSTAT\w*|\?{4})
Value VALUE (\d+)

Start
  ^${NAME},${VALUE}$$ -> Record
  ^Stat,Value$$
  ^$$
  ^. -> Error
""",
)

CSV_EXPLAINED = Template(
    name="stats_csv_explained",
    source=r"""
Value NAME (JSTAT\w*|\?{4})
Value VALUE (\d+)
Value List EXPLANATION ([^\n]*)

Start
  ^${NAME},${VALUE},"${EXPLANATION}"$$ -> Record
  ^${NAME},${VALUE},"${EXPLANATION}$$ -> Explanation
  ^Stat,Value,Explanation$$
  ^$$
  ^. -> Error

Explanation
  ^(?:JSTAT\w*|\?{4}),\d+(?:,"|$$) -> Error
  ^${EXPLANATION}"$$ -> Record Start
  ^${EXPLANATION}$$
  ^ -> Error
""",
)

CONSOLE = Template(
    name="stats_console",
    source=r"""
Value NAME (JSTAT\w*|\?{4})
Value VALUE (\d+)

Start
  ^${NAME}: ${VALUE}$$ -> Record
  ^$$
  ^. -> Error
""",
)

# With --explain a counter is followed by its explanation and a blank line, which alone ends it.
CONSOLE_EXPLAINED = Template(
    name="stats_console_explained",
    source=r"""
Value NAME (JSTAT\w*|\?{4})
Value VALUE (\d+)
Value List EXPLANATION ([^\n]+)

Start
  ^${NAME}: ${VALUE}$$ -> Explanation
  ^$$
  ^. -> Error

Explanation
  ^(?:JSTAT\w*|\?{4}): \d+$$ -> Error
  ^${EXPLANATION}$$
  ^$$ -> Record Start
  ^ -> Error
""",
)
