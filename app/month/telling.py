"""A month as a page of markdown: every table from what the service said, and what was assumed beside it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.together import VARIANT_WORDS

Told = Mapping[str, Any]
Read = Callable[[Told], float | None]
# Of both sides of a comparison: words, how it is read, how it is written.
FIGURES: tuple[tuple[str, Read, str], ...] = (
    ("kg received", lambda side: float(side["kg"]), "{:,.0f}"),
    ("km", lambda side: side["metres"] / 1000, "{:,.0f}"),
    ("km a tonne", lambda side: side["km_per_tonne"], "{:,.1f}"),
    ("driver hours", lambda side: side["driver_seconds"] / 3600, "{:,.1f}"),
    ("driver hours a tonne", lambda side: side["hours_per_tonne"], "{:,.2f}"),
    ("days of vehicles", lambda side: side["vehicles"], "{:,.0f}"),
    ("visits to stores", lambda side: side["visits"], "{:,.0f}"),
    ("visits made twice", lambda side: side["duplicate_visits"], "{:,.0f}"),
    ("of these, to an empty dock", lambda side: side["empty_visits"], "{:,.0f}"),
    ("lowest fill rate", lambda side: None if side["fill_rate"] is None else 100 * side["fill_rate"], "{:.0f} %"),
)
SHORT = tuple(FIGURES[place] for place in (0, 2, 4, 7))
OF_PARTNERS = tuple(FIGURES[place] for place in (0, 1, 3, 7))  # what its own vehicles drove, and what it received


def lines_of(told: Told) -> Iterator[str]:
    """The page, line by line."""
    yield from _head(told)
    yield from _together(told["together"])
    yield from _sensitivity(told["together"]["sensitivity"])
    yield from _shares(told["shares"], told["faults"])
    yield from _others(told)


def _head(told: Told) -> Iterator[str]:
    wish, played, took = told["month"], told["played"], told["took_seconds"]
    yield f"# {wish['days']} days from {wish['first']}, seed {wish['seed']}"
    yield ""
    figures = played.get("figures", {})
    if played:
        missing, refused = len(played["without_outcome"]), len(played["faults"])
        agree = (
            "agrees with the events to the gram" if played["agrees_to_the_gram"] else "DOES NOT agree with the events"
        )
        yield (
            f"Played in {_minutes(wish['played_seconds'])} on {told['machine']}: {played['offer_lines']:,} offer lines,"
            f" {figures['kg_offered']:,.0f} kg on offer, {figures['kg_rescued']:,.0f} kg rescued"
            f" ({figures['share_rescued']:.1f} %), {figures['changes_published']:.0f} changes published. The ledger"
            f" {agree}; {missing} lines are without an outcome, {refused} things were refused."
        )
    parts = ", ".join(f"{name} {_minutes(seconds)}" for name, seconds in took.items())
    yield (
        f"Reports: {parts}. {wish['plan_seconds']:g} s of search for each plan, {wish['compare_seconds']:g} s for each"
        f" day that stands beside it, about {wish['share_groups']} groups a day asked for their cost."
    )


def _minutes(seconds: float | None) -> str:
    return "an unknown time" if seconds is None else f"{seconds / 60:.1f} min"


def _together(told: Told) -> Iterator[str]:
    month = told["month"]["recorded"]
    yield from ("", "## Together and alone, as recorded", "")
    yield (
        f"{len(month['days'])} recorded days; {len(told['month']['planned']['days'])} were only planned,"
        f" {len(told['month']['without_figures'])} have no figures."
    )
    yield from ("", *_table(["", "together", "alone", "difference"], list(_both(month["network"]))))
    yield from ("", "### By week", "")
    rows = [[f"{each['from']} to {each['until'][8:]}", *_pairs(each["recorded"]["network"])] for each in told["weeks"]]
    yield from _table(["week", *_heads()], rows)
    yield from ("", "### By partner: what it received, and what its own vehicles drove for all", "")
    partners = [[each["organisation_name"] or "", *_pairs(each, OF_PARTNERS)] for each in month["partners"]]
    yield from _table(["partner", *_heads(OF_PARTNERS)], partners)
    yield from ("", "### By day", "")
    days = [
        [f"{date.fromisoformat(each['day']):%a %d %b}", *_pairs(each["recorded"])]
        for each in told["days"]
        if "recorded" in each
    ]
    yield from _table(["day", *_heads()], days)


def _both(sides: Told) -> Iterator[list[str]]:
    for words, read, form in FIGURES:
        together, alone = read(sides["together"]), read(sides["alone"])
        yield [words, _written(together, form), _written(alone, form), _apart(together, alone)]


def _heads(figures: Sequence[tuple[str, Read, str]] = SHORT) -> list[str]:
    return [f"{words}, {side}" for words, _, _ in figures for side in ("together", "alone")]


def _pairs(sides: Told, figures: Sequence[tuple[str, Read, str]] = SHORT) -> list[str]:
    return [_written(read(sides[side]), form) for _, read, form in figures for side in ("together", "alone")]


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def _apart(together: float | None, alone: float | None) -> str:
    return "–" if together is None or not alone else f"{100 * (together / alone - 1):+.0f} %"


def _sensitivity(told: Mapping[str, Sequence[Told]]) -> Iterator[str]:
    for kind, words in (("recorded", "as recorded"), ("planned", "as planned")):
        yield from ("", f"### Under each assumption, {words}", "")
        rows = []
        for each in told[kind]:
            name = VARIANT_WORDS[each["variant"]] + (" (together planned again)" if each["planned_again"] else "")
            rows.append([name, *_pairs(each), str(each["days"])])
        yield from _table(["assumption", *_heads(), "days"], rows)


def _shares(told: Told, faults: Sequence[str]) -> Iterator[str]:
    yield from ("", "## Shared costs", "", f"**{_verdict(told, faults)}**")
    for kind, words in (("recorded", "As recorded"), ("planned", "As planned")):
        days = told[kind]["days"]
        if not days:
            yield from ("", f"{words}, no day is shared yet.")
            continue
        yield from ("", f"### {words}", "")
        yield from _days_shared(days)
        yield ""
        names = ("share", "alone", "saved", "own_vans", "balance")
        heads = ["food bank", "days", "share", "alone", "saved", "own vehicles", "left to pay"]
        partners = told[kind]["partners"]
        yield from _table(
            heads, [[row["organisation"], str(row["days"]), *(row[name] for name in names)] for row in partners]
        )


def _days_shared(days: Sequence[Told]) -> Iterator[str]:
    standings = Counter(each["standing"] or "nothing to share" for each in days)
    said = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in standings.most_common())
    cost, alone = (sum((Decimal(each[name]) for each in days), Decimal()) for name in ("cost", "alone"))
    carried = sum((Decimal(each["network_carries"]) for each in days), Decimal())
    yield (
        f"{len(days)} days: {said}. They cost {cost:,.2f} together and {alone:,.2f} alone; the network carries"
        f" {carried:,.2f}."
    )
    yield ""
    heads = ["day", "cost", "alone", "standing", "most to gain", "groups asked", "all groups"]
    yield from _table(
        heads,
        [
            [
                f"{date.fromisoformat(each['service_date']):%a %d %b}", each["cost"], each["alone"],
                (each["standing"] or "–").replace("_", " "), each["most_to_gain"], str(each["groups_asked"]),
                "yes" if each["exact"] else "drawn",
            ]
            for each in days
        ],
    )  # fmt: skip


def _verdict(told: Told, faults: Sequence[str]) -> str:
    counts = [f"{told[kind]['days_checked']} days as {kind}" for kind in ("recorded", "planned")]
    checked = f"The independent check of {' and '.join(counts)}, their statement and all sums"
    if not faults:
        return f"{checked} finds no difference, to the cent."
    return f"{checked} finds {len(faults)} differences: {' '.join(faults[:20])}"


def _others(told: Told) -> Iterator[str]:
    impact, funding, found = told["impact"], told["funding"], told["duplicates"]
    yield from ("", "## Impact, funding, duplicate effort", "")
    yield (
        f"- Impact: {float(impact['kg_for_people']):,.0f} kg for people, {impact['meals']:,} meals"
        f" ({impact['meals_least']:,} to {impact['meals_most']:,}), {float(impact['kg_co2e_avoided']):,.0f} kg CO₂e"
        f" avoided less our own driving, {_share(impact['rescued_share'])} of what was posted reached people, at"
        f" {impact['cost']['per_meal']} {impact['currency']} of driving a meal; {len(impact['days_recorded'])} days"
        f" recorded, {len(told['impact_reports'])} report published."
    )
    for row in impact["losses"]:
        yield f"  - {float(row['kg']):,.0f} kg did not: {row['words']}."
    network = funding["network"]
    yield (
        f"- Funding: {network['given']} given, {network['spent']} spent on {network['routes']} routes,"
        f" {network['uncovered']} covered by nobody, {network['left']} left; {network['cost_a_month']} a month."
    )
    for grant in funding["grants"]:
        bought = grant["bought"]
        yield (
            f"  - {grant['giver']}: {bought['spent']} of {grant['amount']} for {bought['routes']} routes,"
            f" {float(bought['kg']):,.0f} kg."
        )
    kinds = Counter(each["kind"] for each in found)
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in kinds.most_common())
    to_do = sum(each["to_work_through"] for each in found)
    yield f"- Duplicate effort: {len(found)} entries ({said}), {to_do} to work through."
    yield f"- {told['pages']} pages of the month load, in Arabic and English."


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "| --- |" + " ---: |" * (len(heads) - 1)
    yield from ("| " + " | ".join(row) + " |" for row in rows)
