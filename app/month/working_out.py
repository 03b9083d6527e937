"""Has the service work out what is not there yet: each day together and alone, its shares, the published report."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date

from app.month.at_work import AtWork

Say = Callable[[str], None]


def work_out(month: AtWork, say: Say, minutes: float | None = None) -> dict[str, float]:
    """Ask day by day and do the jobs; how many seconds each kind took. What is there already is not made again, and
    after so many minutes no other day is begun: the days that are missing then are said."""
    until = None if minutes is None else time.monotonic() + 60 * minutes
    days = [day for day in month.played.wish.dates if _is_published(month, day)]
    took: Counter[str] = Counter()
    for name, is_there, make in (("together", _is_compared, _compare), ("shares", _is_shared, _share)):
        for day in (day for day in days if not is_there(month, day)):
            if until is not None and time.monotonic() > until:
                say(f"{day}: no time is left for {name}.")
                continue
            began = time.monotonic()
            make(month, day)
            seconds = time.monotonic() - began
            took[name] += seconds  # type: ignore[assignment]
            say(f"{day:%a %d %B}: {name} in {seconds:.0f} s.")
    _publish_impact(month)
    return {name: round(seconds, 1) for name, seconds in took.items()}


def _is_published(month: AtWork, day: date) -> bool:
    plans = month.office.get("/plans", service_date=str(day))["items"]
    return any(plan["state"] == "published" for plan in plans)


def _is_compared(month: AtWork, day: date) -> bool:
    told = month.office.get("/reports/together/day", service_date=str(day))
    return told["planned"] is not None and told["recorded"] is not None


def _compare(month: AtWork, day: date) -> None:
    month.office.post("/reports/together/days", {"service_date": str(day)})
    month.works.settle()


def _is_shared(month: AtWork, day: date) -> bool:
    told = month.office.get("/cost-shares", **{"from": str(day), "until": str(day)})
    return bool(told["days"]) and bool(told["recorded"]["days"])


def _share(month: AtWork, day: date) -> None:
    month.office.post("/cost-shares", {"service_date": str(day)})
    month.works.settle()


def _publish_impact(month: AtWork) -> None:
    """Once: what is published stays."""
    first, last = str(month.played.wish.first), str(month.played.wish.last)
    known = month.office.get("/impact/reports", limit="50")["items"]
    if not any((each["first_date"], each["last_date"]) == (first, last) for each in known):
        month.office.post("/impact/reports", {"from": first, "until": last})
