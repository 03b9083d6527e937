"""What has happened since a plan was made: the question of a replan beside the day and its plan."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from routing.plain import ProblemError
from routing.plan import Plan, Route
from routing.problem import Eligibility, Lot, Need, Problem, Shift
from routing.validate import validate_parts


@dataclass(frozen=True)
class Done:
    """How far a shift is: `stop` is the last stop of its route that is done, by its number there (0 is the start, so
    nothing is done). It is free from second `at` on at `site`; if nothing is said, at that stop, now or when the plan
    has it leave there, whichever is later."""

    shift: str
    stop: int
    site: str | None = None
    at: int | None = None


@dataclass(frozen=True)
class News:
    """What differs from the day as it was planned. Lots, needs and shifts are given whole, as for the whole day: each
    takes the place of the one of its id, or is new. Shifts that `done` does not name keep to the plan until `now`."""

    now: int | None = None  # None: before the first vehicle leaves
    lots: tuple[Lot, ...] = ()
    eligibilities: tuple[Eligibility, ...] = ()  # only for a day that lists its pairs
    withdrawn: tuple[str, ...] = ()  # lots, as far as they are not on board of a vehicle that drives
    needs: tuple[Need, ...] = ()
    closed: tuple[str, ...] = ()  # sites that receive nothing any more
    shifts: tuple[Shift, ...] = ()
    gone: tuple[str, ...] = ()  # shifts that drive no further
    done: tuple[Done, ...] = ()
    lock: tuple[str, ...] = ()  # shifts whose route shall stay exactly as it is planned


def validate_news(day: Problem, plan: Plan, news: News) -> None:
    """Raise ProblemError for the first fault found."""
    if plan.problem_digest != day.digest():
        raise ProblemError("problem_digest", "This plan was made for another problem.", "wrong_plan")
    shifts = {*day.shifts_by_id, *(shift.id for shift in news.shifts)}
    validate_parts(day, news, news.lots, news.needs, news.shifts)
    _names("withdrawn", news.withdrawn, {*day.lots_by_id, *(lot.id for lot in news.lots)})
    _names("closed", news.closed, day.sites_by_id)
    _names("gone", news.gone, shifts)
    _names("lock", news.lock, shifts)
    _done(day, plan, news)
    _pairs(day, news)


def _names(name: str, given: Iterable[str], known: Collection[str]) -> None:
    for number, each in enumerate(given):
        _known(f"{name}[{number}]", each, known)


def _known(path: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise ProblemError(path, f"There is nothing of the name {name}.", "unknown_reference")


def _done(day: Problem, plan: Plan, news: News) -> None:
    routes: dict[str, Route] = {route.shift: route for route in plan.routes}
    seen: set[str] = set()
    for number, done in enumerate(news.done):
        path = f"done[{number}]"
        _known(f"{path}.shift", done.shift, day.shifts_by_id)
        if done.shift in seen:
            raise ProblemError(f"{path}.shift", f"The shift {done.shift} is listed twice.", "duplicate_id")
        seen.add(done.shift)
        last = len(routes[done.shift].stops) - 1 if done.shift in routes else 0
        if done.stop > last:
            sentence = f"The last stop of this route has the number {last}."
            raise ProblemError(f"{path}.stop", sentence, "out_of_range")
        if done.site is not None:
            _known(f"{path}.site", done.site, day.sites_by_id)


def _pairs(day: Problem, news: News) -> None:
    if news.eligibilities and day.eligibilities is None:
        sentence = "The day lists no pairs: every lot may go to each need of its category."
        raise ProblemError("eligibilities", sentence, "no_pairs_listed")
    lots = {*day.lots_by_id, *(lot.id for lot in news.lots)}
    needs = {*day.needs_by_id, *(need.id for need in news.needs)}
    for number, pair in enumerate(news.eligibilities):
        _known(f"eligibilities[{number}].lot", pair.lot, lots)
        _known(f"eligibilities[{number}].need", pair.need, needs)
