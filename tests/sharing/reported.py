"""What drivers report of a shared day: as it was planned, later, less, nothing, or only one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.arrivals.conftest import the_hour
from tests.service_client import ServiceClient, an_event, kilograms
from tests.sharing.conftest import SharedDay

CLOSED = timedelta(hours=13)  # after the last shift: nothing can be reported any more


@dataclass
class Phone:
    """A driver's phone with the route on it, which it can report from when the route cannot be read any more."""

    driver: ServiceClient
    stops: list[dict[str, Any]]

    def report(self, *, late: timedelta = timedelta(), part: float = 1) -> None:
        """Every stop: what was brought of what was collected, and how much later than planned it was."""
        events = [event for stop in self.stops for event in _events(stop, late, part)]
        results = self.driver.ok("/driver/stop-events", {"events": events})["results"]
        assert {each["status"] for each in results} == {"stored"}

    def nothing_there(self) -> None:
        """The van was driven, and found nothing at any store."""
        failed = [an_event(stop, "failed", reason="nothing_there") for stop in self.stops if stop["kind"] == "pickup"]
        self.driver.ok("/driver/stop-events", {"events": failed})


@contextmanager
def phone_of(day: SharedDay, route: dict[str, Any]) -> Iterator[Phone]:
    """The phone of whoever drives the route."""
    with day.network.driver({"id": route["shift_id"]}) as driver:
        yield Phone(driver, driver.get("/driver/route").json()["route"]["stops"])


def _events(stop: dict[str, Any], late: timedelta, part: float) -> Iterator[dict[str, Any]]:
    left = _after(stop["leave_at"], late)
    if stop["kind"] == "pickup":
        yield an_event(stop, "arrived")
        yield from (an_event(stop, "collected", kilograms(food), occurred_at=left) for food in stop["allocations"])
    if stop["kind"] == "drop_off":
        yield an_event(stop, "arrived", occurred_at=_after(stop["arrive_at"], late))
        for food in stop["allocations"]:
            brought = f"{float(food['kg']) * part:g}"
            kind = "delivered" if part else "refused"
            yield an_event(stop, kind, kilograms(food, brought if part else None), occurred_at=left)


def _after(moment: str, late: timedelta) -> str:
    return (datetime.fromisoformat(moment) + late).isoformat()


def at_the_end(day: SharedDay) -> None:
    """The last shift is over, and drivers can still report."""
    day.clock.set(the_hour("17:01"))


def closed(day: SharedDay) -> None:
    """Nothing can be reported any more."""
    day.clock.set(the_hour("17:00") + CLOSED)


def driven(day: SharedDay, **how: Any) -> None:
    """All routes are reported alike, the day is closed, and its shares are worked out."""
    at_the_end(day)
    for route in day.plan["routes"]:
        with phone_of(day, route) as phone:
            phone.report(**how)
    closed(day)
    day.work_out()
