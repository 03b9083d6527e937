"""Verbs on standing offers: state, change, end, differ on one date, foresee, and post what is due."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, WaslError, conflict, not_found, refused, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.models.offers import Offer, StandingOffer, StandingOfferDay
from app.models.partners import Network, Site
from app.offers import service
from app.offers.occurrences import Occurrence, Usual, occurrence_on
from app.offers.recurrence import dates_between
from app.offers.schemas import OfferIn, OfferLineIn
from app.offers.standing_schemas import (
    MOST_DAYS,
    DayChange,
    OccurrenceOut,
    RefusalOut,
    StandingLineIn,
    StandingOfferChange,
    StandingOfferIn,
)
from app.partners.service import get_site, network_of, own_site, zone_of

LOOKED_AHEAD = timedelta(days=8)  # nothing is posted earlier than a week and a day before its pickup
FURTHEST = timedelta(days=2 * 366)


def state_standing_offer(session: Session, principal: Principal, wish: StandingOfferIn, now: datetime) -> StandingOffer:
    """Say what a site offers again and again.

    Raises `not_found` for another's site, `standing_dates_inverted` and `no_date_left` (422), and the rule book's
    refusals of the first date that is to come.
    """
    principal.require("offers.post")
    site = own_site(session, principal, wish.site_id)
    standing = StandingOffer(
        network_id=principal.network_id,
        organisation_id=site.organisation_id,
        lines=_stored(wish.lines),
        created_at=now,
        state="active",
        days=[],
        **wish.model_dump(exclude={"lines"}),
    )
    _refuse_unfit(standing, site, network_of(session, principal), now)
    session.add(standing)
    session.flush()
    audit.record(
        session,
        principal,
        "standing_offers.state",
        ("standing_offer", standing.id),
        now,
        owner=standing.organisation_id,
    )
    return standing


def _stored(lines: Sequence[StandingLineIn]) -> list[dict[str, Any]]:
    return [line.model_dump(mode="json") for line in lines]


def _refuse_unfit(standing: StandingOffer, site: Site, network: Network, now: datetime) -> None:
    """What cannot be posted even once, on the first date that is to come, is refused at once."""
    zone = zone_of(network)
    if standing.ends_on is not None and standing.ends_on < standing.starts_on:
        sentence = "The last day is before the first. Swap the two."
        raise refused(
            "standing_dates_inverted", sentence, [FieldError("/ends_on", sentence, "standing_dates_inverted")]
        )
    if standing.pickup_until != time.min and standing.pickup_until <= standing.pickup_from:
        sentence = "The pickup must end after it begins."
        raise refused("window_inverted", sentence, [FieldError("/pickup_until", sentence, "window_inverted")])
    today = service_date_of(now, zone)
    first = max(today, standing.starts_on)
    coming = (
        each
        for day in dates_between(
            standing.recurrence, standing.starts_on, standing.ends_on, first, first + FURTHEST, zone
        )
        if (each := _occurrence(standing, None, day, site, zone)).pickup_until > now
    )
    occurrence = next(coming, None)
    if occurrence is None:
        sentence = "There is no date to come on which this would be posted. Look at the weekdays and the last day."
        raise refused("no_date_left", sentence, [FieldError("/recurrence", sentence, "no_date_left")])
    _refuse_unsafe(_wish(standing, None, occurrence), network, now)


def _refuse_unsafe(wish: OfferIn, network: Network, now: datetime) -> None:
    service.refuse_unsafe(wish, now, network, renamed=("mark_date", "mark_days_after_pickup"))


def _usual(standing: StandingOffer, change: StandingOfferDay | None) -> Usual:
    """Its hours, with what an amendment of the date changes of them."""
    amended = _amended(change)
    lines = amended.get("lines") or standing.lines

    def at(name: str) -> time:
        return time.fromisoformat(amended[name]) if amended.get(name) else getattr(standing, name)

    return Usual(
        pickup_from=at("pickup_from"),
        pickup_until=at("pickup_until"),
        post_days_before=standing.post_days_before,
        post_at=standing.post_at,
        hot=any(line["temperature_class"] == "hot" for line in lines),
    )


def _amended(change: StandingOfferDay | None) -> dict[str, Any]:
    return change.change if change is not None and change.kind == "amended" else {}


def _occurrence(
    standing: StandingOffer, change: StandingOfferDay | None, day: date, site: Site, zone: ZoneInfo
) -> Occurrence:
    skipped = change is not None and change.kind == "skipped"
    exceptions = getattr(site, "exceptions", None) or []
    return occurrence_on(day, _usual(standing, change), skipped=skipped, exceptions=exceptions, zone=zone)


def _wish(standing: StandingOffer, change: StandingOfferDay | None, occurrence: Occurrence) -> OfferIn:
    """The ordinary offer that one date comes to."""
    amended = _amended(change)
    lines = [StandingLineIn.model_validate(line) for line in amended.get("lines") or standing.lines]
    note = amended.get("note")
    return OfferIn(
        site_id=standing.site_id,
        pickup_from=occurrence.pickup_from,
        pickup_until=occurrence.pickup_until,
        note=standing.note if note is None else note,
        lines=[_line_on(line, occurrence.day) for line in lines],
    )


def _line_on(line: StandingLineIn, day: date) -> OfferLineIn:
    days = line.mark_days_after_pickup
    values = line.model_dump(mode="json", exclude={"mark_days_after_pickup"})
    return OfferLineIn.model_validate({**values, "mark_date": None if days is None else day + timedelta(days=days)})


def get_standing_offer(session: Session, principal: Principal, standing_id: UUID) -> StandingOffer:
    """One standing offer; raises `not_found`."""
    principal.require("offers.read")
    found = session.get(StandingOffer, standing_id)
    if found is None:
        raise not_found("standing offer")
    return found


def list_standing_offers(
    session: Session,
    principal: Principal,
    *,
    state: str | None = None,
    ended: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StandingOffer]:
    """The standing offers that the caller sees, oldest first; those in a state, or those that have (not) ended."""
    principal.require("offers.read")
    query = select(StandingOffer)
    if state is not None:
        query = query.where(StandingOffer.state == state)
    if ended is not None:
        query = query.where((StandingOffer.state == "ended") == ended)
    return page(session, query, Order(StandingOffer.created_at, StandingOffer.id), cursor, limit)


def _locked(session: Session, principal: Principal, standing_id: UUID, version: int | None) -> StandingOffer:
    """The standing offer, locked against the job that posts it, if its version fits and it has not ended."""
    principal.require("offers.post")
    standing = get_standing_offer(session, principal, standing_id)
    session.refresh(standing, with_for_update=ROW_LOCK)
    if version is not None and standing.version != version:
        raise stale()
    if standing.state == "ended":
        raise conflict("standing_offer_ended", "This standing offer has ended. State a new one.")
    return standing


def change_standing_offer(
    session: Session, principal: Principal, standing_id: UUID, change: StandingOfferChange, version: int, now: datetime
) -> StandingOffer:
    """Change a standing offer from the version that was read, pause or resume it; what was posted stays as it is."""
    standing = _locked(session, principal, standing_id, version)
    wished = change.model_dump(exclude_unset=True, exclude={"lines", "paused"})
    for name, value in wished.items():
        if value is not None or name == "ends_on":
            setattr(standing, name, value)
    if change.lines is not None:
        standing.lines = _stored(change.lines)
    if change.paused is not None:
        standing.state = "paused" if change.paused else "active"
    if change.model_fields_set != {"paused"} or not change.paused:  # one whose dates are over may still be paused
        _refuse_unfit(standing, get_site(session, standing.site_id), network_of(session, principal), now)
    # What a rule refused may be in order now: it is tried once more.
    session.execute(
        delete(StandingOfferDay).where(
            StandingOfferDay.standing_offer_id == standing.id, StandingOfferDay.kind == "refused"
        )
    )
    for each in standing.days:
        if each.kind == "amended":
            each.change = {name: value for name, value in each.change.items() if name != "refusal"}
    return _changed(session, principal, standing, "standing_offers.change", now, fields=sorted(change.model_fields_set))


def _changed(
    session: Session, principal: Principal, standing: StandingOffer, action: str, now: datetime, **detail: Any
) -> StandingOffer:
    """Move the version, keep the trail, and show the dates as they are now."""
    flag_modified(standing, "note")
    session.flush()
    session.refresh(standing, ["days"])
    audit.record(
        session, principal, action, ("standing_offer", standing.id), now, owner=standing.organisation_id, **detail
    )
    return standing


def end_standing_offer(session: Session, principal: Principal, standing_id: UUID, version: int, now: datetime) -> None:
    """Post nothing of it any more; the offers that came of it stay."""
    standing = _locked(session, principal, standing_id, version)
    standing.state = "ended"
    _changed(session, principal, standing, "standing_offers.end", now)


def skip_date(
    session: Session, principal: Principal, standing_id: UUID, day: date, version: int | None, now: datetime
) -> StandingOffer:
    """Post nothing on one date. Raises `no_such_date` (422) and `date_posted` (409)."""
    standing = _locked(session, principal, standing_id, version)
    _require_open_date(session, principal, standing, day)
    _differ(session, standing, day, "skipped", {})
    return _changed(session, principal, standing, "standing_offers.skip", now, day=day.isoformat())


def amend_date(
    session: Session, principal: Principal, standing_id: UUID, day: date, change: DayChange, version: int, now: datetime
) -> StandingOffer:
    """Offer other food, kilograms or hours on one date. Raises as `skip_date` does, and the rule book's refusals."""
    standing = _locked(session, principal, standing_id, version)
    zone = _require_open_date(session, principal, standing, day)
    stored = change.model_dump(mode="json", exclude_none=True, exclude={"lines"})
    if change.lines is not None:
        stored["lines"] = _stored(change.lines)
    row = _differ(session, standing, day, "amended", stored)
    usual = _usual(standing, row)
    if usual.pickup_until != time.min and usual.pickup_until <= usual.pickup_from:
        sentence = "The pickup must end after it begins."
        raise refused("window_inverted", sentence, [FieldError("/pickup_until", sentence, "window_inverted")])
    occurrence = _occurrence(standing, row, day, get_site(session, standing.site_id), zone)
    _refuse_unsafe(_wish(standing, row, occurrence), network_of(session, principal), now)
    return _changed(session, principal, standing, "standing_offers.amend", now, day=day.isoformat())


