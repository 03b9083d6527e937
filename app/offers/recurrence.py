"""On which days something happens again: the part of RFC 5545's RRULE that a shop's week needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Annotated

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

MOST_INTERVAL = 52
MOST_COUNT = 1000
_PARTS = {
    "FREQ": re.compile(r"WEEKLY|DAILY"),
    "BYDAY": re.compile(r"(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*"),
    "INTERVAL": re.compile(r"[0-9]{1,2}"),
    "COUNT": re.compile(r"[0-9]{1,4}"),
    "UNTIL": re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}
_SENTENCES = {
    "FREQ": "Repeat weekly or daily: FREQ=WEEKLY;BYDAY=MO,TH.",
    "BYDAY": "Write the weekdays as in BYDAY=MO,TH, without a number.",
    "INTERVAL": f"Repeat at most every {MOST_INTERVAL} weeks or days: INTERVAL=2.",
    "COUNT": f"Repeat at most {MOST_COUNT} times: COUNT=10.",
    "UNTIL": "Write the last day as in UNTIL=20270131.",
    "WKST": "Write the first day of the week as in WKST=MO.",
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OTHERS = "Only FREQ, BYDAY, INTERVAL, UNTIL, COUNT and WKST can be used, each once: FREQ=WEEKLY;BYDAY=MO,TH."


def readable_recurrence(text: str) -> str:
    """The rule as it is kept; refused, with a sentence, where it is more than a shop's week needs."""
    parts = _parts(text)
    if "FREQ" not in parts:
        raise _unfit(_SENTENCES["FREQ"])
    if not 1 <= int(parts.get("INTERVAL", "1")) <= MOST_INTERVAL:
        raise _unfit(_SENTENCES["INTERVAL"])
    if not 1 <= int(parts.get("COUNT", "1")) <= MOST_COUNT:
        raise _unfit(_SENTENCES["COUNT"])
    if "COUNT" in parts and "UNTIL" in parts:
        raise _unfit("Give a number of times or a last day, not both.")
    if "UNTIL" in parts:
        _instant(parts["UNTIL"])
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or name in found:
            raise _unfit(_OTHERS)
        if _PARTS[name].fullmatch(value) is None:
            raise _unfit(_SENTENCES[name])
        found[name] = value
    return found


def _instant(until: str) -> datetime:
    try:
        found = datetime.fromisoformat(until)
    except ValueError as error:
        raise _unfit(_SENTENCES["UNTIL"]) from error
    if not 2000 <= found.year < 2200:
        raise _unfit(_SENTENCES["UNTIL"])
    return found


def _unfit(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("recurrence_unfit", sentence)


Recurrence = Annotated[str, StringConstraints(max_length=200), AfterValidator(readable_recurrence)]


def dates_between(
    recurrence: str, starts_on: date, ends_on: date | None, first: date, last: date, zone: tzinfo
) -> Sequence[date]:
    """The rule's local days from `first` to `last`, both included, counted from `starts_on`."""
    last = min(last, ends_on or last)
    if last < max(first, starts_on):
        return []
    parts = _parts(recurrence)
    if "UNTIL" in parts:
        last = min(last, _last_day(parts["UNTIL"], zone))
    # Always with an end: a rule whose weekdays its interval never meets would be sought until the year 9999.
    parts["UNTIL"] = f"{last:%Y%m%d}"
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    begin = starts_on if count is not None else _shortly_before(first, starts_on, parts)
    rule = rrulestr(
        ";".join(f"{name}={value}" for name, value in parts.items()), dtstart=datetime.combine(begin, time.min)
    )
    return [day for day in (each.date() for each in islice(rule, count)) if day >= first]


def _shortly_before(first: date, starts_on: date, parts: Mapping[str, str]) -> date:
    """Whole intervals after a rule began, so that what began years ago is not counted through from there."""
    interval = int(parts.get("INTERVAL", "1")) * (7 if parts["FREQ"] == "WEEKLY" else 1)
    return starts_on + timedelta(days=max(0, (first - starts_on).days) // interval * interval)


def _last_day(until: str, zone: tzinfo) -> date:
    found = _instant(until)
    return (found.astimezone(zone) if found.tzinfo else found).date()


@dataclass(frozen=True)
class Rhythm:
    """A rule as people say it.

    weeks: on `weekdays` (Monday is 1) every so many weeks; days: every so many days, of `weekdays` alone where there
    are some. until: the rule's own last day. times: how often in all.
    """

    weeks: int
    days: int
    weekdays: tuple[int, ...]
    until: date | None
    times: int | None


def rhythm_of(recurrence: str, starts_on: date, zone: tzinfo) -> Rhythm:
    """What a rule that is kept says."""
    parts = _parts(recurrence)
    interval = int(parts.get("INTERVAL", "1"))
    named = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    weekdays = tuple(sorted({_WEEKDAYS.index(each) + 1 for each in named}))
    weekly = parts["FREQ"] == "WEEKLY" or (interval == 1 and bool(weekdays))
    if weekly and not weekdays:
        weekdays = (starts_on.isoweekday(),)
    return Rhythm(
        weeks=interval if weekly else 0,
        days=0 if weekly else interval,
        weekdays=weekdays,
        until=_last_day(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        times=int(parts["COUNT"]) if "COUNT" in parts else None,
    )


def weekly_on(weekdays: Sequence[int]) -> str:
    """The rule of every week on these weekdays (Monday is 1)."""
    return f"FREQ=WEEKLY;BYDAY={','.join(_WEEKDAYS[each - 1] for each in sorted(set(weekdays)))}"
