"""What a week came to, in figures; beside the same week without changes; as lines for people and one JSON document."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from app.domain.impact import GRAMS_PER_MEAL
from app.simulation.account import Difference, differences
from app.simulation.outcomes import Outcomes, every, outcomes_of, reasons_of
from app.simulation.week import Week, ledger_of

# name, words, how it is written; None where a week has no such figure
FIGURES: tuple[tuple[str, str, str], ...] = (
    ("kg_offered", "kg on offer (less what stores took back)", "{:,.1f}"),
    ("kg_rescued", "kg rescued: people got it", "{:,.1f}"),
    ("share_rescued", "share of it that was rescued, %", "{:.1f}"),
    ("kg_expired", "kg that nobody fetched in time", "{:,.1f}"),
    ("kg_never_there", "kg that were never there", "{:,.1f}"),
    ("kg_wasted", "kg thrown away after they were fetched", "{:,.1f}"),
    ("kg_returned", "kg taken back after they were fetched", "{:,.1f}"),
    ("kg_refused", "kg refused at the door", "{:,.1f}"),
    ("kg_refused_and_lost", "kg of these that nobody got", "{:,.1f}"),
    ("km", "km driven", "{:,.0f}"),
    ("driver_hours", "driver hours", "{:,.1f}"),
    ("kg_per_km", "kg rescued for each km", "{:.2f}"),
    ("meals", "meals (420 g each, WRAP)", "{:,.0f}"),
    ("lowest_fill_rate", "lowest fill rate of a food bank, %", "{:.1f}"),
    ("changes_published", "changes of plans published", "{:,.0f}"),
    ("stops_moved_median", "stops moved by a change (median)", "{:.1f}"),
    ("alarms", "alarms", "{:,.0f}"),
    ("arrivals_on_time", "arrivals within 10 minutes of the plan, %", "{:.1f}"),
    ("arrival_median_minutes", "minutes after the plan, half of arrivals", "{:.1f}"),
    ("arrival_p90_minutes", "minutes after the plan, a tenth of arrivals", "{:.1f}"),
)


@dataclass(frozen=True)
class Told:
    """All that is said of one week."""

    figures: dict[str, float | None]
    events: dict[str, int]
    outcomes: Outcomes
    differences: list[Difference]
    faults: list[str]
    lines: int

    @property
    def good(self) -> bool:
        """Whether every gram is where the events say, and no offer is without an outcome."""
        return not (self.differences or self.outcomes.without or self.faults)


def tell(week: Week) -> Told:
    """Ask the service for what it says of the week, and compare that with what was sent."""
    town, office = week.town, week.town.office
    ledger = week.ledger = ledger_of(office, week.offers)
    found: Counter[str] = Counter()
    for places in ledger.values():
        found.update(places)
    days = [each.day for each in week.offices]
    reasons = reasons_of(office, days, town.account.left_at_the_store(), changes=week.changes)
    return Told(
        _figures(week, found),
        {name: count for name, count in sorted(town.counts.items()) if count},
        outcomes_of(ledger, reasons),
        differences(town.account, ledger),
        town.faults,
        len(ledger),
    )


def _figures(week: Week, found: Counter[str]) -> dict[str, float | None]:
    town, office = week.town, week.town.office
    days = [each.day for each in week.offices]
    taken_back = sum(town.account.posted[line] for line in town.account.taken_back)
    offered = sum(town.account.posted.values()) - taken_back
    rescued = found["delivered"]
    arrivals = office.get("/reports/arrivals", **{"from": str(days[0]), "until": str(days[-1])})["overall"] or {}
    moved = [stops for each in week.offices for stops in each.moved]
    rates = [town.received[name] / asked for name, asked in week.asked.items() if asked]
    refused = town.account.refused()
    km = town.metres / 1000
    return {
        "kg_offered": offered / 1000,
        "kg_rescued": rescued / 1000,
        "share_rescued": 100 * rescued / offered if offered else None,
        "kg_expired": found["expired"] / 1000,
        "kg_never_there": (found["withdrawn"] - taken_back) / 1000,
        "kg_wasted": found["wasted"] / 1000,
        "kg_returned": found["returned"] / 1000,
        "kg_refused": refused[0] / 1000,
        "kg_refused_and_lost": refused[1] / 1000,
        "km": km,
        "driver_hours": town.driver_seconds / 3600,
        "kg_per_km": rescued / 1000 / km if km else None,
        "meals": float(rescued // GRAMS_PER_MEAL.value),
        "lowest_fill_rate": 100 * min(rates) if rates else None,
        "changes_published": float(len(moved)),
        "stops_moved_median": float(median(moved)) if moved else None,
        "alarms": float(sum(len(every(office, "/alarms", service_date=str(day))) for day in days)),
        "arrivals_on_time": 100 * arrivals["share_on_time"] if arrivals else None,
        "arrival_median_minutes": arrivals.get("median_minutes"),
        "arrival_p90_minutes": arrivals.get("p90_minutes"),
    }


def document(told: Told, without: Told | None) -> dict[str, Any]:
    """The document of `--json`."""
    weeks = {"with_changes": told} | ({} if without is None else {"without_changes": without})
    return {
        name: {
            "figures": {key: None if value is None else round(value, 3) for key, value in each.figures.items()},
            "events": each.events,
            "offer_lines": each.lines,
            "outcomes": dict(each.outcomes.counts),
            "reasons_for_what_was_left": dict(each.outcomes.reasons),
            "without_outcome": list(each.outcomes.without),
            "differences": [difference.sentence for difference in each.differences],
            "faults": each.faults,
            "agrees_to_the_gram": not each.differences,
        }
        for name, each in weeks.items()
    }


def lines(told: Told, without: Told | None) -> Iterator[str]:
    """The same for people."""
    weeks = [told] if without is None else [told, without]
    yield ""
    heads = [] if without is None else [_row("", ["with changes", "without"])]
    yield "What happened (invented; the same in both weeks where it does not follow from the plans)"
    yield from heads
    for name in sorted({*told.events, *(without.events if without else ())}):
        yield _row(name, [f"{each.events.get(name, 0):,}" for each in weeks])
    yield ""
    yield "What became of the offer lines (by where most of each is)"
    yield from heads
    for name in sorted({name for each in weeks for name in each.outcomes.counts}):
        yield _row(name, [f"{each.outcomes.counts.get(name, 0):,}" for each in weeks])
    yield "  Why food was left at stores (lines)"
    for name in sorted({name for each in weeks for name in each.outcomes.reasons}):
        yield _row(f"  {name.replace('_', ' ')}", [f"{each.outcomes.reasons.get(name, 0):,}" for each in weeks])
    yield ""
    yield "The week in figures"
    yield from heads
    for key, words, form in FIGURES:
        values = [each.figures[key] for each in weeks]
        yield _row(words, ["-" if value is None else form.format(value) for value in values])
    yield ""
    for name, each in zip(("with changes", "without changes"), weeks, strict=False):
        yield from _verdict(name, each)


def _verdict(name: str, told: Told) -> Iterator[str]:
    agree = "agrees with the events to the gram" if not told.differences else "does NOT agree with the events"
    yield f"The week {name}: the ledger of {told.lines:,} offer lines {agree};" + (
        " every line has an outcome."
        if not told.outcomes.without
        else f" {len(told.outcomes.without)} lines have none."
    )
    yield from (f"  {difference.sentence}" for difference in told.differences)
    yield from (f"  {sentence}" for sentence in (*told.outcomes.without, *told.faults))


def _row(words: str, values: Sequence[str]) -> str:
    return f"  {words:<46}" + "".join(f"{value:>14}" for value in values)
