"""The smallest change that would serve what a plan leaves out, told as people say it: names, kilograms, local times."""

from collections.abc import Callable, Sequence
from uuid import UUID

import routing
from app.domain.service_date import clock_text
from app.domain.units import kg_display
from app.planning.snapshot import Day

Words = dict[str, str]


def words_of(day: Day, problem: routing.Problem, change: routing.Change) -> Words:
    """The details that the change's sentence needs, by the names that `app.domain.reasons.CHANGES` uses."""
    found = {"kg": kg_display(int(change.details["grams"]))} | _TELLING[change.kind](day, problem, change)
    if "vehicle" in change.details:
        found["vehicle"] = day.vehicles[UUID(str(change.details["vehicle"]))].name
    if "site" in change.details:
        found["site"] = day.sites[UUID(str(change.details["site"]))].name
    for name in ("category", "temperature_class"):
        if name in change.details:
            found[name] = str(change.details[name])
    return found


def _pickup(day: Day, problem: routing.Problem, change: routing.Change) -> Words:
    return _edge(day, change, [problem.lots_by_id[change.subject].window])


def _receiving(day: Day, problem: routing.Problem, change: routing.Change) -> Words:
    return _edge(day, change, problem.needs_by_id[change.subject].windows)


def _shift(day: Day, problem: routing.Problem, change: routing.Change) -> Words:
    return _edge(day, change, [problem.shifts_by_id[change.subject].window])


def _edge(day: Day, change: routing.Change, windows: Sequence[routing.TimeWindow]) -> Words:
    """The new end or begin, and the one that it replaces: of several the one that is as far away as the change."""
    later = "latest" in change.details
    new = int(change.details["latest" if later else "earliest"])
    before = new - change.amount if later else new + change.amount
    edges = [window.latest if later else window.earliest for window in windows]
    old = min(edges, key=lambda edge: abs(edge - before))
    return {"until" if later else "from": _clock(day, new), "instead_of": _clock(day, old)}


def _more(_day: Day, _problem: routing.Problem, change: routing.Change) -> Words:
    return {"more": kg_display(change.amount)}


def _vehicle(day: Day, _problem: routing.Problem, change: routing.Change) -> Words:
    return {
        "from": _clock(day, int(change.details["earliest"])),
        "until": _clock(day, int(change.details["latest"])),
    }


def _split(_day: Day, _problem: routing.Problem, change: routing.Change) -> Words:
    return {"part": kg_display(change.amount)}


def _clock(day: Day, seconds: int) -> str:
    return clock_text(seconds, day.service_date, day.zone)


_TELLING: dict[str, Callable[[Day, routing.Problem, routing.Change], Words]] = {
    "pickup_window": _pickup,
    "receiving_window": _receiving,
    "need": _more,
    "storage": _more,
    "shift": _shift,
    "vehicle": _vehicle,
    "split": _split,
}
