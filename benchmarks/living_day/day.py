"""A day on the streets of Newport, brought in through the API: weights, hours, needs and vans are those of a published
city day, the places are drawn on the map."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from routing.problem import Lot, Need, Problem, Shift, TimeWindow

MIDDLE, SIDE = (51.575, -2.99), (0.04, 0.1)  # degrees north and east
TRIES = 50
MOST_AT_ONCE = LARGEST_PAGE = 200
SIGNED = {"name": "Agreement", "signed_on": "2026-11-20"}
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


class Office:
    """The network's dispatcher over HTTP; anything but success ends the measurement."""

    def __init__(self, address: str, key: str) -> None:
        self.http = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=120)

    def get(self, path: str, **query: Any) -> Any:
        """What there is."""
        return self.http.get(path, params=query).raise_for_status().json()

    def every(self, path: str) -> Iterator[Any]:
        """Every row of a list, page by page."""
        cursor = {}
        while cursor is not None:
            page = self.get(path, limit=LARGEST_PAGE, **cursor)
            yield from page["items"]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None

    def post(self, path: str, body: Any = None, version: int | None = None) -> Any:
        """What came of it."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answered = self.http.post(path, json=body, headers=headers)
        if answered.is_error:
            raise SystemExit(f"{path}: {answered.status_code} {answered.text[:500]}")
        return answered.json()


class Invented:
    """The day with the ids that the service gave."""

    def __init__(self, office: Office, problem: Problem, seed: int, day: date) -> None:
        self._office, self._day, self._problem = office, day, problem
        self._draw = random.Random(f"living day {seed}")  # noqa: S311
        self._needs_of: dict[str, list[Need]] = {}
        for need in self._problem.needs:
            self._needs_of.setdefault(need.site, []).append(need)

    def bring_in(self) -> list[dict[str, Any]]:
        """Post everything; the shifts are returned."""
        stores = {lot.site for lot in self._problem.lots}
        chain = self._partner("supermarket", "Stores")
        sites = {name: self._site(name, chain, "store", None) for name in sorted(stores)}
        for name, needs in self._needs_of.items():
            bank = self._partner("food_bank", name)
            sites[name] = self._site(name, bank, "distribution_point", needs[0].windows)
        self._many("/needs/bulk", "needs", [self._need(each, sites) for each in self._problem.needs])
        self._many("/offers/bulk", "offers", [self._offer(each, sites) for each in self._problem.lots])
        return [self._shift(each, sites) for each in self._problem.shifts]

    def _partner(self, kind: str, name: str) -> str:
        wish = {"kind": kind, "name": name, "signed_document": SIGNED}
        found: str = self._office.post("/organisations", wish)["id"]
        return found

    def _site(self, name: str, organisation: str, kind: str, windows: tuple[TimeWindow, ...] | None) -> str:
        hours = windows or (TimeWindow(0, 86_340),)
        body = {
            "organisation_id": organisation,
            "kind": kind,
            "name": name,
            "windows": [
                {"weekdays": EVERY_DAY, "opens": _clock(each.earliest), "closes": _clock(each.latest)} for each in hours
            ],
            "temperature_classes": ["ambient", "chilled", "frozen"],
            "setup_seconds": 300,
            "service_seconds": 180,
        }
        return self._placed(body)

    def _placed(self, body: dict[str, Any]) -> str:
        """At a place beside a street: what lies in the river is drawn again."""
        for _ in range(TRIES):
            place = {
                "latitude": round(MIDDLE[0] + SIDE[0] * self._draw.uniform(-0.5, 0.5), 6),
                "longitude": round(MIDDLE[1] + SIDE[1] * self._draw.uniform(-0.5, 0.5), 6),
            }
            answered = self._office.http.post("/sites", json={**body, **place})
            if answered.is_success:
                found: str = answered.json()["id"]
                return found
        raise SystemExit(f"no place: {answered.text[:500]}")

    def _need(self, need: Need, sites: dict[str, str]) -> dict[str, Any]:
        return {
            "site_id": sites[need.site],
            "service_date": self._day.isoformat(),
            "category": need.category,
            "kg": str(need.grams // 1000),
            "people_served": need.people_served,
        }

    def _offer(self, lot: Lot, sites: dict[str, str]) -> dict[str, Any]:
        line = {
            "category": lot.category,
            "description": lot.category,
            "kg": str(lot.grams // 1000),
            "crates": lot.crates,
            "temperature_class": lot.temperature_class,
            "date_mark": "best_before",
            "mark_date": (self._day + timedelta(days=3)).isoformat(),
        }
        return {
            "site_id": sites[lot.site],
            "pickup_from": self.at(lot.window.earliest),
            "pickup_until": self.at(lot.window.latest),
            "lines": [line],
        }

    def _shift(self, shift: Shift, sites: dict[str, str]) -> dict[str, Any]:
        capacity = shift.capacity
        vehicle = self._office.post(
            "/vehicles",
            {
                "name": shift.vehicle,
                "capacity_kg": str(capacity.grams // 1000),
                "capacity_crates": capacity.crates,
                "chilled_kg": str(capacity.chilled_grams // 1000),
                "frozen_kg": str(capacity.frozen_grams // 1000),
            },
        )
        found: dict[str, Any] = self._office.post(
            "/shifts",
            {
                "vehicle_id": vehicle["id"],
                "driver_name": "Driver",
                "starts_at": self.at(shift.window.earliest),
                "ends_at": self.at(shift.window.latest),
                "start_site_id": sites[shift.start_site],
                "end_site_id": sites[shift.end_site],
            },
        )
        return found

    def _many(self, path: str, field: str, items: list[dict[str, Any]]) -> None:
        for first in range(0, len(items), MOST_AT_ONCE):
            self._office.post(path, {field: items[first : first + MOST_AT_ONCE]})

    def at(self, second: int) -> str:
        """A second of the day; the network's clock is UTC's on this day."""
        return (
            datetime(self._day.year, self._day.month, self._day.day, tzinfo=UTC) + timedelta(seconds=second)
        ).isoformat()


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"
