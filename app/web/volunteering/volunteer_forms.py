"""The forms of somebody who helps and of a task: from fields to requests of the API, and errors back to fields."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from app.domain.service_date import local_instant
from app.domain.units import kg_text
from app.domain.volunteering import WITH_SHIFT
from app.volunteering.profiles import Seen
from app.volunteering.schemas import ApplicationIn, ProfileIn, TaskIn
from app.web.sent_forms import TypedForm, decimal_number, lists_of, read_as, texts_of, whole_number

LISTS = ("languages", "skills", "slots")


@dataclass(kw_only=True)
class ProfileForm(TypedForm):
    """What somebody offers, as it was typed; name, address and consent where they apply."""

    name: str = ""
    email: str = ""
    phone: str = ""
    vehicle: str = "none"
    vehicle_kg: str = ""
    note: str = ""
    agrees: bool = False
    languages: list[str] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class TaskForm(TypedForm):
    """A task as it was typed, in the network's local time; what ends before it begins ends the day after."""

    key: str = ""
    kind: str = "sorting"
    shift_id: str = ""
    title: str = ""
    place: str = ""
    day: str = ""
    starts: str = ""
    ends: str = ""
    people_wanted: str = "1"
    bring: str = ""
    note: str = ""
    own_vehicle: bool = False
    languages: list[str] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)


def read_profile(data: FormData) -> ProfileForm:
    """What was sent, as it was typed."""
    texts, lists = texts_of(data), lists_of(data)
    names = ("name", "email", "phone", "vehicle", "vehicle_kg", "note")
    return ProfileForm(
        agrees="agrees" in texts,
        **{name: texts.get(name, "") for name in names},  # type: ignore[arg-type]
        **{name: lists.get(name, []) for name in LISTS},  # type: ignore[arg-type]
    )


def of_profile(profile: Seen) -> ProfileForm:
    """A profile as it is."""
    return ProfileForm(
        phone=profile.phone,
        vehicle=profile.vehicle,
        vehicle_kg=kg_text(profile.vehicle_grams) if profile.vehicle_grams else "",
        note=profile.note,
        languages=profile.languages,
        skills=profile.skills,
        slots=profile.slots,
    )


def profile_of(form: ProfileForm) -> ProfileIn:
    """The API's request; raises WaslError with every field that does not fit."""
    return read_as(ProfileIn, _offered(form))


def application_of(form: ProfileForm, language: str) -> ApplicationIn:
    """The API's request; raises WaslError with every field that does not fit."""
    who = {"name": form.name, "email": form.email, "language": language, "agrees": form.agrees}
    return read_as(ApplicationIn, {**_offered(form), **who})


def _offered(form: ProfileForm) -> dict[str, Any]:
    kg = decimal_number(form.vehicle_kg)
    return {
        "phone": form.phone,
        "vehicle": form.vehicle or "none",
        "vehicle_kg": kg or "0",
        "note": form.note,
        **{name: getattr(form, name) for name in LISTS},
    }


def fresh_task(day: date, kind: str = "sorting", shift_id: str = "") -> TaskForm:
    """A morning's sorting, or what is asked for a shift."""
    skills = ["licence_b"] if kind == "drive" else []
    return TaskForm(
        key=str(uuid4()), kind=kind, shift_id=shift_id, day=day.isoformat(), starts="09:00", ends="12:00", skills=skills
    )


def read_task(data: FormData) -> TaskForm:
    """What was sent, as it was typed."""
    texts, lists = texts_of(data), lists_of(data)
    names = ("key", "kind", "shift_id", "title", "place", "day", "starts", "ends", "people_wanted", "bring", "note")
    return TaskForm(
        own_vehicle="own_vehicle" in texts,
        **{name: texts.get(name, "") for name in names},  # type: ignore[arg-type]
        **{name: lists.get(name, []) for name in ("languages", "skills")},  # type: ignore[arg-type]
    )


def task_of(form: TaskForm, zone: ZoneInfo) -> TaskIn:
    """The API's request; raises WaslError with every field that does not fit."""
    document: dict[str, Any] = {
        "kind": form.kind,
        "people_wanted": 1 if form.kind == "drive" else whole_number(form.people_wanted),
        "skills": form.skills,
        "languages": form.languages,
        "own_vehicle": form.own_vehicle,
        "bring": form.bring,
        "note": form.note,
        **{name: value for name in ("title", "place") if (value := getattr(form, name).strip())},
    }
    if form.kind in WITH_SHIFT:
        return read_as(TaskIn, {**document, "shift_id": form.shift_id or None})
    starts, ends = _instants(form, zone)
    return read_as(TaskIn, {**document, "starts_at": starts, "ends_at": ends})


def _instants(form: TaskForm, zone: ZoneInfo) -> tuple[datetime | str, datetime | str]:
    """Text where something is no day or no time: the API's schema has the sentence for it."""
    day, starts, ends = _read(date, form.day), _read(time, form.starts), _read(time, form.ends)
    if day is None or starts is None or ends is None:
        return "", ""
    last = day + timedelta(days=1) if ends <= starts else day
    return local_instant(day, starts, zone), local_instant(last, ends, zone)


def _read[T: (date, time)](kind: type[T], typed: str) -> T | None:
    try:
        return kind.fromisoformat(typed)
    except ValueError:
        return None
