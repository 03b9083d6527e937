"""The lines of an offer's form: one more, one less, one as it was posted before, one that is known by its barcode."""

from typing import Any

from app.models.offers import OfferLine
from app.offers.schemas import MOST_LINES
from app.web.store.offer_form import OfferForm, as_before, empty_line

AS_TYPED = ("gtin", "kg", "crates", "mark_date", "lot")
SAYS_SOMETHING = ("category", "description", "kg", "mark_date", "gtin", "lot")


def add_line(form: OfferForm, line: dict[str, Any] | None = None) -> bool:
    """One more line; what is filled in takes the place of a line that is not. False where the form is full."""
    if line is not None and _is_blank(form.lines[-1]):
        form.lines[-1] = line
    elif len(form.lines) < MOST_LINES:
        form.lines.append(line or empty_line())
    else:
        return False
    return True


def remove_line(form: OfferForm, number: str) -> None:
    """One line less; the last one is emptied."""
    position = position_of(form, number)
    if position is None:
        return
    del form.lines[position]
    if not form.lines:
        form.lines.append(empty_line())


def fill_in(form: OfferForm, position: int, row: OfferLine) -> None:
    """What is known of the food, in place of what stood there, which may be of a pack that was looked up before. How
    much of it there is, and the date on this pack, stay as they were typed."""
    line = form.lines[position]
    form.lines[position] = as_before(row) | {name: line[name] for name in AS_TYPED}


def position_of(form: OfferForm, number: str) -> int | None:
    """Which line a button named; None where there is none."""
    named = {str(position): position for position in range(len(form.lines))}
    return named.get(number)


def _is_blank(line: dict[str, Any]) -> bool:
    return not any(line[name] for name in SAYS_SOMETHING)
