"""Random news for a day with its plan: one change of each kind, or several at once."""

import random
from dataclasses import replace

from routing import Done, Lot, News, Plan, Problem, TimeWindow

HOUR = 3600
KINDS = ("offer", "withdrawal", "breakdown", "closing", "delay", "lock", "less needed", "nothing")


def random_news(day: Problem, plan: Plan, kind: str, now: int | None, seed: int) -> News:
    """The news of this kind at that second; nothing but the time where the day has nothing that it could happen to."""
    rng = random.Random(seed)
    news = News(now=now)
    shifts = [shift.id for shift in day.shifts]
    if kind == "offer" and day.lots and day.eligibilities is None:
        return replace(news, lots=(_a_late_lot(rng, day, now or 6 * HOUR),))
    if kind == "withdrawal" and day.lots:
        return replace(news, withdrawn=(rng.choice(day.lots).id,))
    if kind == "breakdown" and shifts:
        return replace(news, gone=(rng.choice(shifts),))
    if kind == "closing" and day.needs:
        return replace(news, closed=(rng.choice(day.needs).site,))
    if kind == "delay" and plan.routes:
        route = rng.choice(plan.routes)
        stop = rng.randrange(len(route.stops))
        at = max(now or 0, route.stops[stop].leave) + rng.randrange(2 * HOUR)
        return replace(news, done=(Done(route.shift, stop, route.stops[stop].site, at),))
    if kind == "lock" and shifts:
        return replace(news, lock=(rng.choice(shifts),))
    if kind == "less needed" and day.needs:
        need = rng.choice(day.needs)
        return replace(news, needs=(replace(need, grams=rng.randrange(need.grams + 1)),))
    return news


def _a_late_lot(rng: random.Random, day: Problem, now: int) -> Lot:
    like = rng.choice(day.lots)
    name = f"late {rng.randrange(10**6)}"
    while name in day.lots_by_id:  # a known name would be a lot that differs, whatever became of it meanwhile
        name = f"late {rng.randrange(10**6)}"
    window = TimeWindow(now, now + rng.choice((HOUR, 4 * HOUR)))
    return replace(like, id=name, offer=name, on_board=None, window=window)
