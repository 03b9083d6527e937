"""The form of a grant: as typed, as the API reads it, and as a grant fills it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from app.domain.funding import CHOOSES
from app.funding.schemas import GrantChange, GrantIn
from app.models.funding import Grant
from app.web.sent_forms import TypedForm, decimal_number, lists_of, read_as, texts_of, whole_number
from app.web.visitor import Sent

TEXTS = (
    "organisation_id",
    "giver",
    "amount",
    "valid_from",
    "valid_until",
    "purpose",
    "note",
    "ended_on",
    "card_id",
    "version",
    "key",
)
BLANK_ROWS, MOST_ROWS = 2, 100


@dataclass
class GrantForm(TypedForm):
    """What stands in the form. chosen: by purpose, what is ticked. received: a day and an amount each, as typed."""

    key: str = ""
    version: str = ""
    organisation_id: str = ""
    giver: str = ""
    amount: str = ""
    valid_from: str = ""
    valid_until: str = ""
    ended_on: str = ""
    purpose: str = "running"
    restricted: bool = False
    note: str = ""
    card_id: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    received: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        """A field by its name, for the template."""
        return getattr(self, name)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The payments that are there, with room for more."""
        return [*self.received, *[("", "")] * BLANK_ROWS][:MOST_ROWS]


def fresh() -> GrantForm:
    """An empty one."""
    return GrantForm(key=str(uuid4()))


def of_grant(grant: Grant) -> GrantForm:
    """A grant as it is."""
    return GrantForm(
        version=str(grant.version),
        organisation_id=str(grant.organisation_id or ""),
        giver=grant.giver,
        amount=_amount(grant.cents),
        valid_from=grant.valid_from.isoformat(),
        valid_until=grant.valid_until.isoformat(),
        ended_on="" if grant.ended_on is None else grant.ended_on.isoformat(),
        purpose=grant.purpose,
        restricted=grant.restricted,
        note=grant.note,
        card_id=str(grant.card_id or ""),
        chosen={grant.purpose: list(grant.chosen)},
        received=[(each["on"], _amount(each["cents"])) for each in grant.received],
    )


def _amount(cents: int) -> str:
    return f"{cents / 100:.2f}"


def read(sent: Sent) -> GrantForm:
    """What was sent, as it was typed."""
    texts, lists = texts_of(sent), lists_of(sent)
    count = whole_number(texts.get("row_count", ""))
    rows = range(min(count, MOST_ROWS) if isinstance(count, int) else 0)
    typed = [(texts.get(f"received-{row}-on", ""), texts.get(f"received-{row}-amount", "")) for row in rows]
    return GrantForm(
        **{name: texts.get(name, "") for name in TEXTS},  # type: ignore[arg-type]
        restricted="restricted" in texts,
        chosen={purpose: lists.get(purpose, []) for purpose in sorted(CHOOSES)},
        received=[row for row in typed if any(each.strip() for each in row)],
    )


def _document(form: GrantForm) -> dict[str, Any]:
    return {
        "amount": decimal_number(form.amount),
        "valid_from": form.valid_from,
        "valid_until": form.valid_until,
        "restricted": form.restricted,
        "purpose": form.purpose,
        "chosen": form.chosen.get(form.purpose, []),
        "received": [{"on": on, "amount": decimal_number(amount)} for on, amount in form.received],
        "note": form.note,
        "card_id": form.card_id or None,
    }


def new_grant(form: GrantForm) -> GrantIn:
    """The API's request; raises WaslError with every field that does not fit."""
    organisation = form.organisation_id or None
    giver = "" if organisation else form.giver
    return read_as(GrantIn, {**_document(form), "organisation_id": organisation, "giver": giver})


def changed_grant(form: GrantForm, is_partner: bool) -> GrantChange:
    """The API's request of a change; what is empty misses, and does not stay as it was."""
    # A partner's name is not typed here, and stays: looked at is all the rest, as of somebody who has a name.
    looked_at = read_as(GrantIn, {**_document(form), "giver": "a partner" if is_partner else form.giver}).model_dump()
    del looked_at["organisation_id"]
    if is_partner:
        del looked_at["giver"]
    ended = {"ended_on": form.ended_on} if form.ended_on else {}
    return read_as(GrantChange, {**looked_at, **ended})


def ticked(form: GrantForm, purpose: str) -> Sequence[str]:
    """What of a purpose's choices is ticked."""
    return form.chosen.get(purpose, [])
