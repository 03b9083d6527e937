"""Problems, plans and news as versioned JSON documents, read strictly: a document that does not fit is refused with
the path of the fault."""

from typing import Any

from routing.news import News
from routing.plain import ProblemError, from_plain, to_plain
from routing.plan import Plan
from routing.problem import Problem

PROBLEM_FORMAT = "wasl-problem"
PLAN_FORMAT = "wasl-plan"
NEWS_FORMAT = "wasl-news"
VERSION = 2
READABLE = (1, 2)  # version 2 only added fields that may be left out


def problem_to_json(problem: Problem) -> dict[str, Any]:
    return {"format": PROBLEM_FORMAT, "version": VERSION, **to_plain(problem)}


def problem_from_json(document: Any) -> Problem:
    return from_plain(Problem, _body(document, PROBLEM_FORMAT), "")


def plan_to_json(plan: Plan) -> dict[str, Any]:
    return {"format": PLAN_FORMAT, "version": VERSION, **to_plain(plan)}


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
