"""HTTP for the ledger: read it, settle what is left after the day."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import Day, PageOut
from app.ledger import closing, leftovers, queries
from app.ledger.schemas import (
    Account,
    BalancesOut,
    ContradictionOut,
    LedgerEntryOut,
    LeftoverOut,
    LeftoversOut,
    LineLedgerOut,
    OfferLedgerOut,
    SettlementIn,
    SettlementOut,
)

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["ledger"], responses=PROBLEMS)


def _balances(accounts: Mapping[str, int]) -> BalancesOut:
    return BalancesOut(**{f"kg_{name}": grams for name, grams in accounts.items() if name != "supply"})


@router.get("/ledger-entries")
def list_ledger_entries(
    call: Caller,
    offer_id: Annotated[UUID | None, Query()] = None,
    line_id: Annotated[UUID | None, Query(description="One line of an offer")] = None,
    service_date: Annotated[Day | None, Query(description="Local day of collection")] = None,
    account: Annotated[Account | None, Query(description="Food that went into or out of it")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[LedgerEntryOut]:
    """What moved of the food that you see, in the order in which it was booked. Nothing is ever changed here."""

    def query(session: Session) -> PageOut[LedgerEntryOut]:
        page = queries.list_entries(
            session,
            call.principal,
            offer_id=offer_id,
            line_id=line_id,
            service_date=service_date,
            account=account,
            cursor=cursor,
            limit=limit,
        )
        return PageOut(items=[LedgerEntryOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/offers/{offer_id}/ledger")
def get_offer_ledger(call: Caller, offer_id: UUID) -> OfferLedgerOut:
    """Where an offer's food is, line by line, and how it came there."""

    def query(session: Session) -> OfferLedgerOut:
        found = queries.ledger_of_offer(session, call.principal, offer_id)
        return OfferLedgerOut(
            offer_id=found.offer.id,
            lines=[
                LineLedgerOut(
                    offer_line_id=line.id,
                    description=line.description,
                    replaced=line.position < 0,
                    kg_posted=line.grams,
                    balances=_balances(found.balances.get(line.id, {})),
                )
                for line in found.lines
            ],
            entries=[LedgerEntryOut.model_validate(entry) for entry in found.entries],
        )

    return call.read(query)


@router.post("/allocations/{allocation_id}/settle", status_code=201, response_model=SettlementOut)
def settle_allocation(call: Caller, allocation_id: UUID, wish: SettlementIn) -> Response:
    """Say what became of food that was refused or is left over: returned, or thrown away."""

    def verb(session: Session) -> Answer:
        said, outcome = closing.settle(session, call.principal, allocation_id, wish, call.now)
        return answer(
            SettlementOut(
                id=said.id,
                allocation_id=said.allocation_id,
                returned_kg=said.returned_grams,
                wasted_kg=said.wasted_grams,
                note=said.note,
                settled_by=said.settled_by,
                settled_at=said.settled_at,
                balances=_balances(outcome.places()),
            ),
            201,
        )

    return call.once(wish, verb)


@router.get("/leftovers")
def list_leftovers(
    call: Caller, service_date: Annotated[Day, Query(description="Local day of the shifts")]
) -> LeftoversOut:
    """What was refused at the door or is on the vans, promise by promise, until somebody settles it; van by van."""

    def query(session: Session) -> LeftoversOut:
        found = leftovers.leftovers_of_day(session, call.principal, service_date, call.now)
        return LeftoversOut(items=[_leftover_out(each) for each in found])

    return call.read(query)


def _leftover_out(found: leftovers.Leftover) -> LeftoverOut:
    row = found.left.allocation
    return LeftoverOut(
        allocation_id=row.id,
        shift_id=row.shift_id,
        vehicle_name=found.vehicle_name,
        offer_id=found.offer_id,
        offer_line_id=row.offer_line_id,
        description=row.description,
        category=row.category,
        temperature_class=row.temperature_class,
        donor_name=row.donor_name,
        receiver_name=row.receiver_name,
        kg_refused=found.left.refused_grams,
        kg_on_board=found.left.on_board_grams,
        on_its_way=found.left.on_its_way,
        held_back=found.left.held_back,
        quarantine_ids=[each.id for each in found.quarantines],
    )


@router.get("/contradictions")
def list_contradictions(
    call: Caller, service_date: Annotated[Day, Query(description="Local day of the shifts")]
) -> list[ContradictionOut]:
    """What drivers reported and people decided on one day that cannot all be true; nothing was overwritten."""
    found = call.read(lambda session: closing.contradictions_of_day(session, call.principal, service_date))
    return [
        ContradictionOut(shift_id=shift, about=UUID(each.where), code=each.code, sentence=each.sentence)
        for shift, each in found
    ]
