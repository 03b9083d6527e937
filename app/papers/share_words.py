"""What is said of a share and of a day's split, on the page and on paper: sentences with names and amounts apart."""

from collections.abc import Callable, Sequence
from typing import Any

from app.sharing.schemas import CostShareOut

type Sentence = tuple[str, dict[str, Any]]
type Money = Callable[[float], str]
type Listed = Callable[[list[str]], Any]

STANDINGS = {
    "core": "No group of food banks would pay less by itself.",
    "least_core": "However the cost is split, some group would pay less by itself. This split leaves the unhappiest as"
    " little to gain as can be.",
    "dearer": "The day cost more than all food banks alone would have paid. Each pays what it would alone, and the"
    " network carries the rest.",
}
# With more partners than all groups of them can be asked about.
CORE_OF_THOSE_TRIED = "Of the groups of food banks that were tried, none would pay less by itself."
LEFT_OUT = {
    "nothing_brought": "{name} was brought nothing on this day and pays nothing.",
    "no_rates": "No vehicle that drove for {name} has a rate, so there is no cost to share.",
}
RULE = (
    "Days are shared as they were planned: kilometres, hours and use of the vehicles at their rates. Nobody pays more"
    " than fetching the same food alone would have cost."
)
NOTHING = "No day of this month is shared yet. A published day is shared when it is over."
HIRED = "Alone, its own vehicles could not have fetched this food: vehicles of others at their rates are counted."
ADDS = "On average, {name} adds {money} to the cost of the day."
ADDS_ABOUT = "On average, {name} adds {money} to the cost of the day, give or take {error}."
STAYS = "Nearest to leaving: without the others, {names} would pay {money} more."
LEAVES = "Without the others, {names} would pay {money} less."
SENTENCES = {*STANDINGS.values(), *LEFT_OUT.values(), RULE, NOTHING, HIRED, ADDS, ADDS_ABOUT, STAYS, LEAVES}
SENTENCES |= {CORE_OF_THOSE_TRIED}


def standing_of(shares: Sequence[CostShareOut]) -> str | None:
    """How a day's split stands, in a sentence that says no more than was tried; None where nothing was split."""
    standing = next((each.standing for each in shares if each.standing), None)
    if standing == "core" and any(each.adds_error is not None for each in shares):
        return CORE_OF_THOSE_TRIED
    return None if standing is None else STANDINGS[standing]


def why_of(share: CostShareOut, money: Money, listed: Listed) -> list[Sentence]:
    """Why a partner pays what it pays, in sentences; why it pays nothing, where it is left out."""
    if share.left_out is not None:
        return [(LEFT_OUT[share.left_out], {"name": share.organisation})]
    found: list[Sentence] = []
    if share.adds is not None:
        words: dict[str, Any] = {"name": share.organisation, "money": money(share.adds)}
        if share.adds_error is None:
            found.append((ADDS, words))
        else:
            found.append((ADDS_ABOUT, {**words, "error": money(share.adds_error)}))
    nearest = share.nearest
    if nearest is not None:  # somebody else shares the day
        if share.alone_vans in ("hired", "planned"):
            found.append((HIRED, {}))
        amount = {"money": money(abs(nearest.saves_by_staying)), "names": listed(nearest.partners)}
        found.append((LEAVES if nearest.saves_by_staying < 0 else STAYS, amount))
    return found
