# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `jool_instance`, and what they ask for. Shared by the module and the action plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .client.instance import InstanceClient
from .config.configuration import FRAMEWORKS, Configuration, as_options
from .config.desired import check_release, read_desired, together
from .config.entries import Complaints, EntryError
from .config.parameters import NEWEST
from .config.plan import Manner, Plan
from .config.rendering import jool_document, jool_json, lines
from .config.target import check_target, target
from .converge.converge import Outcome, Request, converge
from .converge.probe import Fetch, Probe
from .errors import JoolError, NotRestored
from .records.kind import KINDS
from .records.release import Release
from .task_options import TRANSPORTS
from .transport.base import Transport

STATES = ("present", "absent", "rendered")


def _entries() -> dict[str, Any]:
    return {"type": "list", "elements": "dict"}


ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "aliases": ["instance"]},
    "netns": {"type": "str"},
    "translator": {"type": "str", "choices": list(KINDS)},
    "framework": {"type": "str", "choices": list(FRAMEWORKS)},
    "global": {"type": "dict"},
    "pool4": _entries(),
    "bib": _entries(),
    "eamt": _entries(),
    "denylist4": {"type": "list", "elements": "str", "aliases": ["blacklist4"]},
    "config": {"type": "dict"},
    "state": {"type": "str", "choices": list(STATES), "default": "present"},
    "purge": {"type": "bool", "default": False},
    "recreate": {"type": "bool", "default": False},
    "atomic": {"type": "bool", "default": False},
    "drop_sessions": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "verify": {
        "type": "dict",
        "options": {
            "command": {"type": "list", "elements": "str"},
            "url": {"type": "str"},
            "tries": {"type": "int", "default": 3},
            "delay": {"type": "float", "default": 1.0},
            "timeout": {"type": "float", "default": 10.0},
        },
        "required_one_of": [("command", "url")],
    },
    "release": {"type": "str"},
    "transport": {"type": "str", "choices": list(TRANSPORTS), "default": "connection"},
    "jool_path": {"type": "str"},
    "timeout": {"type": "float", "default": 60.0},
}


def request(options: Mapping[str, Any], *, check: bool) -> Request:
    """What validated options ask for.

    :raises errors.ConfigurationInvalid: with all that is wrong, before any host is asked.
    """
    complaints = Complaints()
    if options["timeout"] < 0:
        complaints.add("timeout", f"{options['timeout']} is not at least 0")
    complaints.refuse()
    desired = read_desired(together(options["config"], options), force=options["force"])
    return Request(
        desired=desired,
        absent=options["state"] == "absent",
        purge=options["purge"],
        manner=Manner(
            recreate=options["recreate"],
            atomic=options["atomic"],
            drop_sessions=options["drop_sessions"],
            force=options["force"],
        ),
        probe=_probe(options["verify"]),
        check=check,
    )


def _probe(options: Mapping[str, Any] | None) -> Probe | None:
    if options is None:
        return None
    complaints = Complaints()
    for name, low in (("tries", 1), ("delay", 0), ("timeout", 0)):
        with complaints.about(f"verify {name}"):
            if options[name] < low:
                raise EntryError(f"{options[name]} is not at least {low}")
    complaints.refuse()
    return Probe(
        command=tuple(str(word) for word in options["command"] or ()),
        url=str(options["url"] or ""),
        tries=options["tries"],
        delay=options["delay"],
        timeout=options["timeout"],
    )


def render(options: Mapping[str, Any]) -> dict[str, Any]:
    """The result for ``state: rendered``, for which no host is asked.

    :raises errors.ConfigurationInvalid: with all that is wrong.
    """
    asked = request(options, check=True)
    release = _release(options["release"])
    check_release(asked.desired, release)
    wanted = target(None, asked.desired, release, purge=asked.purge)
    check_target(wanted, asked.desired, creates=True)
    return {
        "changed": False,
        "release": release.name,
        "rendered": jool_document(wanted, release),
        "rendered_text": jool_json(wanted, release),
    }


def _release(text: str | None) -> Release:
    complaints = Complaints()
    release = NEWEST
    with complaints.about("release"):
        try:
            release = Release.parse(text) if text else NEWEST
        except ValueError as error:
            raise EntryError(str(error)) from error
    complaints.refuse()
    return release


def apply(
    transport: Transport, options: Mapping[str, Any], asked: Request, fetch: Fetch, planned: Callable[[Plan], None]
) -> dict[str, Any]:
    """Ask a host, change it, and give the result.

    :raises errors.JoolError: see `converge.converge`.
    """
    desired = asked.desired
    client = InstanceClient(
        transport,
        desired.translator,
        desired.name,
        desired.netns,
        path=options["jool_path"] or "",
        timeout=options["timeout"],
    )
    return result(converge(client, asked, fetch, planned))


def result(outcome: Outcome) -> dict[str, Any]:
    """The result of the module."""
    made = outcome.plan
    return {
        "changed": made.changes,
        "release": outcome.release,
        **plan_result(made),
        "before": _options(made.before),
        "after": _options(made.after),
        "sessions_dropped": outcome.losses.dropped,
        "sessions_stranded": outcome.losses.stranded,
        "warnings": list(outcome.warnings),
    }


def failed_result(error: JoolError, plans: Sequence[Plan]) -> dict[str, Any]:
    """What is told when the module fails.

    :param plans: the plan, where it came to that.
    """
    return {
        **(plan_result(plans[0]) if plans else {}),
        # What was taken back left no change; what could not be is one.
        "changed": isinstance(error, NotRestored),
        "msg": str(error),
        "error": error.as_dict(),
    }


def plan_result(made: Plan) -> dict[str, Any]:
    """The plan, in a result or beside an error."""
    some = made.after or made.before
    name = some.name if some else ""
    return {
        "plan": [str(step) for step in made.steps],
        "diff": {
            "before": lines(made.before),
            "after": lines(made.after),
            "before_header": f"Jool instance '{name}', running",
            "after_header": f"Jool instance '{name}', wanted",
        },
    }


def _options(configuration: Configuration | None) -> dict[str, Any] | None:
    return None if configuration is None else as_options(configuration)
