"""Problems, plans and news as versioned JSON documents, read strictly: a document that does not fit is refused with
the path of the fault."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from routing.news import News
from routing.plain import ProblemError, from_plain, to_plain
from routing.plan import Plan
from routing.problem import Problem, Shift
from routing.travel import TravelMatrix

PROBLEM_FORMAT = "wasl-problem"
PLAN_FORMAT = "wasl-plan"
NEWS_FORMAT = "wasl-news"
VERSION = 2
READABLE = (1, 2)  # version 2 only added fields that may be left out


def problem_to_json(problem: Problem) -> dict[str, Any]:
    return {"format": PROBLEM_FORMAT, "version": VERSION, **to_plain(problem)}


def problem_without_travel_to_json(problem: Problem) -> Mapping[str, Any]:
    """A problem whose travel tables are given apart. Nobody writes to what is in it."""
    return {"format": PROBLEM_FORMAT, "version": VERSION, **problem.plain_without_travel}


def shift_to_json(shift: Shift) -> dict[str, Any]:
    """One shift as it stands among a problem's `shifts`."""
    found: dict[str, Any] = to_plain(shift)
    return found


def problem_from_json(document: Any, travel: Mapping[str, TravelMatrix] | None = None) -> Problem:
    """Read a problem; with `travel`, the document has none, and these are its travel tables."""
    body = _body(document, PROBLEM_FORMAT)
    if travel is not None:
        if "travel" in body:
            raise ProblemError("travel", "The travel tables are given apart: leave this out.", "unknown_field")
        body["travel"] = dict(travel)
    return from_plain(Problem, body, "")


def travel_from_file(path: Path) -> TravelMatrix:
    """A travel matrix out of a .npy file: one int32 array of shape (2, sites, sites), seconds and metres, -1 where no
    road leads. The file is mapped into memory and stays as it is. Raises ProblemError for one that does not fit."""
    try:
        tables = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ProblemError("", f"The file {path} cannot be read as an array.", "unreadable_file") from error
    if not isinstance(tables, np.ndarray) or tables.dtype != np.int32 or tables.ndim != 3 or len(tables) != 2:
        sentence = "There should be an int32 array of shape (2, sites, sites): seconds, then metres."
        raise ProblemError("", sentence, "wrong_size")
    return TravelMatrix(tables[0], tables[1])


def plan_to_json(plan: Plan, like: tuple[Plan, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """like: another plan and what it is as JSON values, which it shares what both have: nobody writes to either."""
    if like is None:
        return {"format": PLAN_FORMAT, "version": VERSION, **to_plain(plan)}
    before, document = like
    written = {
        id(value): plain
        for name in ("routes", "allocations")
        for value, plain in zip(getattr(before, name), document[name], strict=True)
    }
    return {
        "format": PLAN_FORMAT,
        "version": VERSION,
        **to_plain(replace(plan, routes=(), allocations=())),
        "routes": [written.get(id(route)) or to_plain(route) for route in plan.routes],
        "allocations": [written.get(id(each)) or to_plain(each) for each in plan.allocations],
    }


def plan_from_json(document: Any) -> Plan:
    return from_plain(Plan, _body(document, PLAN_FORMAT), "")


def news_to_json(news: News) -> dict[str, Any]:
    return {"format": NEWS_FORMAT, "version": VERSION, **to_plain(news)}


def news_from_json(document: Any) -> News:
    return from_plain(News, _body(document, NEWS_FORMAT), "")


def _body(document: Any, expected: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ProblemError("", "The document should be a JSON object.", "wrong_type")
    if document.get("format") != expected:
        raise ProblemError("format", f"The format should be {expected}.", "wrong_format")
    if type(document.get("version")) is not int or document["version"] not in READABLE:
        versions = " and ".join(str(version) for version in READABLE)
        raise ProblemError("version", f"Only versions {versions} can be read.", "unknown_version")
    return {key: value for key, value in document.items() if key not in ("format", "version")}
