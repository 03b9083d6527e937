"""Duplicate effort, as the list that a coordinator works through: who is at the same store or street on one day, and
which visits carry less than they cost, with what pooling would save."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.duplicates import ASSUMPTIONS, MOST_METRES, USUAL_METRES
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.partners.service import network_of, zone_of
from app.reports.duplicates.queries import DuplicateEffort, Line, duplicate_effort, usual_days
from app.reports.duplicates.schemas import LONGEST_NOTE
from app.reports.duplicates.service import mark_duplicate
from app.reports.together.recorded import first_day_not_over
from app.web.language import Language, language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
SHOWN = 40  # of the list to work through; the file has them all
OUTCOME_WORDS = {
    "pooled": "We have agreed to pool it",
    "reason": "There is a reason for it",
    "later": "Later",
}
MISFIT_WORDS = {
    "room": "room in the van",
    "times": "hours and windows",
    "skills": "what the van has to be able to do",
    "limits": "its most kilometres or stops",
}
GROUP_TITLES = {True: "Recorded: this was driven", False: "Only planned: nobody has reported these days"}
TITLES = {
    "little_food": "{partner} at {place}: too little food for the way",
    "one_partner": "Several vans of {partner} at {place}",
    "same_place": "{first} and {second} both at {place}",
    "nearby": "{first} at {here} and {second} at {there}, {metres} m apart",
}
Outcome = Literal["pooled", "reason", "later"]


@dataclass(frozen=True)
class Asked:
    """What the form of the page says, as it was typed, and what is wrong with it by field."""

    first: str
    last: str
    metres: str
    faults: dict[str, str] = field(default_factory=dict)

    def read(self, after: date) -> tuple[date, date, int]:
        """The days, unless others are asked for those that end before `after`, and the distance. Raises ValueError with
        the name of the field that is none."""
        first, last = usual_days(after)
        return (
            _read("first", self.first, date.fromisoformat, first),
            _read("last", self.last, date.fromisoformat, last),
            _read("metres", self.metres, int, USUAL_METRES),
        )

    def query(self) -> dict[str, str]:
        """As it stands in the address."""
        return {"from": self.first, "until": self.last, "metres": self.metres}


def _read[T](name: str, typed: str, kind: Callable[[str], T], otherwise: T) -> T:
    if not typed.strip():
        return otherwise
    try:
        return kind(typed.strip())
    except ValueError as error:
        raise ValueError(name) from error


NOT_READ = {"first": "Choose a day.", "last": "Choose a day.", "metres": "Write whole metres, such as 300."}
FIELD_OF_CODE = {"range_inverted": "last", "too_many_days_to_look_at": "first", "too_far_to_be_near": "metres"}


@dataclass(frozen=True)
class Group:
    """Entries to work through, and beside them those where pooling would save no way."""

    title: str
    lines: Sequence[Line]
    idle: Sequence[Line]

    @property
    def shown(self) -> Sequence[Line]:
        """The first of the entries to work through."""
        return self.lines[:SHOWN]


def _is_idle(line: Line) -> bool:
    """Whether pooling is known to save no way, and nothing else is wrong with the visits."""
    return line.entry.saved_metres == 0 and line.entry.kind != "little_food"


@dataclass(frozen=True)
class DuplicatesView:
    """All that the page shows; found: None where what was asked for cannot be."""

    zone: ZoneInfo
    currency: str
    asked: Asked
    found: DuplicateEffort | None

    def _lines(self, *, recorded: bool) -> list[Line]:
        lines = [] if self.found is None else self.found.lines
        return [each for each in lines if each.to_work_through and each.entry.recorded == recorded]

    @property
    def groups(self) -> list[Group]:
        """What is to be worked through, what was done first."""
        found = [(title, self._lines(recorded=recorded)) for recorded, title in GROUP_TITLES.items()]
        return [
            Group(title, [each for each in lines if not _is_idle(each)], [each for each in lines if _is_idle(each)])
            for title, lines in found
            if lines
        ]

    @property
    def dealt_with(self) -> list[Line]:
        """What somebody has dealt with, and what has not happened again."""
        return [] if self.found is None else [each for each in self.found.lines if not each.to_work_through]

    def money(self, cents: float) -> str:
        """An amount in the network's currency."""
        return f"{cents / 100:.2f} {self.currency}"


