"""What one promise of a published plan came to: how much was collected and handed over, and who signed for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.driving.doors import signatures_for
from app.driving.photos import photos_for
from app.issuing.content import Content
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.tenancy import Scope, within
from app.ledger.service import last_booked_at
from app.ledger.settlement import known_of
from app.models.doors import StopPhoto, StopSignature
from app.models.plans import Allocation, Plan


@dataclass(frozen=True)
class FoodReceipt:
    """One promise with what was reported of it, in grams; None where nothing was reported. as_of: when the ledger
    of its food last changed, or it was promised."""

    food: Allocation
    service_date: date
    collected_grams: int | None
    delivered_grams: int | None
    refused_grams: int | None
    signatures: Sequence[StopSignature]
    photos: Sequence[StopPhoto]
    as_of: datetime


def food_receipt(session: Session, principal: Principal, allocation_id: UUID) -> FoodReceipt:
    """What a promise came to, for the store and the food bank that it links and the network's staff.

    Raises `not_found`, also where no plan that has it was published.
    """
    principal.require("allocations.read")
    food = session.get(Allocation, allocation_id)
    if food is None or food.published_at is None:
        raise not_found("allocation")
    signatures = signatures_for(session, principal, [food.offer_line_id])
    photos = photos_for(session, [food.offer_line_id])
    with within(session, Scope(network=food.network_id), principal.scope):  # reports are the network's
        told = known_of(session, food.shift_id).told_of(food)
        day = session.get_one(Plan, food.plan_id).service_date
        as_of = last_booked_at(session, [food.offer_line_id]) or food.published_at
    return FoodReceipt(
        food, day, told.collected_grams, told.delivered_grams, told.refused_grams, signatures, photos, as_of
    )


def content_of(receipt: FoodReceipt) -> Content:
    """What the receipt says; who signed is a detail of it."""
    food = receipt.food
    told = {
        "planned": food.grams,
        "collected": receipt.collected_grams,
        "delivered": receipt.delivered_grams,
        "refused_at_the_door": receipt.refused_grams,
    }
    return Content(
        kind="food_receipt",
        subject=str(food.id),
        first=receipt.service_date,
        last=receipt.service_date,
        grams={name: grams for name, grams in told.items() if grams is not None},
        donors=[food.donor_name],
        receivers=[food.receiver_name],
        details={
            "food": [food.description, food.temperature_class],
            "signatures": [[each.id, each.signed_by, each.strokes] for each in receipt.signatures],
        },
    )
