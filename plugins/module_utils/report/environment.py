# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The templates' own world: one in which an escape cannot be forgotten.

Jinja2 sends whatever a template prints through `finalize` and then, with autoescape, through HTML's escape, unless it
is marked as safe. HTML needs no more. The other kinds escape in `finalize` and mark the result, so that HTML's escape
leaves it alone. A template has to ask for an unescaped value (``| safe``), whatever kind of file it writes.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .. import libraries
from .bars import bar_width, text_bar
from .escapes import ESCAPES
from .moments import age, ago, moment, timestamp
from .numbers import number, percent, span

if TYPE_CHECKING:
    import jinja2

PREFIX = "nat64.jool"
"""The built-in templates are also reachable under this, so that a template of the same name can extend one."""

FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "span": span,
    "percent": percent,
    "age": age,
    "ago": ago,
    "moment": moment,
    "timestamp": timestamp,
    "bar_width": bar_width,
    "text_bar": text_bar,
}


def content_hash(text: str) -> str:
    """What a Content-Security-Policy calls an inline style or script: browsers run nothing but what has this hash."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def environment(form: str, builtin: str, template: str | None) -> jinja2.Environment:
    """The environment in which a report of a kind is rendered.

    :param form: one of the keys of `escapes.ESCAPES`.
    :param builtin: the directory of the built-in templates.
    :param template: the path of a template of the user's, whose directory is searched first, or None.
    :raises LibraryMissing: where there is no Jinja2.
    """
    library = libraries.jinja2()
    loaders = [library.FileSystemLoader(os.path.dirname(os.path.abspath(template)))] if template else []
    ours = library.FileSystemLoader(builtin)
    made: jinja2.Environment = library.Environment(
        autoescape=True,
        finalize=_finalizer(form, library),
        undefined=library.StrictUndefined,
        loader=library.ChoiceLoader([*loaders, library.PrefixLoader({PREFIX: ours}), ours]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\r\n" if form.endswith("_csv") else "\n",  # RFC 4180
    )
    made.filters.update(FILTERS, content_hash=content_hash)
    if form != "html":
        made.filters["join"] = library.pass_context(_join)
    return made


def _finalizer(form: str, library: Any) -> Callable[..., Any]:
    escape = ESCAPES[form]
    safe = library.utils.markupsafe.Markup

    def finalize(_context: Any, value: Any) -> Any:
        if hasattr(value, "__html__"):
            return value
        if isinstance(value, library.Undefined):
            return str(value)  # which raises, and says which name it is
        return escape(value) if form == "html" else safe(escape(value))

    # Jinja2 escapes constants for HTML before it finalises them, unless that takes a context.
    marked: Callable[..., Any] = library.pass_context(finalize)
    return marked


def _join(
    context: jinja2.runtime.Context, values: Iterable[Any], between: str = "", attribute: str | int | None = None
) -> Any:
    """Jinja2's ``join`` knows HTML's escape only. Where a part is marked as safe, the others get the kind's here."""
    library = libraries.jinja2()
    if attribute is not None:
        values = map(library.filters.make_attrgetter(context.environment, attribute), values)
    texts = list(values)
    if not any(hasattr(text, "__html__") for text in texts):
        return str(between).join(map(str, texts))
    finalize: Any = context.environment.finalize
    return library.utils.markupsafe.Markup(
        str(finalize(context, between)).join(str(finalize(context, text)) for text in texts)
    )
