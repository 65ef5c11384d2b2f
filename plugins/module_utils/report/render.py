# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A finished structure in, a report's text out."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import libraries
from ..errors import NotAFleet, TemplateFailed
from .environment import environment
from .structure import checked
from .view import Limits, view_of
from .visible import visible_tree

TEMPLATES: Mapping[str, str] = {
    "html": "fleet.html.j2",
    "markdown": "fleet.md.j2",
    "hosts_csv": "hosts.csv.j2",
    "pools_csv": "pools.csv.j2",
    "prometheus": "fleet.prom.j2",
}
"""Kind of report to its built-in template. JSON is the structure itself and has none."""

FORMS = (*TEMPLATES, "json")

# What the code of a template can raise, beside Jinja2's own errors: it can do arithmetic, call methods, open includes.
_ANY = (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True)
class Report:
    """What to render.

    :ivar form: one of `FORMS`.
    :ivar builtin: the directory of the built-in templates.
    :ivar template: the path of a template to take instead of the built-in one.
    :ivar limits: how much of the long lists a page shows.
    :ivar extra: values for a template of the user's, which it finds under the name ``extra``.
    """

    form: str
    builtin: str
    template: str | None = None
    limits: Limits = field(default_factory=Limits)
    extra: Mapping[str, Any] | None = None


def rendered(report: Report, fleet: Any) -> str:
    """The text of a report.

    :param fleet: the structure, as `jool_fleet_session_info` returns it.
    :raises NotAFleet: when it is something else.
    :raises TemplateFailed: when the template is not there or does not work; with its name, the line and the reason.
    :raises LibraryMissing: where there is no Jinja2.
    """
    structure = checked(fleet)
    if report.form == "json":
        return json.dumps(structure, indent=2) + "\n"
    shown = visible_tree(structure)
    try:
        view = view_of(shown, report.limits)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotAFleet(f"one of its parts has not the shape that is documented ({error})") from error
    return _templated(report, {"fleet": shown, "view": view, "extra": visible_tree(report.extra or {})})


def _templated(report: Report, values: Mapping[str, Any]) -> str:
    library = libraries.jinja2()
    name = os.path.basename(report.template) if report.template else TEMPLATES[report.form]
    path = os.path.abspath(report.template) if report.template else os.path.join(report.builtin, name)
    try:
        return str(environment(report.form, report.builtin, report.template).get_template(name).render(values))
    except library.TemplateSyntaxError as error:
        raise TemplateFailed(
            _where(error.filename or path, error.lineno, error.message or "it is no template")
        ) from error
    except (library.TemplateError, *_ANY) as error:
        place = _place(error, (os.path.dirname(path), report.builtin), path)
        raise TemplateFailed(_where(*place, _reason(error))) from error


def _place(error: BaseException, directories: Sequence[str], path: str) -> tuple[str, int | None]:
    """The innermost line of a template that the error came through: Jinja2 puts them into the trace like Python's."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(tuple(os.path.join(directory, "") for directory in directories)):
            return frame.filename, frame.lineno
    return path, None


def _reason(error: BaseException) -> str:
    said = " ".join(str(error).split())
    library = libraries.jinja2()
    if isinstance(error, library.TemplateNotFound):
        return f"there is no template '{said}'"
    return said if isinstance(error, library.TemplateError) and said else f"{type(error).__name__}: {said}"


def _where(path: str, line: int | None, reason: str) -> str:
    return f"{path}, line {line}: {reason}" if line else f"{path}: {reason}"
