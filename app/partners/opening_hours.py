"""Opening hours as OpenStreetMap writes them, read as a week and what differs from it in the year to come."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # stub lacks the error

from app.kit.errors import FieldError, WaslError, refused

LOOKING_AHEAD = timedelta(days=364)
# The last minute of a day stands for midnight, which a local time cannot say.
END_OF_DAY = time(23, 59)
# Hours that differ from their week more often are seasons or rules that no week can say.
MOST_DIFFERENT_DAYS = 60

Hours = tuple[tuple[time, time], ...]
Stored = list[dict[str, Any]]


def stored_hours(text: str, today: date) -> tuple[Stored, Stored]:
    """The weekly windows and the dated exceptions from today on, as a site keeps them.

    The week is what most of the coming 52 weeks have; a day that differs becomes an exception. Holidays that the text
    only names ("PH off") have no dates: enter those as exceptions.

    Raises WaslError `opening_hours_unreadable` (422).
    """
    by_day = _days_of(text, today)
    weekly = {
        weekday: Counter(hours for day, hours in by_day.items() if day.isoweekday() == weekday).most_common(1)[0][0]
        for weekday in range(1, 8)
    }
    if not any(weekly.values()):
        raise _unreadable("These opening hours never open. Write them as in Mo-Fr 08:00-20:00.")
    different = {day: hours for day, hours in by_day.items() if hours != weekly[day.isoweekday()]}
    if len(different) > MOST_DIFFERENT_DAYS:
        raise _unreadable("These opening hours change with the season. Write the hours of this time of the year.")
    return _windows(weekly), [_exception(day, hours) for day, hours in sorted(different.items())]


def _days_of(text: str, today: date) -> dict[date, Hours]:
    """The local hours of each day; those that run past midnight are cut there."""
    days: dict[date, list[tuple[time, time]]] = {
        today + timedelta(days=ahead): [] for ahead in range(LOOKING_AHEAD.days)
    }
    start, end = datetime.combine(today, time()), datetime.combine(today + LOOKING_AHEAD, time())
    try:
        # Without a zone, clock times are read as they stand on the wall, clock changes included.
        found = OpeningHours(text).intervals(start, end)
        spans = [
            (opens, closes or end) for opens, closes, state, comment in found if _open(state, comment, opens, closes)
        ]
    except (ParserError, ValueError) as error:
        sentence = "These opening hours cannot be read. Write them as in Mo-Fr 08:00-20:00; Sa 09:00-17:00."
        raise _unreadable(sentence) from error
    for opens, closes in spans:
        day = opens.date()
        while day in days and datetime.combine(day, time()) < closes:
            first = opens.time() if day == opens.date() else time()
            last = closes.time() if day == closes.date() else END_OF_DAY
            if first < last:
                days[day].append((first, last))
            day += timedelta(days=1)
    return {day: tuple(hours) for day, hours in days.items()}


def _open(state: State, comment: str, opens: datetime, closes: datetime | None) -> bool:
    """Words without hours, such as "by appointment", are read by the library as open for days on end."""
    words_alone = bool(comment) and (closes is None or closes - opens >= timedelta(days=1))
    return state == State.OPEN and not words_alone


def _windows(weekly: Mapping[int, Hours]) -> Stored:
    weekdays: dict[tuple[time, time], list[int]] = defaultdict(list)
    for weekday, hours in weekly.items():
        for window in hours:
            weekdays[window].append(weekday)
    return [
        {"weekdays": days, "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
        for (opens, closes), days in sorted(weekdays.items(), key=lambda found: (found[1], found[0]))
    ]


def _exception(day: date, hours: Hours) -> dict[str, Any]:
    windows = [{"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"} for opens, closes in hours]
    return {"date": day.isoformat(), "closed": not hours, "windows": windows, "note": ""}


def _unreadable(sentence: str) -> WaslError:
    at_field = FieldError("/opening_hours", sentence, "opening_hours_unreadable")
    return refused("opening_hours_unreadable", sentence, [at_field])
