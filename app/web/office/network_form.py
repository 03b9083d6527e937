"""The sections of a network's settings: from the fields of each to a request of the API, and errors back to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from app.domain.cut_off import cut_off_of
from app.domain.escalation import policy_of as ladder_of
from app.domain.safety_limits import LAW, LIMITS, policy_of
from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.web import Body
from app.models.partners import Network
from app.partners.network_schemas import NetworkChange
from app.web.sent_forms import TypedForm, decimal_number, read_as, whole_number

Section = Literal["cut_off", "escalation", "food_safety"]
SECTIONS: tuple[Section, ...] = ("cut_off", "escalation", "food_safety")
LADDER_NUMBERS = ("radius_km", "ask_minutes", "wider_minutes", "longest_hours")
LADDER_TICKS = ("on", "next_day")
USUAL_HOUR = "07:00"  # what stands in the field as long as no plan is made by itself
METRES_A_KM = 1_000


@dataclass
class SectionForm(TypedForm):
    """What stands in the form of one section: as typed, with the errors of each field, which the API names with the
    section before them."""

    section: Section
    version: str
    texts: dict[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()


class _Radius(Body):
    """People say it in kilometres."""

    radius_km: Annotated[Decimal, Field(ge=0, le=500, max_digits=6, decimal_places=3, allow_inf_nan=False)]


def forms_of(network: Network) -> dict[Section, SectionForm]:
    """Each section as the network has it."""
    version, cut_off, ladder = str(network.version), cut_off_of(network.policy), ladder_of(network.policy)
    hours = {"at": cut_off.at.strftime("%H:%M"), "day": cut_off.day} if cut_off else {"at": USUAL_HOUR, "day": "never"}
    numbers = {
        "radius_km": f"{Decimal(ladder.radius_metres) / METRES_A_KM:f}",
        **{name: str(getattr(ladder, name)) for name in LADDER_NUMBERS[1:]},
    }
    ticked = frozenset(name for name in LADDER_TICKS if getattr(ladder, name))
    # A field of a limit that is the rule book's own stands empty: it goes on following the rule book.
    stricter = policy_of(network.food_safety)
    limits = {
        each.name: "" if (value := getattr(stricter, each.name)) == getattr(LAW, each.name) else f"{value}"
        for each in LIMITS
    }
    return {
        "cut_off": SectionForm(section="cut_off", version=version, texts=hours),
        "escalation": SectionForm(section="escalation", version=version, texts=numbers, ticked=ticked),
        "food_safety": SectionForm(section="food_safety", version=version, texts=limits),
    }


def read_sent(fields: Mapping[str, str]) -> SectionForm:
    """What a browser sent, as it was typed; a section that there is not counts as the first."""
    section = next((each for each in SECTIONS if each == fields.get("section")), SECTIONS[0])
    names = {"cut_off": ("at", "day"), "escalation": LADDER_NUMBERS, "food_safety": tuple(x.name for x in LIMITS)}
    return SectionForm(
        section=section,
        version=fields.get("version", ""),
        texts={name: fields.get(name, "") for name in names[section]},
        ticked=frozenset(name for name in LADDER_TICKS if name in fields),
    )


def change_of(form: SectionForm) -> NetworkChange:
    """The request of the API; raises `invalid_request` (422) with every field that does not fit."""
    if form.section == "cut_off":
        return read_as(NetworkChange, {"cut_off": None if form.texts["day"] == "never" else dict(form.texts)})
    if form.section == "escalation":
        return _ladder(form)
    wish = {name: _limit(name, typed) for name, typed in form.texts.items()}
    return read_as(NetworkChange, {"food_safety": wish})


def _limit(name: str, typed: str) -> str | int | None:
    if not typed.strip():
        return None
    plain = decimal_number(typed)
    if name.endswith("_celsius"):
        return plain
    negative = plain.startswith("-")
    number = whole_number(plain.removeprefix("-"))
    return -number if negative and isinstance(number, int) else number


def _ladder(form: SectionForm) -> NetworkChange:
    """Every field that does not fit is said at once, the kilometres among them."""
    said: dict[str, Any] = {name: whole_number(form.texts[name]) for name in LADDER_NUMBERS[1:]}
    said |= {name: name in form.ticked for name in LADDER_TICKS}
    errors: list[FieldError] = []
    try:
        radius = read_as(_Radius, {"radius_km": decimal_number(form.texts["radius_km"])})
        said["radius_metres"] = round(radius.radius_km * METRES_A_KM)
    except WaslError as error:
        errors += [
            FieldError("/escalation/radius_metres", each.detail, each.code, each.words, each.template)
            for each in error.errors
        ]
    try:
        wish = read_as(NetworkChange, {"escalation": said})
    except WaslError as error:
        raise invalid_request([*errors, *error.errors]) from error
    if errors:
        raise invalid_request(errors)
    return wish
