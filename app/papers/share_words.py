"""What is said of a share and of a day's split, on the page and on paper: sentences with names and amounts apart."""

from collections.abc import Callable, Sequence
from typing import Any

from app.domain.units import kg_display, km_display
from app.sharing.schemas import CostShareOut, DayFactsOut
from app.sharing.statement import DayStatement, Part

type Sentence = tuple[str, dict[str, Any]]
type Money = Callable[[float], str]
type Listed = Callable[[list[str]], Any]
type Hours = Callable[[int], str]

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
NOT_BROUGHT = "By the books {name} was brought nothing of the {planned} kg that were planned, and pays nothing."
BROUGHT = "By the books {name} was brought {brought} kg; {planned} kg were planned."
RULE = (
    "What the vehicles cost, kilometres, hours and use at their rates, is shared among the food banks that they drove"
    " for. Nobody pays more than fetching the same food alone would have cost."
)
KINDS = {"recorded": "As recorded", "planned": "As planned, not as done"}
SHOWN_AS = {"recorded": "Recorded", "partly": "Partly recorded", "planned": "As planned, not as done"}
RULES = {
    "recorded": "Food from the books, hours from the drivers' reports, kilometres of the routes as last published. What"
    " each would have paid alone is planned, for the food that was brought: nothing is late there.",
    "planned": "Nothing is recorded of these days, or their drivers can still report, until twelve hours after the last"
    " shift. They are no part of what is recorded.",
}
DAY_FACTS = "{km} km, {hours} h on the road, {kg} kg brought; {planned} kg were planned."
CHANGED = "The plan was changed on the way: its routes as last published count."
NOT_REPORTED = (
    "{count} vehicle reported nothing: neither its driving nor its food is in these figures.",
    "{count} vehicles reported nothing: neither their driving nor their food is in these figures.",
)
NOT_MEASURED = (
    "The reports of {count} route do not tell its hours: the planned ones count.",
    "The reports of {count} routes do not tell their hours: the planned ones count.",
)
PARTLY = ("{count} of these days is recorded in part.", "{count} of these days are recorded in part.")
NOTHING = "No day of this month is shared yet. A published day is shared when it is over."
HIRED = "Alone, its own vehicles could not have fetched this food: vehicles of others at their rates are counted."
ADDS = "On average, {name} adds {money} to the cost of the day."
ADDS_ABOUT = "On average, {name} adds {money} to the cost of the day, give or take {error}."
STAYS = "Nearest to leaving: without the others, {names} would pay {money} more."
LEAVES = "Without the others, {names} would pay {money} less."
STAYS_WITH_MANY = (
    "Nearest to leaving: {name} and {count} others. Without the rest, they would pay {money} more together."
)
LEAVES_WITH_MANY = "{name} and {count} others would pay {money} less together, without the rest."
MOST_NAMED = 4  # of a larger group, names say nothing any more
SENTENCES = {*STANDINGS.values(), *LEFT_OUT.values(), RULE, NOTHING, HIRED, ADDS, ADDS_ABOUT, STAYS, LEAVES}
SENTENCES |= {STAYS_WITH_MANY, LEAVES_WITH_MANY, CORE_OF_THOSE_TRIED, NOT_BROUGHT, BROUGHT, DAY_FACTS, CHANGED}
SENTENCES |= {*KINDS.values(), *SHOWN_AS.values(), *RULES.values()}
COUNTED = (NOT_REPORTED, NOT_MEASURED, PARTLY)


def standing_of(shares: Sequence[CostShareOut]) -> str | None:
    """How a day's split stands, in a sentence that says no more than was tried; None where nothing was split."""
    standing = next((each.standing for each in shares if each.standing), None)
    if standing == "core" and any(each.adds_error is not None for each in shares):
        return CORE_OF_THOSE_TRIED
    return None if standing is None else STANDINGS[standing]


def facts_of(day: DayStatement, hours: Hours) -> list[Sentence]:
    """What is recorded of the day, where the reader may see it."""
    facts = None if day.cost is None or day.kind == "planned" else day.cost.facts
    if facts is None:
        return []
    words = {
        "km": km_display(facts.metres),
        "hours": hours(facts.seconds),
        "kg": kg_display(facts.kg),
        "planned": kg_display(facts.planned_kg or 0),
    }
    found: list[Sentence] = [(DAY_FACTS, words)]
    return [*found, (CHANGED, {})] if facts.changed_later else found


def counted_of(day: DayStatement) -> list[tuple[tuple[str, str], int]]:
    """What is missing of the day's records: sentences in both numbers, with how many it is."""
    facts = day.cost.facts if day.cost is not None else None
    found = [(NOT_REPORTED, day.not_reported), (NOT_MEASURED, _not_measured(facts))]
    return [(said, count) for said, count in found if count]


def _not_measured(facts: DayFactsOut | None) -> int:
    return 0 if facts is None else (facts.routes_reported or 0) - (facts.routes_measured or 0)


def part_of(part: Part) -> list[tuple[tuple[str, str], int]]:
    """What is said of a sum, beside its rule."""
    return [(PARTLY, part.partly)] if part.partly else []


def why_of(share: CostShareOut, money: Money, listed: Listed) -> list[Sentence]:
    """Why a partner pays what it pays, in sentences; why it pays nothing, where it is left out."""
    brought = {"name": share.organisation, "planned": kg_display(share.planned_kg or 0)}
    if share.left_out is not None:
        in_vain = share.left_out == "nothing_brought" and share.planned_kg
        return [(NOT_BROUGHT, brought)] if in_vain else [(LEFT_OUT[share.left_out], {"name": share.organisation})]
    found: list[Sentence] = []
    if share.kind == "recorded" and share.kg is not None:
        found.append((BROUGHT, {**brought, "brought": kg_display(share.kg)}))
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
        amount, leaves = {"money": money(abs(nearest.saves_by_staying))}, nearest.saves_by_staying < 0
        if len(nearest.partners) > MOST_NAMED:
            group = {"name": share.organisation, "count": len(nearest.partners) - 1}
            found.append((LEAVES_WITH_MANY if leaves else STAYS_WITH_MANY, {**amount, **group}))
        else:
            found.append((LEAVES if leaves else STAYS, {**amount, "names": listed(nearest.partners)}))
    return found
