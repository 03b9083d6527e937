"""Residents who help on the invented day: they apply on the network's page, are accepted, take shifts and tasks."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.caller import Caller
from app.demo.partners import SignIn, TakingPart

FOOD_BANK, PILL = "node/10937165747", "node/10278090261"
WEEKDAYS = range(1, 6)
SORTING = "Sort what came in · \u2068فرز ما وصل\u2069"


@dataclass(frozen=True)
class Resident:
    """Somebody invented who wants to help, and what they offer."""

    name: str
    mail: str
    language: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    vehicle: str = "none"
    parts: tuple[str, ...] = ()
    note: str = ""


HELPING = (
    Resident("Volunteer 1 (invented)", "volunteer-1", "en", ("en", "cy"), ("licence_b", "lifting"), "car"),
    Resident("Volunteer 2 (invented)", "volunteer-2", "en", ("en",), ("lifting",), parts=("morning", "afternoon")),
    Resident("متطوعة 3 (غير حقيقية)", "volunteer-3", "ar", ("ar", "en"), ("food_hygiene",), parts=("afternoon",)),
    Resident("Volunteer 4 (invented)", "volunteer-4", "en", ("en", "pl"), ("food_hygiene", "lifting"), "bike"),
    Resident("متطوع 5 (غير حقيقي)", "volunteer-5", "ar", ("ar",), ("licence_b",), "car", ("evening",)),
)
APPLYING = Resident(
    "متطوعة 6 (غير حقيقية)", "volunteer-6", "ar", ("ar", "en"), ("food_hygiene", "chilled_food"),
    parts=("afternoon",), note="أستطيع المساعدة في الفرز بعد الظهر.",
)  # fmt: skip


@dataclass(frozen=True)
class Helping:
    """A resident who was accepted, as they ask the service."""

    caller: Caller
    sign_in: SignIn


def apply_to_help(office: Caller, taking_part: TakingPart) -> None:
    """Six apply on the network's page."""
    with office.another(None) as anybody:
        for resident in (*HELPING, APPLYING):
            anybody.post(f"/public-pages/{taking_part.page}/applications", _application(resident))


def accept_residents(office: Caller) -> list[Helping]:
    """Five are accepted and answer their invitations; one waits."""
    found = []
    applied = {each["name"]: each for each in office.get("/volunteers", state="waiting")["items"]}
    with office.another(None) as anybody:
        for resident in HELPING:
            waiting, password = applied[resident.name], secrets.token_urlsafe(10)
            taken = office.post(f"/volunteers/{waiting['id']}/accept", {"role": "volunteer"})
            answer = {"token": taken["invitation"]["link"]["token"], "password": password}
            session = anybody.post("/invitations/accept", answer)
            sign_in = SignIn(resident.name, waiting["email"], password)
            found.append(Helping(office.another(session["token"]), sign_in))
    return found


def _application(resident: Resident) -> dict[str, Any]:
    return {
        "name": resident.name,
        "email": f"{resident.mail}-{secrets.token_hex(3)}@newport.example",
        "language": resident.language,
        "agrees": True,
        "languages": list(resident.languages),
        "skills": list(resident.skills),
        "vehicle": resident.vehicle,
        "slots": [f"{weekday} {part}" for weekday in WEEKDAYS for part in resident.parts],
        "note": resident.note,
    }


def take_tasks(taking_part: TakingPart, helping: list[Helping], day: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Shifts and tasks of the day and of the next one, and who takes which; the places that were taken of the day."""
    first, second, third, fourth, fifth = (each.caller for each in helping)
    shift_of = {shift["vehicle_id"]: shift["id"] for shift in taking_part.shifts}
    lent = next(each for each in taking_part.wheels if not each.van.driver)
    own = next(each for each in taking_part.wheels if each.site is taking_part.sites[FOOD_BANK])
    drive = lent.owner.post(
        "/tasks", {"kind": "drive", "shift_id": shift_of[lent.vehicle["id"]], "skills": ["licence_b"]}
    )
    ride = own.owner.post(
        "/tasks", {"kind": "ride_along", "shift_id": shift_of[own.vehicle["id"]], "skills": ["lifting"]}
    )
    sort = _task(taking_part, FOOD_BANK, "sorting", SORTING, (day, "13:00", "15:30"), zone, 3)
    hand_out = _task(
        taking_part, PILL, "distribution", "Hand out food · \u2068توزيع الطعام\u2069",
        (day + timedelta(days=1), "10:00", "13:00"), zone, 4,
    )  # fmt: skip
    tomorrow = (day + timedelta(days=1), "14:00", "16:30")
    _task(taking_part, FOOD_BANK, "sorting", SORTING, tomorrow, zone, 3)  # nobody has taken it yet
    _take(first, drive)
    done = [_take(second, ride), _take(third, sort), _take(fourth, sort)]
    for caller in (first, fifth):
        _take(caller, hand_out)
    for caller in (first, second, third, fourth, fifth):
        caller.close()
    return done


def _take(caller: Caller, task: dict[str, Any]) -> dict[str, Any]:
    taken: dict[str, Any] = caller.post(f"/tasks/{task['id']}/sign-ups")
    return taken


def _task(
    taking_part: TakingPart,
    osm_id: str,
    kind: str,
    title: str,
    when: tuple[date, str, str],
    zone: ZoneInfo,
    wanted: int,
) -> dict[str, Any]:
    """A task at a real place, asked for by whoever runs that place."""
    site, (day, begins, ends) = taking_part.sites[osm_id], when
    starts_at, ends_at = (datetime.combine(day, time.fromisoformat(each), tzinfo=zone) for each in (begins, ends))
    task: dict[str, Any] = taking_part.owners[osm_id].post(
        "/tasks",
        {
            "kind": kind,
            "title": title,
            "place": site["name"],
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "people_wanted": wanted,
            "bring": "",
            "note": "Invented · \u2068غير حقيقي\u2069",
        },
    )
    return task


def thank(office: Caller, places: list[dict[str, Any]]) -> None:
    """In the evening the coordinator says who came; a shift that was driven speaks for itself a day later."""
    for place in places:
        office.post(f"/sign-ups/{place['id']}/attendance", {"came": True})
