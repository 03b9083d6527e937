"""`python -m routing groups`: what each group of food banks would pay by itself; one JSON request on standard input, a
JSON line for each group back, in their order. Without its parent it ends by itself, as every child does.

The request has `problem`, `plan` (of that problem), `groups` (lists of organisations), and perhaps `steps`, `seed` and
`whole_as_driven`.
"""

import sys
import threading
from dataclasses import asdict
from typing import Any, TextIO

import orjson

from routing.child import Stop
from routing.files import plan_from_json, problem_from_json
from routing.group_days import STEPS, GroupDay, group_days
from routing.limits import MOST_ITERATIONS, MOST_SEED
from routing.problem import ProblemError

FIELDS = {"problem", "plan", "groups", "steps", "seed", "whole_as_driven"}


def run_groups(source: TextIO, sink: TextIO) -> int:
    """Answer one request; the exit status. A request that cannot be read or answered is one sentence and status 1."""
    threading.Thread(target=Stop().watch_parent, daemon=True).start()
    try:
        request = _request(orjson.loads(source.read()))
        for day in group_days(**request):
            print(orjson.dumps(_told(day)).decode(), file=sink, flush=True)
    except (ProblemError, ValueError) as error:
        print(f"The request cannot be answered: {error}", file=sys.stderr)
        return 1
    return 0


def _request(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or not {"problem", "plan", "groups"} <= set(document) <= FIELDS:
        raise ValueError("it should have a problem, a plan and groups, and may have steps and a seed.")
    if type(document.get("whole_as_driven", True)) is not bool:
        raise ValueError("whole_as_driven should be true or false.")
    groups = document["groups"]
    if not isinstance(groups, list) or not all(_is_group(each) for each in groups):
        raise ValueError("groups should be lists of organisations.")
    return {
        "problem": problem_from_json(document["problem"]),
        "plan": plan_from_json(document["plan"]),
        "groups": [frozenset(each) for each in groups],
        "steps": _whole("steps", document.get("steps", STEPS), MOST_ITERATIONS),
        "seed": _whole("seed", document.get("seed", 1), MOST_SEED),
        "whole_as_driven": document.get("whole_as_driven", True),
    }


def _is_group(group: Any) -> bool:
    return isinstance(group, list) and bool(group) and all(isinstance(each, str) for each in group)


def _whole(name: str, value: Any, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{name} should be a whole number from 1 to {most}.")
    return value


def _told(day: GroupDay) -> dict[str, Any]:
    return {**asdict(day), "group": sorted(day.group)}
