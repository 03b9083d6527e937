"""All that the service says of a month, read over HTTP, with the independent check of its shares: one document."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.month.at_work import AtWork
from app.month.pages import Pages
from app.month.recount import faults_of, typed_day
from app.month.statement_check import by_partner, statement_faults
from app.simulation.outcomes import every

KINDS = ("recorded", "planned")
SUMMED = ("metres", "driver_seconds", "vehicles", "visits", "empty_visits", "duplicate_visits")
Told = Mapping[str, Any]


def read_month(month: AtWork, pages: Pages) -> dict[str, Any]:
    """The document: `faults` has a sentence for whatever the check of shares and sums finds."""
    wish, office = month.played.wish, month.office
    first, last = str(wish.first), str(wish.last)
    began = time.monotonic()
    shares, faults = _shares(month, pages)
    checked = round(time.monotonic() - began, 1)
    rows = every(office, "/reports/together/figures", **{"from": first, "until": last})
    weeks = [
        {"from": str(monday), "until": str(sunday), **_totals(month, str(monday), str(sunday))}
        for monday, sunday in wish.weeks
    ]
    total = _totals(month, first, last)
    faults += list(_sums_differ(rows, total, weeks))
    return {
        "together": {"month": total, "weeks": weeks, "days": _days(rows), "sensitivity": _sensitivity(rows)},
        "shares": {**shares, "check_seconds": checked},
        "impact": office.get("/impact", **{"from": first, "until": last}),
        "impact_reports": office.get("/impact/reports")["items"],
        "funding": office.get("/funding"),
        "duplicates": every(office, "/duplicate-efforts", **{"from": first, "until": last}),
        "faults": faults,
    }


def _totals(month: AtWork, first: str, last: str) -> dict[str, Any]:
    found = month.office.get("/reports/together/totals", **{"from": first, "until": last})
    return {name: found[name] for name in ("recorded", "planned", "without_figures")}


def _days(rows: Sequence[Told]) -> list[dict[str, Any]]:
    """Both sides of each day under the usual assumptions, as recorded and as planned."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        if row["variant"] == "usual":
            found[row["service_date"]].setdefault(row["kind"], {})[row["side"]] = row
    return [{"day": day, **kinds} for day, kinds in sorted(found.items())]


def _sensitivity(rows: Sequence[Told]) -> dict[str, list[dict[str, Any]]]:
    """By kind and set of assumptions, what all days came to on both sides. Where a set does not plan the day together
    again, that is what it was under the usual assumptions."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in ("recorded", "planned"):
        mine = [row for row in rows if row["kind"] == kind]
        usual = [row for row in mine if row["variant"] == "usual" and row["side"] == "together"]
        found[kind] = []
        for variant in dict.fromkeys(row["variant"] for row in mine):
            own = [row for row in mine if row["variant"] == variant]
            again = [row for row in own if row["side"] == "together"]
            alone = [row for row in own if row["side"] == "alone"]
            found[kind].append(
                {
                    "variant": variant,
                    "days": len(alone),
                    "planned_again": bool(again) and variant != "usual",
                    "together": summed(again or usual),
                    "alone": summed(alone),
                }
            )
    return found


def summed(rows: Sequence[Told]) -> dict[str, Any]:
    """Several days of one side: sums, and what they are per tonne."""
    kg = sum((Decimal(row["kg"]) for row in rows), Decimal())
    found: dict[str, Any] = {"kg": f"{kg:.3f}", **{name: sum(row[name] for row in rows) for name in SUMMED}}
    found["meals"] = sum(row["meals"] for row in rows)
    tonnes = float(kg) / 1000
    found["km_per_tonne"] = round(found["metres"] / 1000 / tonnes, 3) if tonnes else None
    found["hours_per_tonne"] = round(found["driver_seconds"] / 3600 / tonnes, 3) if tonnes else None
    fills = [row["fill_rate"] for row in rows if row["fill_rate"] is not None]
    found["fill_rate"] = min(fills, default=None)
    return found


def _sums_differ(rows: Sequence[Told], total: Told, weeks: list[dict[str, Any]]) -> Iterator[str]:
    """Days have to add up to weeks and weeks to the month, on both sides."""
    for side in ("together", "alone"):
        usual = [row for row in rows if (row["kind"], row["variant"], row["side"]) == ("recorded", "usual", side)]
        days, told = summed(usual), total["recorded"]["network"][side]
        by_week = [week["recorded"]["network"][side] for week in weeks]
        for name in ("kg", *SUMMED):
            sums = {Decimal(days[name]), Decimal(told[name]), sum((Decimal(each[name]) for each in by_week), Decimal())}
            if len(sums) > 1:
                yield f"{side}, {name}: days, weeks and month do not add up: {', '.join(str(each) for each in sums)}."


def _shares(month: AtWork, pages: Pages) -> tuple[dict[str, Any], list[str]]:
    """By kind: the days, what each partner pays of them, and how many were checked; and what the check found."""
    found: dict[str, Any] = {kind: {"days": [], "paid": [], "days_checked": 0} for kind in KINDS}
    faults: list[str] = []
    for day in month.played.wish.dates:
        told = month.office.get("/cost-shares", **{"from": str(day), "until": str(day)}, groups="true")
        for kind, mine in (("recorded", told["recorded"]), ("planned", told)):
            if mine["days"]:
                faults += [f"{kind} {sentence}" for sentence in _day_shared(mine, found[kind])]
    faults += statement_faults(pages, f"{month.played.wish.first:%Y-%m}", found)
    return {
        kind: {
            "days": each["days"],
            "days_checked": each["days_checked"],
            "partners": by_partner(each["paid"]),
        }
        for kind, each in found.items()
    }, faults


def _day_shared(told: Told, found: dict[str, Any]) -> list[str]:
    """Check one day of one kind, and note it among those found."""
    faults: list[str] = []
    try:
        typed = typed_day(told)
        faults += [] if typed is None else list(faults_of(typed))
        found["days_checked"] += typed is not None
    except (ValueError, ArithmeticError) as error:
        faults.append(str(error))
    found["paid"] += [row for row in told["shares"] if row["share"] is not None]
    [cost] = told["days"]
    searched = cost.pop("group_costs") or []
    found["days"].append({**cost, "alone": _sum_of(told["shares"], "alone"), "groups_asked": len(searched)})
    return faults


def _sum_of(rows: Sequence[Told], name: str) -> str:
    return f"{sum((Decimal(row[name]) for row in rows if row[name] is not None), Decimal()):.2f}"
