"""What became of each offer line, from the service's own ledger and plans: none may be without an outcome."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.demo.caller import Caller
from app.simulation.account import Places

OPEN = ("offered", "allocated", "collected", "refused", "promised twice")
WITHOUT_PLAN = "no plan was changed for it"


@dataclass(frozen=True)
class Outcomes:
    """Lines by what became of most of their food, and those of which nobody can say."""

    counts: Mapping[str, int]
    reasons: Mapping[str, int]  # of the lines that nobody fetched, or not all of
    without: tuple[str, ...]


def outcomes_of(ledger: Mapping[str, Places], reasons: Mapping[str, str]) -> Outcomes:
    """`reasons`: by line, why some of it was left, as far as anybody says."""
    counts, why = Counter[str](), Counter[str]()
    without = []
    for line, places in sorted(ledger.items()):
        still = sum(places.get(name, 0) for name in OPEN)
        if still or (places.get("expired") and line not in reasons):
            parts = ", ".join(f"{name} {amount} g" for name, amount in sorted(places.items()))
            without.append(f"Offer line {line} has no outcome: {parts}.")
            continue
        if places.get("expired"):
            why[reasons[line]] += 1
        counts[max(sorted(places), key=lambda name: places[name])] += 1
    return Outcomes(dict(counts), dict(why), tuple(without))


def reasons_of(office: Caller, days: Iterable[date], driven: Mapping[str, str], *, changes: bool) -> dict[str, str]:
    """Why food was left, by line: what plans say, the newest last, and what drivers reported (`driven`)."""
    found: dict[str, str] = {}
    for day in days:
        plans = office.get("/plans", service_date=day.isoformat(), limit="200")["items"]
        driven_or_newest = [plan for plan in plans if plan["published_at"]] + plans[:1]
        for plan in sorted(driven_or_newest, key=lambda each: int(each["number"])):
            unserved = office.get(f"/plans/{plan['id']}")["unserved"]
            found |= {each["line_id"]: each["reason"] for each in unserved}
        if not changes:
            found = {**_late(office, day), **found}
    return found | dict(driven)


def _late(office: Caller, day: date) -> dict[str, str]:
    """Offers that came after the plan, of a day whose plan nobody changes."""
    return {
        line["id"]: WITHOUT_PLAN
        for offer in every(office, "/offers", service_date=day.isoformat())
        for line in offer["lines"]
    }


def every(office: Caller, path: str, **query: str) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    found: list[dict[str, Any]] = []
    page = office.get(path, limit="200", **query)
    found += page["items"]
    while page["next_cursor"]:
        page = office.get(path, limit="200", cursor=page["next_cursor"], **query)
        found += page["items"]
    return found
