"""The lines of an edited plan's routes: kept where a vehicle goes the same way as before, else drawn on the streets."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from app.models.plans import Plan, Route
from app.planning.snapshot import Day
from app.roads.choice import choice_of
from app.roads.provider import Point, Profile, RoadError, RoadLine
from app.roads.region import RegionError
from app.roads.streets import Streets

type Ways = Mapping[tuple[str, ...], RoadLine]


@dataclass(frozen=True)
class EditedLines:
    """What draws them. Without streets, or where these cannot say, it is straight from stop to stop, and says so."""

    travel: Mapping[str, Any]  # as the plan tells of it
    known: Ways
    streets: Streets | None

    def estimated(self, profile: Profile) -> bool:
        """Whether the plan's times for such vehicles are estimates."""
        return bool(self.travel.get(profile, {}).get("estimated", False))

    def line(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> RoadLine:
        """The way through the sites."""
        known = self.known.get(_key(profile, sites))
        if known is not None:
            return known
        points = [Point(day.sites[site].longitude, day.sites[site].latitude, day.sites[site].name) for site in sites]
        choice = choice_of(day.network.region, day.network.roads or {})
        if self.estimated(profile):
            choice = replace(choice, provider="estimate", url=None)
        if self.streets is not None:
            with suppress(RoadError, RegionError):
                return self.streets.line(choice, profile, points)
        return RoadLine(tuple((point.longitude, point.latitude) for point in points), (), estimated=True)


def lines_of(plan: Plan, routes: Sequence[Route], day: Day, streets: Streets | None) -> EditedLines:
    """What draws the lines of a plan whose routes may have some already."""
    profiles = {shift.id: cast(Profile, day.vehicles[shift.vehicle_id].profile) for shift in day.shifts}
    known = {_key(profiles[route.shift_id], [stop.site_id for stop in route.stops]): _line(route) for route in routes}
    return EditedLines(plan.travel, known, streets)


def _key(profile: Profile, sites: Sequence[UUID]) -> tuple[str, ...]:
    return profile, *map(str, sites)


def _line(route: Route) -> RoadLine:
    return RoadLine(tuple((pair[0], pair[1]) for pair in route.line), (), route.estimated)