def as_usual(
    session: Session, principal: Principal, standing_id: UUID, day: date, version: int, now: datetime
) -> StandingOffer:
    """Take back that a date is skipped or amended."""
    standing = _locked(session, principal, standing_id, version)
    _require_open_date(session, principal, standing, day)
    row = session.get(StandingOfferDay, (standing.id, day))
    if row is None:
        raise not_found("change of this date")
    session.delete(row)
    return _changed(session, principal, standing, "standing_offers.as_usual", now, day=day.isoformat())


def _require_open_date(session: Session, principal: Principal, standing: StandingOffer, day: date) -> ZoneInfo:
    """The network's zone, if the date is one of the standing offer's and nothing was posted for it."""
    zone = zone_of(network_of(session, principal))
    if day not in dates_between(standing.recurrence, standing.starts_on, standing.ends_on, day, day, zone):
        sentence = "This standing offer has no pickup on that date. Choose one of its dates."
        raise refused("no_such_date", sentence, [FieldError("/date", sentence, "no_such_date")])
    if _posted(session, standing.id, day, day):
        raise conflict("date_posted", "The offer of that date is posted already. Amend or withdraw that offer.")
    return zone


def _differ(
    session: Session, standing: StandingOffer, day: date, kind: str, change: dict[str, Any]
) -> StandingOfferDay:
    row = session.get(StandingOfferDay, (standing.id, day))
    if row is None:
        row = StandingOfferDay(
            standing_offer_id=standing.id,
            day=day,
            network_id=standing.network_id,
            organisation_id=standing.organisation_id,
            kind=kind,
            change=change,
        )
        session.add(row)
    row.kind, row.change = kind, change
    session.flush()
    return row


