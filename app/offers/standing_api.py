"""HTTP for standing offers."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit
from app.kit.wire import Day, PageOut
from app.models.offers import StandingOffer
from app.offers import standing
from app.offers.jobs import post_due_soon
from app.offers.standing_schemas import (
    DayChange,
    OccurrencesOut,
    StandingOfferChange,
    StandingOfferIn,
    StandingOfferOut,
)

router = APIRouter(prefix="/api/v1/standing-offers", route_class=ApiRoute, tags=["standing offers"], responses=PROBLEMS)


@router.post("", status_code=201, response_model=StandingOfferOut)
def state_standing_offer(call: Caller, wish: StandingOfferIn) -> Response:
    """Say what a site offers again and again; each date's offer is posted by itself, as an ordinary offer."""

    def verb(session: Session) -> StandingOffer:
        found = standing.state_standing_offer(session, call.principal, wish, call.now)
        post_due_soon(session, found.network_id)
        return found

    return call.once_shown(wish, StandingOfferOut, verb, status=201, place="standing-offers")


@router.get("")
def list_standing_offers(
    call: Caller,
    state: Annotated[Literal["active", "paused", "ended"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[StandingOfferOut]:
    """The standing offers that you see, oldest first."""

    def query(session: Session) -> PageOut[StandingOfferOut]:
        page = standing.list_standing_offers(session, call.principal, state=state, cursor=cursor, limit=limit)
        return PageOut(items=[StandingOfferOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/{standing_offer_id}")
def get_standing_offer(call: Caller, standing_offer_id: UUID) -> StandingOfferOut:
    """One standing offer with the dates on which it is different, and its version as ETag."""
    return call.show(
        StandingOfferOut, lambda session: standing.get_standing_offer(session, call.principal, standing_offer_id)
    )


@router.patch("/{standing_offer_id}")
def change_standing_offer(call: Caller, standing_offer_id: UUID, change: StandingOfferChange) -> StandingOfferOut:
    """Change, pause or resume a standing offer, from the version in If-Match; what was posted stays as it is."""
    version = call.expected_version()

    def verb(session: Session) -> StandingOffer:
        found = standing.change_standing_offer(session, call.principal, standing_offer_id, change, version, call.now)
        post_due_soon(session, found.network_id)
        return found

    return call.show(StandingOfferOut, verb)


@router.delete("/{standing_offer_id}", status_code=204, dependencies=[TAKES_VERSION])
def end_standing_offer(call: Caller, standing_offer_id: UUID) -> None:
    """End a standing offer, from the version in If-Match; the offers that came of it stay."""
    version = call.expected_version()
    call.read(
        lambda session: standing.end_standing_offer(session, call.principal, standing_offer_id, version, call.now)
    )


@router.get("/{standing_offer_id}/occurrences")
def list_standing_offer_occurrences(
    call: Caller,
    standing_offer_id: UUID,
    first: Annotated[Day, Query(alias="from", description="First local day")],
    last: Annotated[Day, Query(alias="until", description="Last local day, at most a year after the first")],
) -> OccurrencesOut:
    """What will be posted when, what was posted, and what is skipped and why."""

    def query(session: Session) -> OccurrencesOut:
        return OccurrencesOut(
            items=standing.occurrences(session, call.principal, standing_offer_id, first, last, call.now)
        )

    return call.read(query)


@router.post("/{standing_offer_id}/dates/{day}/skip", response_model=StandingOfferOut, dependencies=[TAKES_VERSION])
def skip_standing_offer_date(call: Caller, standing_offer_id: UUID, day: Day) -> Response:
    """Post nothing on one date; If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        None,
        StandingOfferOut,
        lambda session: standing.skip_date(session, call.principal, standing_offer_id, day, version, call.now),
        place="standing-offers",
    )


@router.put("/{standing_offer_id}/dates/{day}", dependencies=[TAKES_VERSION])
def amend_standing_offer_date(call: Caller, standing_offer_id: UUID, day: Day, change: DayChange) -> StandingOfferOut:
    """Offer other food, kilograms or hours on one date, from the standing offer's version in If-Match."""
    version = call.expected_version()

    def verb(session: Session) -> StandingOffer:
        found = standing.amend_date(session, call.principal, standing_offer_id, day, change, version, call.now)
        post_due_soon(session, found.network_id)
        return found

    return call.show(StandingOfferOut, verb)


@router.delete("/{standing_offer_id}/dates/{day}", dependencies=[TAKES_VERSION])
def restore_standing_offer_date(call: Caller, standing_offer_id: UUID, day: Day) -> StandingOfferOut:
    """Take back that a date is skipped or amended, from the standing offer's version in If-Match."""
    version = call.expected_version()

    def verb(session: Session) -> StandingOffer:
        found = standing.as_usual(session, call.principal, standing_offer_id, day, version, call.now)
        post_due_soon(session, found.network_id)
        return found

    return call.show(StandingOfferOut, verb)
