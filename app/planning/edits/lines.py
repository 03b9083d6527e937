"""The lines of an edited plan's routes: kept where a vehicle goes a way that this plan has had, else drawn on the
streets."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

import routing
from app.kit.shelf import Shelf
from app.models.plans import Route
from app.planning.snapshot import Day
from app.planning.store import Drawn
from app.roads.choice import choice_of
from app.roads.provider import Point, Profile, RoadError, RoadLine
from app.roads.region import RegionError
from app.roads.streets import Streets

_drawing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lines of edited routes")

MOST_LINES = 500

type _Way = tuple[UUID, Profile, tuple[tuple[float, float], ...]]  # of a plan, from place to place

# Whoever tries something and takes it back goes the way that was drawn before.
_known: Shelf[_Way, RoadLine] = Shelf(MOST_LINES)


@dataclass(frozen=True)
class EditedLines:
    """What draws them. Without streets, or where these cannot say, it is straight from stop to stop, and says so."""

    plan: UUID
    travel: Mapping[str, Any]  # as the plan tells of it
    streets: Streets | None
    begun: dict[_Way, Future[RoadLine]] = field(default_factory=dict)

    def begin(self, day: Day, routes: Iterable[routing.Route]) -> None:
        """Have the lines of these routes drawn meanwhile: the streets are asked in a process of their own."""
        profiles = _profiles(day)
        for route in routes:
            profile, sites = profiles[UUID(route.shift)], [UUID(stop.site) for stop in route.stops]
            way = self._way(day, profile, sites)
            if _known.get(way) is None and way not in self.begun:
                self.begun[way] = _drawing.submit(self._drawn(day, profile, sites))

    def learn(self, day: Day, drawn: Drawn) -> None:
        """The lines that these rows have."""
        profiles, places = _profiles(day), defaultdict[UUID, list[tuple[float, float]]](list)
        for stop in drawn.stops:
            places[stop.route_id].append((stop.longitude, stop.latitude))
        for route in drawn.routes:
            profile = profiles[route.shift_id]
            if not route.estimated or self.estimated(profile):  # else the streets may say more by now
                _known.put((self.plan, profile, tuple(places[route.id])), _line(route))

    def _way(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> _Way:
        return self.plan, profile, tuple((day.sites[site].longitude, day.sites[site].latitude) for site in sites)

    def estimated(self, profile: Profile) -> bool:
        """Whether the plan's times for such vehicles are estimates."""
        return bool(self.travel.get(profile, {}).get("estimated", False))

    def line(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> RoadLine:
        """The way through the sites."""
        way = self._way(day, profile, sites)
        if (known := _known.get(way)) is not None:
            return known
        return self.begun[way].result() if way in self.begun else self._drawn(day, profile, sites)()

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


def _line(route: Route) -> RoadLine:
    return RoadLine(tuple((pair[0], pair[1]) for pair in route.line), (), route.estimated)
