"""The whole day, from nobody to the balance: bring in, plan, publish, drive, count; and a smaller day before it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.demo import drive, earlier_day, partners, story, supporters, volunteers
from app.demo.caller import Caller
from app.demo.planned import plan_and_publish
from app.kit.clock import HandSetClock

Say = Callable[[str], None]
SEED = 2026
MORE = ("food_bank", "store", "cooled_vehicle", "opens_earlier", "driver_hour")  # a search or a few for each
EVENING = time(17, 30)  # every shift is over


@dataclass(frozen=True)
class DemoResult:
    """The JSON document, the story for a terminal, and where to look."""

    document: dict[str, Any]
    story: tuple[str, ...]
    pages: tuple[str, ...]


def run_day(
    address: str, key: str, day: date, clock: HandSetClock, say: Say, *, stay: bool, seed: int = SEED
) -> DemoResult:
    """Run that day, after an earlier one on whose early morning the clock stands.

    stay: somebody will look at it, so what takes the service some minutes is asked for as well.

    Raises DemoStopped with one sentence when the service refuses something.
    """
    with Caller(address, key) as office:
        network = office.get("/me")["network"]
        zone = ZoneInfo(network["time_zone"])
        before = clock().astimezone(zone).date()
        say(
            f"The day is {day:%A %d %B %Y}. Places and streets are real; food, needs, vehicles and people are invented."
        )
        taking_part = partners.bring_in(office, before, zone, say)
        earlier_day.play(office, taking_part, before, clock, seed, zone, say)
        clock.set(datetime.combine(before, EVENING, tzinfo=zone))
        supporters.enter_supporters(office, taking_part, day, clock)
        volunteers.apply_to_help(office, taking_part)
        say("Sponsors, a lent van, a public body and two cards take part (invented).")
        clock.set(earlier_day.early(day, zone))
        helping = volunteers.accept_residents(office)
        say(f"{len(helping)} residents help (invented).")
        partners.prepare(taking_part, day, zone, seed, say)
        places = volunteers.take_tasks(taking_part, helping, day, zone)
        taking_part.sign_ins.append(helping[0].sign_in)
        taking_part.close()
        plan = plan_and_publish(office, day.isoformat(), say)
        drive.drive(office, taking_part.shifts, clock, seed, zone, say)
        links = _links(office, plan)
        clock.set(max(clock(), datetime.combine(day, EVENING, tzinfo=zone)))
        volunteers.thank(office, places)
        _count(office, before, day)
        if stay:
            _ask_for_more(office, before, day)
        plan = office.get(f"/plans/{plan['id']}")
        report = office.get("/reports/day", service_date=day.isoformat())
        arrivals = office.get("/reports/arrivals", **{"from": day.isoformat(), "until": day.isoformat()})
        learnt = office.post("/learnt")
        around = supporters.around(office, taking_part, before)
    return DemoResult(
        document=story.document(network, day.isoformat(), taking_part.offers, plan, report)
        | story.travel_document(arrivals, learnt)
        | {"around": around},
        story=(*story.lines(plan, report), *story.travel_lines(arrivals, learnt)),
        pages=tuple(story.pages(address, day.isoformat(), taking_part, links)),
    )


def _count(office: Caller, *days: date) -> None:
    """What grants paid for, which the service counts in the night after a day, asked for now."""
    for day in days:
        office.post("/funding/days", {"service_date": day.isoformat()})


def _ask_for_more(office: Caller, before: date, day: date) -> None:
    """What takes some minutes beside the pages: the days alone, their shared costs, and the day with one thing more."""
    for each in (day, before):
        office.post("/reports/together/days", {"service_date": each.isoformat()})
        office.post("/cost-shares", {"service_date": each.isoformat()})
    office.post("/reports/additions", {"from": day.isoformat(), "until": day.isoformat(), "kinds": list(MORE)})


def _links(office: Caller, plan: dict[str, Any]) -> list[tuple[str, str]]:
    """A fresh link for the driver of each route, to look at on a phone."""
    return [
        (route["vehicle_name"], office.post(f"/shifts/{route['shift_id']}/driver-links")["url"])
        for route in plan["routes"][:2]
    ]
