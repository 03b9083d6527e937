"""Where every shift stands when a day is replanned: what of its route is done, and where and when it is free again."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.news import Done, News
from routing.plan import Plan, Route
from routing.problem import Problem, Shift


@dataclass(frozen=True)
class Standing:
    """A shift is free from second `at` on at `site`; stops up to number `stop` of its planned route are done. `left`:
    it is out already, and has driven so many metres and made so many pickups and drop-offs."""

    site: str
    at: int
    stop: int = 0
    left: bool = False
    metres: int = 0
    visits: int = 0
    breaks: int = 0


def standings(day: Problem, plan: Plan, news: News) -> dict[str, Standing]:
    """By shift of the day. A vehicle on the road first comes to the stop that it is driving to, since nobody knows
    where it is between two sites."""
    routes: Mapping[str, Route] = {route.shift: route for route in plan.routes}
    told = {done.shift: done for done in news.done}
    found = {}
    for shift in day.shifts:
        route, done = routes.get(shift.id), told.get(shift.id)
        if done is not None:
            found[shift.id] = _as_told(shift, route, done, news.now)
        else:
            found[shift.id] = _by_the_clock(shift, route, news.now)
    return found


def _at_home(shift: Shift, at: int | None) -> Standing:
    return Standing(shift.start_site, at or 0)


def _as_told(shift: Shift, route: Route | None, done: Done, now: int | None) -> Standing:
    if done.stop == 0 and done.site is None:
        return _at_home(shift, now if done.at is None else done.at)
    if route is None:  # it was to stay at home, and is somewhere all the same
        return Standing(done.site or shift.start_site, (done.at if done.at is not None else now) or 0, left=True)
    stop = route.stops[done.stop]
    at = max(now or 0, stop.leave) if done.at is None else done.at
    return _standing(route, done.stop, done.stop, done.site or stop.site, at)


def _by_the_clock(shift: Shift, route: Route | None, now: int | None) -> Standing:
    if route is None or now is None or now < route.stops[0].leave:
        return _at_home(shift, now)
    last = max(number for number, stop in enumerate(route.stops) if number == 0 or stop.begin <= now)
    here = route.stops[last]
    if here.leave > now:
        return _standing(route, last, last, here.site, here.leave)
    if last + 1 == len(route.stops):
        return _standing(route, last, last, here.site, now)
    towards = route.stops[last + 1]
    return _standing(route, last, last + 1, towards.site, max(now, towards.arrive))


def _standing(route: Route, done: int, reached: int, site: str, at: int) -> Standing:
    kinds = [stop.kind for stop in route.stops[: done + 1]]
    return Standing(
        site,
        at,
        done,
        left=True,
        metres=sum(stop.metres_from_previous for stop in route.stops[: reached + 1]),
        visits=kinds.count("pickup") + kinds.count("drop_off"),
        breaks=kinds.count("break"),
    )
