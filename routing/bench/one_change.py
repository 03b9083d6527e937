"""One random change of each kind to a planned day, the same for everybody for a key."""

from dataclasses import replace

from routing.instances.city_draw import Draw
from routing.news import Done, News
from routing.plan import Plan, Route
from routing.problem import Lot, Problem, TimeWindow

HOUR = 3600
EARLIEST, LATEST = 8 * HOUR, 13 * HOUR  # when something happens
LATE_WINDOW = 3 * HOUR  # of a late offer
DELAY_MINUTES = (20, 60)

KINDS = (
    "late offer",
    "withdrawn lot",
    "breakdown, empty",
    "breakdown, loaded",
    "closed food bank",
    "delayed shift",
    "locked route",
)


def one_change(day: Problem, plan: Plan, kind: str, key: str) -> News:
    """News of that kind, at a time drawn between 8 and 13 o'clock. Raises ValueError where nothing of the plan can
    have such news."""
    draw = Draw(f"{key} {kind}")
    now = int(draw.between(EARLIEST, LATEST))
    news = News(now=now)
    if kind == "late offer":
        return replace(news, lots=(_late_lot(now, draw.one_of(day.lots)),))
    if kind == "withdrawn lot":
        return replace(news, withdrawn=(draw.one_of(_some(_lots_to_fetch(plan, now))),))
    if kind == "breakdown, empty":
        idle = [route.shift for route in plan.routes if not _load_at(route, now) and route.stops[-1].begin > now]
        return replace(news, gone=(draw.one_of(_some(idle)),))
    if kind == "breakdown, loaded":
        loaded = [route.shift for route in plan.routes if _load_at(route, now)]
        return replace(news, gone=(draw.one_of(_some(loaded)),))
    if kind == "closed food bank":
        expected = {each.need for each in plan.allocations if _stop(plan, each.shift, each.drop_off_stop) > now}
        return replace(news, closed=(draw.one_of(_some(sorted({day.needs_by_id[each].site for each in expected}))),))
    out = [route for route in plan.routes if route.stops[-2].begin > now]
    route = draw.one_of(_some(out))
    if kind == "locked route":
        return replace(news, lock=(route.shift,), lots=(_late_lot(now, draw.one_of(day.lots)),))
    late = 60 * int(draw.between(*DELAY_MINUTES))
    done = max(number for number, stop in enumerate(route.stops) if number == 0 or stop.begin <= now)
    site = route.stops[done].site if done else None
    return replace(news, done=(Done(route.shift, done, site, max(now, route.stops[done].leave) + late),))


def _some[T](found: list[T]) -> list[T]:
    if not found:
        raise ValueError("Nothing of this plan can have such news.")
    return found


def _late_lot(now: int, like: Lot) -> Lot:
    """As heavy and perishable as one that there is, from now on at the same store."""
    window = TimeWindow(now, now + LATE_WINDOW)
    later = max(0, window.latest - like.window.latest)
    deliver_by = None if like.deliver_by is None else like.deliver_by + later
    return replace(like, id=f"late {like.id}", offer=f"late {like.offer}", window=window, deliver_by=deliver_by)


def _lots_to_fetch(plan: Plan, now: int) -> list[str]:
    return sorted({each.lot for each in plan.allocations if _stop(plan, each.shift, each.pickup_stop) > now})


def _stop(plan: Plan, shift: str, number: int) -> int:
    return next(route.stops[number].begin for route in plan.routes if route.shift == shift)


def _load_at(route: Route, now: int) -> int:
    done = [stop for stop in route.stops if stop.begin <= now]
    return done[-1].load_after.grams if done else 0
