"""The lots of a day that is under way: what is at the stores still, what is on board of a vehicle, and what came to
its food bank."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.news import News
from routing.plan import Allocation, Plan
from routing.problem import END_OF_PLANNING, Lot, Problem, TimeWindow
from routing.replan.standing import Standing


@dataclass(frozen=True)
class LotsLeft:
    """lots: those of the rest of the day; what is on board is a lot of its own for each allocation, since it is
    unloaded as it was loaded. origins: the lot of the day behind each. of_allocation: the lot left behind each
    allocation of the plan that is still to be delivered, by its number there. delivered: allocations that have come
    to their food bank. withdrawn: grams by lot of the day."""

    lots: tuple[Lot, ...]
    origins: Mapping[str, str]
    of_allocation: Mapping[int, str]
    delivered: tuple[Allocation, ...]
    withdrawn: Mapping[str, int]


@dataclass(frozen=True)
class _Part:
    """Grams of a lot in one place: on board of a shift, or where they were offered."""

    grams: int
    shift: str | None
    allocation: int | None = None


def lots_left(day: Problem, plan: Plan, news: News, stand: Mapping[str, Standing]) -> LotsLeft:
    """What is left of every lot, the day's in their order and then those that are new. What was on board of a shift
    that is gone waits where that stands, and may be fetched there; what is withdrawn, and on board of no vehicle that
    still drives, is left out."""
    changed = {lot.id: lot for lot in news.lots}
    of_lot: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(plan.allocations):
        of_lot[each.lot].append(number)
    names = {*day.lots_by_id, *changed}
    lots: list[Lot] = []
    origins: dict[str, str] = {}
    of_allocation: dict[int, str] = {}
    delivered: list[Allocation] = []
    withdrawn: defaultdict[str, int] = defaultdict(int)
    for id in [lot.id for lot in day.lots] + [id for id in changed if id not in day.lots_by_id]:
        now = changed.get(id) or day.lots_by_id[id]
        numbers = of_lot[id]
        came = [n for n in numbers if plan.allocations[n].drop_off_stop <= stand[plan.allocations[n].shift].stop]
        delivered += [plan.allocations[number] for number in came]
        coming = [number for number in numbers if number not in came]
        loaded = [number for number in coming if _is_loaded(day, plan.allocations[number], stand)]
        to_fetch = [number for number in coming if number not in loaded]
        parts = _parts(day.lots_by_id.get(id), now, plan, loaded, came)
        for part in parts:
            if id in news.withdrawn and (part.shift is None or part.shift in news.gone):
                withdrawn[id] += part.grams
                continue
            name = id if len(parts) == 1 or part.shift is None else _name(id, part.shift, names)
            names.add(name)
            lots.append(_as_lot(now, name, part, news, stand))
            origins[name] = id
            if part.allocation is not None:
                of_allocation[part.allocation] = name
            elif part.shift is None:
                of_allocation |= dict.fromkeys(to_fetch, name)
    return LotsLeft(tuple(lots), origins, of_allocation, tuple(delivered), dict(withdrawn))


def _is_loaded(day: Problem, each: Allocation, stand: Mapping[str, Standing]) -> bool:
    """Whether an allocation that has not come yet is on board."""
    return day.lots_by_id[each.lot].on_board is not None or each.pickup_stop <= stand[each.shift].stop


def _parts(before: Lot | None, now: Lot, plan: Plan, loaded: Sequence[int], came: Sequence[int]) -> list[_Part]:
    """Where the lot is: what no allocation has loaded first."""
    on_board = before.on_board if before is not None else None
    parts = [_Part(plan.allocations[number].grams, plan.allocations[number].shift, number) for number in loaded]
    total = now.grams if before is None or on_board is None else before.grams
    rest = total - sum(part.grams for part in parts) - sum(plan.allocations[number].grams for number in came)
    if rest <= 0 or ((came or loaded) and not now.splittable and on_board is None):
        return parts
    return [_Part(rest, on_board or now.on_board), *parts]


def _name(lot: str, shift: str, taken: set[str]) -> str:
    """A name that no other lot has."""
    name, number = f"{lot} ({shift})", 1
    while name in taken:
        number += 1
        name = f"{lot} ({shift}, {number})"
    return name


def _as_lot(lot: Lot, name: str, part: _Part, news: News, stand: Mapping[str, Standing]) -> Lot:
    if (name, part.grams, part.shift) == (lot.id, lot.grams, lot.on_board) and part.shift not in news.gone:
        return lot  # most of them
    crates = lot.crates_for(part.grams)
    if part.shift in news.gone and part.shift in stand:
        here = stand[part.shift]
        window = TimeWindow(min(here.at, END_OF_PLANNING), END_OF_PLANNING)
        return replace(lot, id=name, grams=part.grams, crates=crates, on_board=None, site=here.site, window=window)
    return replace(lot, id=name, grams=part.grams, crates=crates, on_board=part.shift)
