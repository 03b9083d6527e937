"""The service's verbs on a scene, as one caller after another would ask for them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.declines.schemas import DeclineIn
from app.declines.service import decline
from app.domain.categories import CATEGORIES
from app.domain.units import kg_text
from app.driving.schemas import StopEventIn
from app.driving.service import record_events
from app.fleet.schemas import ShiftIn
from app.fleet.service import add_shift, get_shift
from app.kit.auth import Principal, authenticate
from app.kit.db import Database
from app.kit.idempotency import Answer, once
from app.models.plans import Route
from app.needs.schemas import NeedChange, NeedIn
from app.needs.service import change_need, state_need
from app.offers.schemas import OfferChange, OfferIn
from app.offers.service import amend_offer, get_offer, post_offer, withdraw_offer
from app.outlets.schemas import HandoverIn, OutletIn
from app.outlets.service import add_outlet, hand_over
from app.people.keys import revoke_key
from app.planning.asking import request_plan
from app.planning.edits.schemas import Command, LockRoute, MoveStop
from app.planning.edits.service import copy_plan, edit_plan
from app.planning.service import publish_plan
from tests.conftest import MORNING
from tests.invariants.conftest import Copy
from tests.service_client import a_line, a_need, an_event, an_offer, kilograms

Verb = Callable[[Copy, Database, Principal], Any]


def _in_scope(database: Database, principal: Principal, work: Callable[[Any], Any]) -> Any:
    with database.transaction(principal.scope) as session:
        return work(session)


def publishing(which: str, version: int = 1) -> Verb:
    def verb(copy: Copy, database: Database, principal: Principal) -> str:
        def publish(session: Any) -> str:
            return publish_plan(session, principal, copy.scene.ids[which], version, MORNING).state

        return str(_in_scope(database, principal, publish))

    return verb


class Whatever(int):
    """A version that is taken for the one that is there: for a twin."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


def editing(which: str, place: int | None = None, version: int = 1) -> Verb:
    """Move the last stop of a draft's route to a place on it, or lock the route."""

    def verb(copy: Copy, database: Database, principal: Principal) -> int:
        def edit(session: Any) -> int:
            plan_id = copy.scene.ids[which]
            [route] = session.scalars(select(Route).where(Route.plan_id == plan_id)).all()
            command: Command = LockRoute(kind="lock_route", route_id=route.id)
            if place is not None:
                command = MoveStop(kind="move_stop", stop_id=route.stops[-2].id, position=place)
            return edit_plan(session, principal, plan_id, command, version, MORNING).plan.edits

        return int(_in_scope(database, principal, edit))

    return verb


def copying(copy: Copy, database: Database, principal: Principal) -> int:
    return int(
        _in_scope(
            database,
            principal,
            lambda session: copy_plan(session, principal, copy.scene.ids["second"], MORNING).number,
        )
    )


def withdrawing(copy: Copy, database: Database, principal: Principal) -> str:
    return str(
        _in_scope(
            database,
            principal,
            lambda session: withdraw_offer(session, principal, copy.scene.ids["offer"], None, MORNING).state,
        )
    )


def handing_over(copy: Copy, database: Database, principal: Principal) -> int:
    """A community fridge takes all of an offer's food."""

    def hand(session: Any) -> int:
        fridge = OutletIn.model_validate({"kind": "community_fridge", "name": "Fridge", "categories": list(CATEGORIES)})
        outlet = add_outlet(session, principal, fridge, MORNING)
        line = get_offer(session, principal, copy.scene.ids["offer"]).lines[0]
        wish = HandoverIn.model_validate({"offer_line_id": line.id, "kg": kg_text(line.grams)})
        return hand_over(session, principal, outlet.id, wish, MORNING).grams

    return int(_in_scope(database, principal, hand))


def amending(copy: Copy, database: Database, principal: Principal) -> str:
    change = OfferChange.model_validate({"lines": [a_line(kg="3")]})
    return str(
        _in_scope(
            database,
            principal,
            lambda session: amend_offer(session, principal, copy.scene.ids["offer"], change, 1, MORNING).state,
        )
    )


def posting_with_a_key(copy: Copy, database: Database, principal: Principal) -> str:
    wish = OfferIn.model_validate(an_offer({"id": str(copy.scene.ids["store"])}))

    def verb(session: Any) -> Answer:
        return Answer(201, {"id": str(post_offer(session, principal, wish, MORNING).id)})

    return str(once(database, principal, "the same key", "the same body", MORNING, verb).body["id"])


