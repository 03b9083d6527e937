"""A week's opening hours as people read them: "Mon–Fri 09:00–17:00" in the reader's own language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.weekdays import runs_of
from app.kit.errors import WaslError
from app.kit.language import PlainLanguage
from app.partners.opening_hours import stored_hours

# From so many days in a row on, the first and the last are said for all of them.
LEAST_RUN = 3


def hours_of_the_map(language: PlainLanguage, text: str, today: date) -> list[tuple[str, str]]:
    """Days and hours of each weekly window of opening hours in OpenStreetMap's words; [] where no week says them."""
    try:
        weekly, _ = stored_hours(text, today)
    except WaslError:
        return []
    return week_in_words(language, weekly)


def week_in_words(language: PlainLanguage, weekly: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The days and the hours of each window (weekdays 1 to 7 from Monday on, opens and closes as HH:MM)."""
    return [(days_in_words(language, each["weekdays"]), f"{each['opens']}–{each['closes']}") for each in weekly]


def days_in_words(language: PlainLanguage, weekdays: Sequence[int]) -> str:
    """Weekdays (1 to 7 from Monday on) by their short names: three or more in a row as first and last."""
    names = language.locale.days["stand-alone"]["abbreviated"]
    return language.comma.join(
        f"{names[first - 1]}–{names[last - 1]}"
        if last - first + 1 >= LEAST_RUN
        else language.comma.join(names[day - 1] for day in range(first, last + 1))
        for first, last in runs_of(weekdays)
    )
