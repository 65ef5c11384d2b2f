# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each kind of file writes a value that somebody else chose. HTML is Jinja2's own business."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .numbers import NOT_GATHERED

# CommonMark 0.31, 2.4: a backslash before ASCII punctuation makes it text. These mean something wherever they are in a
# line or a table; "$" begins a formula on GitHub.
_MARKDOWN = re.compile(r"[\\`*_\[\]|~$]")
# What means something where a line begins.
_MARKDOWN_FIRST = re.compile(r"^(\s*)([#+=-]|\d{1,9}(?=[.)](?:\s|$)))")
# What becomes a link without any sign around it (GitHub, 6.9).
_MARKDOWN_LINK = re.compile(r":(?=//)|(?<=\bwww)\.|(?<=\bmailto):|(?<=\bxmpp):", re.IGNORECASE)
_MARKDOWN_HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection), full-width forms too.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_QUOTED = re.compile(r'[",\r\n;]|^\s|\s$')


def markdown(value: object) -> str:
    """A value inside a line or a table of Markdown (GitHub's): text, and nothing but text."""
    if value is None:
        return NOT_GATHERED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    text = _MARKDOWN_LINK.sub(r"\\\g<0>", _MARKDOWN.sub(r"\\\g<0>", str(value).strip()))
    first = _MARKDOWN_FIRST.match(text)
    if first:  # a list's number is made harmless by the sign behind it
        at = first.end() if first[2].isdigit() else first.end(1)
        text = f"{text[:at]}\\{text[at:]}"
    return text.translate(_MARKDOWN_HTML)


def csv_cell(value: object) -> str:
    """A cell of RFC 4180. What was not gathered is empty. What a spreadsheet would run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    if text.lstrip().startswith(_FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def prometheus(value: object) -> str:
    """A number, or the text of a label, in the text format 0.0.4.

    :raises ValueError: for what was not gathered: a sample that is not there is left out, and never 0.
    """
    if value is None:
        raise ValueError("a value that was not gathered has no sample: leave the line out")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return repr(value)
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def html(value: object) -> object:
    """What HTML shows of a value; Jinja2 escapes it afterwards."""
    if value is None:
        return NOT_GATHERED
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


ESCAPES: Mapping[str, Callable[[Any], object]] = {
    "html": html,
    "markdown": markdown,
    "hosts_csv": csv_cell,
    "pools_csv": csv_cell,
    "prometheus": prometheus,
}
"""Kind of report to what its values go through."""