def stating(copy: Copy, database: Database, principal: Principal) -> str:
    wish = NeedIn.model_validate(a_need({"id": str(copy.scene.ids["bank"])}, category="drinks"))
    return str(_in_scope(database, principal, lambda session: state_need(session, principal, wish, MORNING).id))


def changing_the_need(kg: str) -> Verb:
    def verb(copy: Copy, database: Database, principal: Principal) -> int:
        change = NeedChange.model_validate({"kg": kg})
        return int(
            _in_scope(
                database,
                principal,
                lambda session: change_need(session, principal, copy.scene.ids["need"], change, 1, MORNING).grams,
            )
        )

    return verb


def adding_a_shift(copy: Copy, database: Database, principal: Principal) -> str:
    def verb(session: Any) -> str:
        shift = get_shift(session, principal, copy.scene.ids["shift"])
        wish = ShiftIn.model_validate(
            {
                "vehicle_id": shift.vehicle_id,
                "driver_name": "Driver",
                "starts_at": "2026-11-25T17:00:00+00:00",
                "ends_at": "2026-11-25T19:00:00+00:00",
                "start_site_id": shift.start_site_id,
                "end_site_id": shift.end_site_id,
            }
        )
        return str(add_shift(session, principal, wish, MORNING).id)

    return str(_in_scope(database, principal, verb))


def requesting_a_plan(copy: Copy, database: Database, principal: Principal) -> str:
    day = MORNING.date()
    return str(_in_scope(database, principal, lambda session: request_plan(session, principal, day, MORNING).id))


def collecting(identity: UUID, site: str = "") -> Verb:
    """The driver collects at a store, by the route that was published first."""

    def verb(copy: Copy, database: Database, principal: Principal) -> list[str]:
        route = copy.scene.documents["route"]
        stop = next(each for each in route["stops"] if each["kind"] == "pickup" and site in each["site_name"])
        body = an_event(stop, "collected", *[kilograms(food) for food in stop["allocations"]], id=str(identity))
        events = [StopEventIn.model_validate(body)]
        return [
            each.status
            for each in _in_scope(
                database, principal, lambda session: record_events(session, principal, events, MORNING)
            )
        ]

    return verb


def delivering(identity: UUID) -> Verb:
    """The driver hands over at the food bank, by the route that was published first."""

    def verb(copy: Copy, database: Database, principal: Principal) -> list[str]:
        stop = next(each for each in copy.scene.documents["route"]["stops"] if each["kind"] == "drop_off")
        body = an_event(stop, "delivered", *[kilograms(food) for food in stop["allocations"]], id=str(identity))
        events = [StopEventIn.model_validate(body)]
        return [
            each.status
            for each in _in_scope(
                database, principal, lambda session: record_events(session, principal, events, MORNING)
            )
        ]

    return verb


def declining_of(site: str) -> Verb:
    """The food bank does not want what the published plan brings it from a store."""

    def verb(copy: Copy, database: Database, principal: Principal) -> str:
        stop = next(each for each in copy.scene.documents["route"]["stops"] if each["kind"] == "drop_off")
        food = UUID(next(each["id"] for each in stop["allocations"] if site in each["donor_name"]))
        wish = DeclineIn(reason="not_wanted")
        return str(_in_scope(database, principal, lambda session: decline(session, principal, food, wish, MORNING).id))

    return verb


declining = declining_of("")


def revoking(copy: Copy, database: Database, principal: Principal) -> str:
    key_id = copy.scene.ids["till_key"]
    _in_scope(database, principal, lambda session: revoke_key(session, principal, key_id, MORNING))
    return "revoked"


def posting(copy: Copy, database: Database, principal: Principal) -> str:
    wish = OfferIn.model_validate(an_offer({"id": str(copy.scene.ids["store"])}))
    return str(_in_scope(database, principal, lambda session: post_offer(session, principal, wish, MORNING).id))


def posting_anew(copy: Copy, database: Database, principal: Principal) -> str:
    """Who asks is looked up first, as in every request."""
    known = authenticate(database, copy.scene.secrets["till"], MORNING)
    wish = OfferIn.model_validate(an_offer({"id": str(copy.scene.ids["store"])}))
    return str(_in_scope(database, known, lambda session: post_offer(session, known, wish, MORNING).id))
