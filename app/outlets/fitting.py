"""Rows as the rule book of outlets reads them."""

from datetime import datetime

from app.domain import food_safety, outlets
from app.domain.safety_limits import policy_of
from app.models.offers import Offer, OfferLine
from app.models.outlets import Outlet
from app.models.partners import Network
from app.partners.service import zone_of


def refusal_at(
    network: Network, outlet: Outlet, offer: Offer, line: OfferLine, at: datetime
) -> food_safety.Refusal | None:
    """Why an outlet may not have the line's food at that moment; None where it may."""
    food = food_safety.Line(
        line.category, line.grams, line.temperature_class, line.date_mark, line.mark_date,
        frozenset(line.allergens), frozenset(line.dietary_flags),
    )  # fmt: skip
    takes = outlets.Outlet(outlet.kind, outlet.categories, outlet.temperature_classes, outlet.animal_products)
    policy = policy_of(network.food_safety)
    return outlets.refusal_of(food, takes, at, zone_of(network), ready_at=offer.pickup_from, policy=policy)
