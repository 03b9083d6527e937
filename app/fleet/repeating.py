"""The shifts of one day planned again for another: most vans go out on the same weekdays with the same people."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.domain.service_date import local_instant
from app.fleet.drivers import drivers_to_name
from app.fleet.schemas import LONGEST_SHIFT, ShiftIn
from app.fleet.service import add_shift, list_shifts, list_vehicles
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.models.fleet import Shift
from app.partners.service import network_of, zone_of

NOT_POSSIBLE = ("vehicle_busy", "vehicle_retired", "vehicle_lent", "vehicle_not_lent", "partnership_not_active")


def repeat_shifts(session: Session, principal: Principal, of_day: date, for_day: date, now: datetime) -> list[Shift]:
    """Plan the caller's open shifts of one day for another one, at the same local times, and return those made.

    What cannot be is left out: a vehicle that is driven at that time already, or is out of use, or hours that the day
    has not. So asking twice makes them once.
    """
    principal.require("fleet.edit")
    zone = zone_of(network_of(session, principal))
    in_use = {vehicle.id for vehicle in list_vehicles(session, principal) if vehicle.state == "active"}
    made = []
    for shift in list_shifts(session, principal, of_day):
        if shift.vehicle_id not in in_use:
            continue
        starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
        begin = local_instant(for_day + (starts.date() - of_day), starts.time(), zone)
        end = local_instant(for_day + (ends.date() - of_day), ends.time(), zone)
        if not begin < end <= begin + LONGEST_SHIFT:
            continue  # a night in which the clocks go forward may have no room for it, or one in which they go back
        wish = ShiftIn(
            vehicle_id=shift.vehicle_id,
            driver_name=shift.driver_name if _drives_again(session, shift) else "",
            driver_person_id=shift.driver_person_id if _drives_again(session, shift) else None,
            starts_at=begin,
            ends_at=end,
            start_site_id=shift.start_site_id,
            end_site_id=shift.end_site_id,
        )
        try:
            with session.begin_nested():
                made.append(add_shift(session, principal, wish, now))
        except WaslError as error:
            if error.code not in NOT_POSSIBLE:
                raise
    return made


def _drives_again(session: Session, shift: Shift) -> bool:
    """Whether its driver can be named once more: a name alone, or one of the organisation's own drivers."""
    own = {person.id for person in drivers_to_name(session, [shift.organisation_id])}
    return shift.driver_person_id is None or shift.driver_person_id in own
