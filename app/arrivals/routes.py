"""A route with all that says when its van will be where: plan, windows, reports, signs of life."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.domain import opening
from app.domain.arrivals import Expected, RouteStop, expected_arrivals, stop_standing
from app.domain.lifecycle import StopState
from app.ledger.settlement import Known, known_of
from app.models.fleet import Shift
from app.models.offers import Offer, OfferLine
from app.models.partners import Network, Site
from app.models.plans import Allocation, Route, Stop
from app.models.system import Credential

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class RouteUnderWay:
    """One route at one moment. `opened`: the driver has opened the link on the day of the shift."""

    route: Route
    stops: Sequence[RouteStop]
    known: Known
    opened: bool
    now: datetime

    @cached_property
    def states(self) -> Mapping[str, StopState]:
        """Where each stop stands, as reported, be it with the route of a plan that this one replaced."""
        return {str(stop.id): self.known.stop(stop) for stop in self.route.stops}

    @cached_property
    def refused(self) -> frozenset[UUID]:
        """The stops at which some food was refused."""
        promises, told = self.known.promises, self.known.day.allocations
        names = {
            promises.stop(row.drop_off_stop_id)
            for parcel, row in promises.rows.items()
            if (state := told.get(str(parcel))) is not None and state.refused_grams
        }
        return frozenset(stop.id for stop in self.route.stops if promises.stop(stop.id) in names)

    def standing(self, stop: Stop) -> str:
        """Where a stop with food stands, for whoever steers the day."""
        expected = self.expected.get(stop.id)
        beyond = None if expected is None else expected.beyond_seconds
        return stop_standing(self.states[str(stop.id)], beyond, refused=stop.id in self.refused)

    @property
    def reported(self) -> bool:
        """Whether the driver has said anything on this shift, be it about stops of a plan that this one replaced."""
        return bool(self.known.day.stops)

    @cached_property
    def expected(self) -> Mapping[UUID, Expected]:
        """Every stop with food that the van has not reached, by id, in the order of the plan."""
        found = expected_arrivals(self.stops, self.states, self.now, set_out=self.opened or self.reported)
        return {UUID(each.stop): each for each in found}


def under_way(session: Session, shift: Shift, route: Route, now: datetime, known: Known | None = None) -> RouteUnderWay:
    """A route as it stands now; asks for what only the network's own staff and jobs see. known: of its shift, where it
    was read with that of others."""
    zone = ZoneInfo(session.get_one(Network, shift.network_id).time_zone)
    windows = {**_of_pickups(session, route), **_of_drop_offs(session, route, shift.service_date, zone)}
    drives = [0, *(_drive_seconds(before, after) for before, after in pairwise(route.stops))]
    stops = [_stop(stop, drive, windows.get(stop.id)) for stop, drive in zip(route.stops, drives, strict=True)]
    return RouteUnderWay(route, stops, known or known_of(session, shift.id), opened(session, shift), now)


def _stop(stop: Stop, drive_seconds: int, window: Window | None) -> RouteStop:
    return RouteStop(
        id=str(stop.id),
        kind=stop.kind,
        arrive_at=stop.arrive_at,
        begin_at=stop.begin_at,
        leave_at=stop.leave_at,
        drive_seconds=drive_seconds,
        latitude=stop.latitude,
        longitude=stop.longitude,
        opens_at=window[0] if window else None,
        begin_by=window[1] if window else None,
    )


def _drive_seconds(before: Stop, after: Stop) -> int:
    if after.seconds_from_previous is not None:
        return after.seconds_from_previous
    return max(0, round((after.arrive_at - before.leave_at).total_seconds()))


def _of_pickups(session: Session, route: Route) -> dict[UUID, Window]:
    """Between when all food of a pickup may be fetched: what its offers have in common."""
    rows = session.execute(
        select(Allocation.pickup_stop_id, func.max(Offer.pickup_from), func.min(Offer.pickup_until))
        .join(OfferLine, OfferLine.id == Allocation.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(Allocation.route_id == route.id)
        .group_by(Allocation.pickup_stop_id)
    )
    return {stop: (opens.astimezone(UTC), until.astimezone(UTC)) for stop, opens, until in rows}


def _of_drop_offs(session: Session, route: Route, day: date, zone: ZoneInfo) -> dict[UUID, Window]:
    """The receiving hours of the site in which the plan hands over."""
    drop_offs = [stop for stop in route.stops if stop.kind == "drop_off"]
    sites = {
        site.id: site for site in session.scalars(select(Site).where(Site.id.in_([stop.site_id for stop in drop_offs])))
    }
    found = {}
    for stop in drop_offs:
        site = sites.get(stop.site_id)
        if site is None:
            continue
        weekly = opening.receiving(site.windows, site.receiving_windows)
        hours = opening.windows_on(day, zone, weekly, site.exceptions)
        window = next((each for each in hours if each[0] <= stop.begin_at <= each[1]), None)
        if window is not None:
            found[stop.id] = window
    return found


def opened(session: Session, shift: Shift) -> bool:
    """Whether somebody has used a link of the shift on its day: that is known by the day alone."""
    used = select(Credential.id).where(
        Credential.shift_id == shift.id,
        Credential.kind == "driver_link",
        Credential.last_used_on >= shift.starts_at.astimezone(UTC).date(),
    )
    return bool(session.scalar(select(exists(used))))


def allocations_at(session: Session, stops: Sequence[UUID]) -> dict[UUID, list[Allocation]]:
    """What is handled at each stop, as far as the caller sees it."""
    rows = session.scalars(
        select(Allocation)
        .where(Allocation.pickup_stop_id.in_(stops) | Allocation.drop_off_stop_id.in_(stops))
        .order_by(Allocation.pickup_at, Allocation.drop_off_at, Allocation.id)
    )
    found: defaultdict[UUID, list[Allocation]] = defaultdict(list)
    wanted = set(stops)
    for row in rows:
        for stop in {row.pickup_stop_id, row.drop_off_stop_id} & wanted:
            found[stop].append(row)
    return found
