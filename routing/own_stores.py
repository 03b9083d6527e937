"""Which stores a food bank would go to if it had no network: those that it has an agreement with, or else its nearest.

Whoever knows nobody does not call every store of a town: it asks the nearest ones first, until they have on offer what
it wants. That is the fair opponent of a coordinated day; `routing.together` tries others beside it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from routing.problem import Problem, Shift

AGREED, NEAREST, AGREED_OR_NEAREST, ALL = "agreed", "nearest", "agreed_or_nearest", "all"
RULES = (AGREED_OR_NEAREST, AGREED, NEAREST, ALL)

Agreed = Mapping[str, Collection[str]]  # by food bank, the sites that it has an agreement with


def own_stores(
    problem: Problem, rule: str = AGREED_OR_NEAREST, agreed: Agreed | None = None, reach_percent: int = 100
) -> dict[str, frozenset[str]] | None:
    """By food bank with a vehicle, the sites that it goes to; None where it goes to all.

    rule: "agreed" (a food bank without an agreement goes nowhere), "nearest", "agreed_or_nearest" or "all".
    reach_percent: the nearest stores are asked until they have so much of what it wants.

    Raises ValueError for another rule.
    """
    if rule not in RULES:
        raise ValueError(f"There is no rule {rule}: choose one of {', '.join(RULES)}.")
    if rule == ALL:
        return None
    found = {}
    for bank in dict.fromkeys(need.organisation for need in problem.needs):
        shifts = [shift for shift in problem.shifts if shift.organisation == bank]
        if not shifts:
            continue
        mine = frozenset((agreed or {}).get(bank, ()))
        if rule == AGREED or (rule == AGREED_OR_NEAREST and mine):
            found[bank] = mine
        else:
            found[bank] = nearest_stores(problem, bank, shifts, reach_percent)
    return found


def nearest_stores(problem: Problem, bank: str, shifts: Collection[Shift], reach_percent: int) -> frozenset[str]:
    """The stores with food that the food bank may have, nearest first by the road from where its vehicles start, until
    they offer so much of what it wants. Of each category only what it wants of it counts."""
    numbers = {site.id: number for number, site in enumerate(problem.sites)}
    needs = {need.id: need for need in problem.needs if need.organisation == bank}
    left: defaultdict[str, int] = defaultdict(int)
    for need in needs.values():
        left[need.category] += need.grams * reach_percent // 100
    offered: defaultdict[str, dict[str, int]] = defaultdict(dict)  # by site and lot, grams
    for lot_id, need_id in problem.pairs():
        lot = problem.lots_by_id[lot_id]
        if need_id in needs and lot.on_board is None:
            offered[lot.site][lot_id] = lot.grams
    away = {site: _seconds_from(problem, shifts, numbers, site) for site in offered}
    found = []
    for site in sorted(offered, key=lambda site: (away[site] is None, away[site] or 0, site)):
        if away[site] is None or not any(left.values()):
            break
        worth_asking = False
        for lot_id, grams in offered[site].items():
            category = problem.lots_by_id[lot_id].category
            worth_asking = worth_asking or left[category] > 0
            left[category] = max(0, left[category] - grams)
        if worth_asking:
            found.append(site)
    return frozenset(found)


def _seconds_from(problem: Problem, shifts: Collection[Shift], numbers: Mapping[str, int], site: str) -> int | None:
    """The shortest way there from the start of any of the shifts; None where no road leads."""
    legs = [
        problem.travel[shift.profile].leg(numbers[shift.start_site], numbers[site])
        for shift in shifts
        if shift.start_site in numbers
    ]
    return min((leg[0] for leg in legs if leg is not None), default=None)