def _posted(session: Session, standing_id: UUID, first: date, last: date) -> dict[date, UUID]:
    """The offers that came of it, by date."""
    rows = session.execute(
        select(Offer.standing_date, Offer.id).where(
            Offer.standing_offer_id == standing_id, Offer.standing_date.between(first, last)
        )
    )
    return {day: offer for day, offer in rows if day is not None}


def occurrences(
    session: Session, principal: Principal, standing_id: UUID, first: date, last: date, now: datetime
) -> list[OccurrenceOut]:
    """What is, or will be, posted for each of its dates, and why not. Raises `too_many_days` (422)."""
    standing = get_standing_offer(session, principal, standing_id)
    zone = zone_of(network_of(session, principal))
    if (last - first).days >= MOST_DAYS or last > service_date_of(now, zone) + FURTHEST:
        raise refused("too_many_days", "Ask for at most a year of dates, and none further than two years ahead.")
    site = get_site(session, standing.site_id)
    posted = _posted(session, standing.id, first, last)
    changes = {each.day: each for each in standing.days}
    days = dates_between(standing.recurrence, standing.starts_on, standing.ends_on, first, last, zone)
    if standing.state == "ended":
        days = []
    return [
        _shown(
            standing, changes.get(day), _occurrence(standing, changes.get(day), day, site, zone), posted.get(day), now
        )
        for day in sorted({*days, *posted})
    ]


