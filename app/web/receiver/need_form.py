"""The form of what a place needs: from fields to requests of the API, and errors back to their fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from app.domain.units import kg_text
from app.kit.errors import FieldError, WaslError, invalid_request
from app.models.needs import Need
from app.needs.schemas import NeedsIn, StandingNeedIn
from app.web.language import Language
from app.web.sent_forms import TypedForm, lines_typed, lists_of, read_as, texts_of, whole_number

LINE_FIELDS = ("category", "kg", "people_served", "minimum_shelf_life_days", "priority", "past_best_before", "note")
LIST_FIELDS = ("excluded_allergens", "required_dietary_flags")
TOP_FIELDS = ("key", "site_id", "repeat", "ends_on")
MOST_LINES = 9  # as many as there are categories
DAYS_MISSING = "Choose at least one day."
WEEKDAYS_MISSING = "Choose at least one weekday."


@dataclass
class NeedForm(TypedForm):
    """What stands in the form: as typed, with the errors of each field."""

    key: str = ""
    site_id: str = ""
    repeat: str = "once"
    ends_on: str = ""
    days: list[str] = field(default_factory=list)
    weekdays: list[int] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class AmountForm(TypedForm):
    """The amount of a need, or of a standing one, that is stated already, as it was typed anew."""

    need_id: UUID
    kg: str


def empty_line() -> dict[str, Any]:
    """A line as it stands in a fresh form."""
    texts = dict.fromkeys(
        ("category", "kg", "people_served", "minimum_shelf_life_days", "past_best_before", "note"), ""
    )
    return {**texts, "priority": "3", "excluded_allergens": [], "required_dietary_flags": []}


def as_before(need: Need) -> dict[str, Any]:
    """A line as it was asked for, on the same terms."""
    return {
        "category": need.category,
        "kg": kg_text(need.grams),
        "people_served": str(need.people_served or ""),
        "minimum_shelf_life_days": str(need.minimum_shelf_life_days or ""),
        "priority": str(need.priority),
        "past_best_before": "yes" if need.accepts_past_best_before else "",
        "note": need.note,
        "excluded_allergens": list(need.excluded_allergens),
        "required_dietary_flags": list(need.required_dietary_flags),
    }


def read_sent(data: FormData) -> NeedForm:
    """What a browser sent, as it was typed."""
    fields, lists = texts_of(data), lists_of(data)
    form = NeedForm(**{name: fields.get(name, "") for name in TOP_FIELDS})  # type: ignore[arg-type]
    form.days = list(dict.fromkeys(lists.get("days", ())))[:14]
    form.weekdays = [int(each) for each in lists.get("weekdays", ()) if each in tuple("1234567")]
    for number in range(lines_typed(fields, MOST_LINES)):
        line: dict[str, Any] = {name: fields.get(f"line-{number}-{name}", "") for name in LINE_FIELDS}
        line |= {name: list(lists.get(f"line-{number}-{name}", ())) for name in LIST_FIELDS}
        form.lines.append(line)
    return form


def add_line(form: NeedForm, line: dict[str, Any] | None = None) -> None:
    """One more line; one that is filled in takes the place of the line of its category, else of an empty one."""
    if line is not None:
        for position, typed in enumerate(form.lines):
            if typed["category"] == line["category"]:
                form.lines[position] = line
                return
        for position, typed in enumerate(form.lines):
            if not (typed["category"] or typed["kg"]):
                form.lines[position] = line
                return
    if len(form.lines) < MOST_LINES:
        form.lines.append(line or empty_line())


def remove_line(form: NeedForm, typed: str) -> None:
    """One line less; the last one is emptied."""
    number = whole_number(typed)
    if isinstance(number, int) and number < len(form.lines):
        del form.lines[number]
    if not form.lines:
        form.lines.append(empty_line())


def needs_of(form: NeedForm, today: date) -> NeedsIn:
    """Each line on each chosen day; raises `invalid_request` (422) with every field that does not fit."""
    missing = [] if form.days else [FieldError("/days", DAYS_MISSING, "days_missing")]
    # What is missing is said above in our words; the rest of the form is looked at all the same.
    days = form.days or [today.isoformat()]
    documents = [{**_terms(form, line), "service_date": day} for line in form.lines for day in days]
    try:
        wish = read_as(NeedsIn, {"needs": documents})
    except WaslError as error:
        raise invalid_request([*missing, *at_lines(form, error)]) from error
    if missing:
        raise invalid_request(missing)
    return wish


def standing_needs_of(form: NeedForm, today: date) -> list[StandingNeedIn]:
    """Each line on the chosen weekdays from today on; raises `invalid_request` (422) as above."""
    missing = [] if form.weekdays else [FieldError("/weekdays", WEEKDAYS_MISSING, "weekdays_missing")]
    more = {"weekdays": form.weekdays or [1], "starts_on": today.isoformat(), "ends_on": form.ends_on or None}
    found = []
    for position, line in enumerate(form.lines):
        try:
            found.append(read_as(StandingNeedIn, {**_terms(form, line), **more}))
        except WaslError as error:
            missing += [moved(each, position) for each in error.errors]
    if missing:
        raise invalid_request(missing)
    return found


def at_lines(form: NeedForm, error: WaslError) -> list[FieldError]:
    """Errors of needs at the lines that they are of, each field once."""
    found: dict[str, FieldError] = {}
    for each in error.errors:
        _, _, rest = each.pointer.partition("/needs/")
        position, _, name = rest.partition("/")
        line = int(position) // max(1, len(form.days)) if position.isdecimal() else 0
        at = moved(FieldError(f"/{name}" if name else "", each.detail, each.code, each.words, each.template), line)
        found.setdefault(at.pointer, at)
    return list(found.values())


def moved(error: FieldError, line: int) -> FieldError:
    """An error of one need at its line; where and when are asked once for all."""
    at = error.pointer or "/category"
    pointer = at if at.startswith(("/site_id", "/ends_on", "/weekdays")) else f"/lines/{line}{at}"
    pointer = "/days" if at == "/service_date" else pointer
    return FieldError(pointer, error.detail, error.code, error.words, error.template)


def day_refused(form: NeedForm, error: WaslError, language: Language) -> Mapping[str, str]:
    """Where the service refused one need: the sentence at its line, with the day that it is about."""
    position = error.errors[0].pointer.removeprefix("/needs/") if error.errors else ""
    if not position.isdecimal() or not form.days:
        return {}
    line, day = divmod(int(position), len(form.days))
    try:
        told = language.day(date.fromisoformat(form.days[day]))
    except ValueError:
        told = form.days[day]
    return {f"/lines/{line}/category": f"{told}: {language.at_field(error.errors[0])}"}


def _terms(form: NeedForm, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the API's request has it."""
    return {
        "site_id": form.site_id,
        "category": line["category"],
        "kg": line["kg"],
        "people_served": _number(line["people_served"]),
        "minimum_shelf_life_days": _number(line["minimum_shelf_life_days"]),
        "priority": whole_number(line["priority"] or "3"),
        "accepts_past_best_before": bool(line["past_best_before"]),
        "excluded_allergens": line["excluded_allergens"],
        "required_dietary_flags": line["required_dietary_flags"],
        "note": line["note"],
    }


def _number(typed: str) -> int | str:
    return whole_number(typed) if typed.strip() else 0
