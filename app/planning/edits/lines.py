"""The lines of an edited plan's routes: kept where a vehicle goes the same way as before, else drawn on the streets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

import routing
from app.models.plans import Route
from app.planning.snapshot import Day
from app.roads.choice import choice_of
from app.roads.provider import Point, Profile, RoadError, RoadLine
from app.roads.region import RegionError
from app.roads.streets import Streets

_drawing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lines of edited routes")


@dataclass(frozen=True)
class EditedLines:
    """What draws them. Without streets, or where these cannot say, it is straight from stop to stop, and says so."""

    travel: Mapping[str, Any]  # as the plan tells of it
    streets: Streets | None
    known: dict[tuple[str, ...], RoadLine] = field(default_factory=dict)
    begun: dict[tuple[str, ...], Future[RoadLine]] = field(default_factory=dict)

    def begin(self, day: Day, routes: Iterable[routing.Route]) -> None:
        """Have the lines of these routes drawn meanwhile: the streets are asked in a process of their own."""
        profiles = _profiles(day)
        for route in routes:
            profile, sites = profiles[UUID(route.shift)], [UUID(stop.site) for stop in route.stops]
            key = _key(profile, sites)
            if key not in self.known and key not in self.begun:
                self.begun[key] = _drawing.submit(self._drawn(day, profile, sites))

    def learn(self, day: Day, routes: Iterable[Route]) -> None:
        """The lines that these rows have."""
        profiles = _profiles(day)
        self.known.update(
            (_key(profiles[route.shift_id], [stop.site_id for stop in route.stops]), _line(route)) for route in routes
        )

    def estimated(self, profile: Profile) -> bool:
        """Whether the plan's times for such vehicles are estimates."""
        return bool(self.travel.get(profile, {}).get("estimated", False))

    def line(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> RoadLine:
        """The way through the sites."""
        key = _key(profile, sites)
        if key in self.known:
            return self.known[key]
        return self.begun[key].result() if key in self.begun else self._drawn(day, profile, sites)()

    def _drawn(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> Callable[[], RoadLine]:
        """What draws the line, without the day's rows: they are for one thread."""
        points = [Point(day.sites[site].longitude, day.sites[site].latitude, day.sites[site].name) for site in sites]
        choice = choice_of(day.network.region, day.network.roads or {})
        if self.estimated(profile):
            choice = replace(choice, provider="estimate", url=None)
        streets = self.streets

        def drawn() -> RoadLine:
            if streets is not None:
                with suppress(RoadError, RegionError):
                    return streets.line(choice, profile, points)
            return RoadLine(tuple((point.longitude, point.latitude) for point in points), (), estimated=True)

        return drawn


def _profiles(day: Day) -> dict[UUID, Profile]:
    """The roads that each shift's vehicle takes."""
    return {shift.id: cast(Profile, day.vehicles[shift.vehicle_id].profile) for shift in day.shifts}


def _key(profile: Profile, sites: Sequence[UUID]) -> tuple[str, ...]:
    return profile, *map(str, sites)


def _line(route: Route) -> RoadLine:
    return RoadLine(tuple((pair[0], pair[1]) for pair in route.line), (), route.estimated)