def _shown(
    standing: StandingOffer, change: StandingOfferDay | None, found: Occurrence, offer_id: UUID | None, now: datetime
) -> OccurrenceOut:
    refusal = _refusal(change)
    lines = [StandingLineIn.model_validate(line) for line in _amended(change).get("lines") or standing.lines]
    shown = OccurrenceOut(
        date=found.day,
        state="upcoming",
        pickup_from=found.pickup_from,
        pickup_until=found.pickup_until,
        posts_at=found.posts_at,
        kg=sum(line.kg for line in lines),
        amended=bool(_amended(change)),
        offer_id=offer_id,
        reason=found.reason,
        refusal=refusal,
    )
    if offer_id is not None:
        shown.state = "posted"
    elif found.kept_from is not None:
        shown.state = found.kept_from
    elif refusal is not None:
        shown.state = "refused"
    elif found.pickup_until <= now:
        shown.state = "missed"
    elif standing.state == "paused":
        shown.state = "paused"
    return shown


def _refusal(change: StandingOfferDay | None) -> RefusalOut | None:
    stored = change.change.get("refusal") if change is not None else None
    return RefusalOut(**stored) if stored else None


def post_due(session: Session, network_id: UUID, now: datetime) -> list[UUID]:
    """Post what is due of one network's standing offers, each date once; the ids of the new offers.

    What a rule refuses is kept with the date, told to the donor, and tried again when the standing offer is changed.
    """
    zone = zone_of(session.get_one(Network, network_id))
    query = (
        select(StandingOffer)
        .where(StandingOffer.network_id == network_id, StandingOffer.state == "active")
        .order_by(StandingOffer.id)
        .with_for_update(key_share=True)
    )
    return [
        offer
        for standing in session.scalars(query).all()
        for occurrence, change in _due(session, standing, zone, now)
        if (offer := _post(session, standing, occurrence, change, now)) is not None
    ]


def _due(
    session: Session, standing: StandingOffer, zone: ZoneInfo, now: datetime
) -> Iterator[tuple[Occurrence, StandingOfferDay | None]]:
    today = service_date_of(now, zone)
    days = dates_between(
        standing.recurrence, standing.starts_on, standing.ends_on, today - timedelta(days=1), today + LOOKED_AHEAD, zone
    )
    if not days:
        return
    site, posted = get_site(session, standing.site_id), _posted(session, standing.id, days[0], days[-1])
    changes = {each.day: each for each in standing.days}
    for day in days:
        change = changes.get(day)
        occurrence = _occurrence(standing, change, day, site, zone)
        if day not in posted and _refusal(change) is None and occurrence.is_due(now):
            yield occurrence, change


def _post(
    session: Session, standing: StandingOffer, occurrence: Occurrence, change: StandingOfferDay | None, now: datetime
) -> UUID | None:
    """Post one date as its donor would; None when a rule refuses it."""
    principal = Principal(
        kind="standing_offer",
        credential_id=standing.id,
        network_id=standing.network_id,
        organisation_id=standing.organisation_id,
        name=str(standing.id),
        role="donor_staff",
    )
    try:
        with session.begin_nested():
            wish = _wish(standing, change, occurrence)
            return service.post_offer(session, principal, wish, now, standing=(standing.id, occurrence.day)).id
    except WaslError as error:
        refusal = {"code": error.code, "detail": error.detail}
        amended = _amended(change)
        _differ(session, standing, occurrence.day, "amended" if amended else "refused", {**amended, "refusal": refusal})
        _tell_refused(session, principal, standing, occurrence.day, refusal, now)
        return None


def _tell_refused(
    session: Session, principal: Principal, standing: StandingOffer, day: date, refusal: dict[str, str], now: datetime
) -> None:
    subject = ("standing_offer", standing.id)
    audit.record(session, principal, "standing_offers.refused", subject, now, day=day.isoformat(), code=refusal["code"])
    announce(
        session,
        standing.network_id,
        [standing.organisation_id],
        "standing_offer.refused",
        subject,
        now,
        date=day.isoformat(),
        site_id=str(standing.site_id),
        **refusal,
    )