@router.get("/duplicate-effort")
def show(request: Request, visitor: Visitor, until: str = "", metres: str = "") -> Response:
    """The four weeks that are over, or the days that were asked for."""
    visitor.require("plans.edit")
    asked = Asked(request.query_params.get("from", ""), until, metres)
    language = language_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        after = first_day_not_over(session, network, now_of(request))
        asked, found = _looked_for(session, visitor, asked, after, language)
    locale = language.locale
    return render(
        request,
        "duplicates.html",
        status=200 if found is not None else 422,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=DuplicatesView(zone_of(network), network.currency, asked, found),
        title_of=lambda line: title_of(line, language),
        weekdays_of=lambda line: weekdays_of(line, language),
        day_label=lambda day: format_date(day, "EEE d MMM", locale=locale),
        misfits=lambda entry: _listed(language, [MISFIT_WORDS[each] for each in sorted(entry.misfits)]),
        outcomes=OUTCOME_WORDS,
        assumptions=ASSUMPTIONS,
        most_metres=MOST_METRES,
        longest_note=LONGEST_NOTE,
    )


def _looked_for(
    session: Session, visitor: Principal, asked: Asked, after: date, language: Language
) -> tuple[Asked, DuplicateEffort | None]:
    """What was found, with the days that it was looked for on; or what was typed, with what is wrong with it."""
    try:
        first, last, metres = asked.read(after)
    except ValueError as error:
        name = str(error)
        return replace(asked, faults={name: str(language.t(NOT_READ[name]))}), None
    asked = Asked(first.isoformat(), last.isoformat(), str(metres))
    try:
        return asked, duplicate_effort(session, visitor, first, last, metres)
    except WaslError as error:
        if error.code not in FIELD_OF_CODE:
            raise
        return replace(asked, faults={FIELD_OF_CODE[error.code]: language.refusal(error)}), None


def title_of(line: Line, language: Language) -> str:
    """Who does what where, in one sentence."""
    entry, partners, places = line.entry, line.partners, line.places
    of_one = entry.sides[0] == entry.sides[-1]
    name = "one_partner" if of_one and len(entry.sides) > 1 else str(entry.kind)
    return language.t(
        TITLES[name],
        partner=partners[0],
        first=partners[0],
        second=partners[-1],
        place=places[0],
        here=places[0],
        there=places[-1],
        metres=str(entry.metres_apart),
    )


def _listed(language: Language, words: Sequence[str]) -> str:
    return str(language.comma.join(str(language.t(each)) for each in words))


def weekdays_of(line: Line, language: Language) -> str:
    """The weekdays that it falls on, the one that has it most first, with how often."""
    days = [day.isoweekday() for day in line.entry.days]
    names = language.locale.days["stand-alone"]["wide"]
    told = [f"{names[each - 1]} ({days.count(each)})" for each in line.entry.weekdays]
    return str(language.comma.join(told))


@router.post("/duplicate-effort")
def dealt_with(
    request: Request,
    visitor: Visitor,
    entry: Annotated[str, Form(max_length=200)],
    seen_until: Annotated[date, Form()],
    outcome: Annotated[Outcome, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    first: Annotated[str, Form(alias="from", max_length=10)] = "",
    last: Annotated[str, Form(alias="until", max_length=10)] = "",
    metres: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Say that an entry is dealt with, as it was shown, and come back to the same days."""
    now: datetime = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        mark_duplicate(session, visitor, entry, seen_until, outcome, note.strip(), now)
    return see_other("/duplicate-effort", **Asked(first, last, metres).query())
