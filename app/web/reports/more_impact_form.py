"""The form that asks what one thing more would have rescued: from fields to a request of the API, and errors back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from app.domain.additions import KINDS, USUAL_BOX_GRAMS, Prices
from app.domain.units import kg_text
from app.reports.additions.schemas import AdditionReportIn
from app.web.sent_forms import TypedForm, decimal_number, read_as

USUAL_DAYS = 7
PRICES = tuple(Prices.__dataclass_fields__)


@dataclass(kw_only=True)
class AskForm(TypedForm):
    """What stands in the form: as it was typed, with the errors of each field."""

    key: str
    first: str
    last: str
    kinds: list[str]
    prices: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PRICES, ""))
    box_kg: str = kg_text(USUAL_BOX_GRAMS)

    def days(self) -> tuple[date, date] | None:
        """The range, where both days can be read."""
        try:
            return date.fromisoformat(self.first), date.fromisoformat(self.last)
        except ValueError:
            return None


def fresh_form(after: date) -> AskForm:
    """The week that ended on the day before, and everything."""
    first, last = after - timedelta(days=USUAL_DAYS), after - timedelta(days=1)
    return AskForm(key=str(uuid4()), first=first.isoformat(), last=last.isoformat(), kinds=list(KINDS))


def read_form(texts: Mapping[str, str], kinds: list[str], otherwise: AskForm) -> AskForm:
    """What a browser sent, as it was typed; what it did not send is as in a fresh form."""
    if "from" not in texts:
        return otherwise
    return AskForm(
        key=texts.get("key", "") or otherwise.key,
        first=texts.get("from", ""),
        last=texts.get("until", ""),
        kinds=[kind for kind in KINDS if kind in kinds],
        prices={name: texts.get(f"price_{name}", "") for name in PRICES},
        box_kg=texts.get("box_kg", ""),
    )


def wish_of(form: AskForm) -> AdditionReportIn:
    """The request of the API; raises `invalid_request` (422) with every field that does not fit."""
    wish: dict[str, Any] = {
        "from": form.first,
        "until": form.last,
        "kinds": form.kinds,
        "prices": {name: decimal_number(typed) for name, typed in form.prices.items() if typed.strip()},
        "box_kg": form.box_kg,
    }
    return read_as(AdditionReportIn, wish)
