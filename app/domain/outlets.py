"""Where food goes that no food bank takes: people first, then animals, then the soil; and what each kind may have.

The order is that of the food waste hierarchies: the waste framework Directive 2008/98/EC (article 4) applied to food,
the United Kingdom's food and drink material hierarchy (Defra) and the EPA's wasted food scale. Food of animal origin,
and what a kitchen prepared, is never fed to farmed animals: Regulation (EC) No 1069/2009, article 11 (1) (b) for
catering waste; it is composted only in a plant that is approved for it, article 24 (1) (g). The same holds in the
United Kingdom. Wasl is stricter in one way: milk, eggs and what is made with them may go to animals under conditions
that nobody can see from here, so they do not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from app.domain.food_safety import Line, Receiver, Refusal, latest_arrival
from app.domain.foods import TEMPERATURE_CLASSES
from app.domain.safety_limits import LAW, Policy
from app.domain.service_date import service_date_of

KINDS: tuple[str, ...] = ("community_fridge", "animal_feed", "compost")  # in this order; accounts of the ledger, too
FOR_PEOPLE = frozenset({"community_fridge"})
_FROM_PLANTS = frozenset({"bread_and_bakery", "fruit_and_vegetables"})
_VEGAN_AT_LEAST = frozenset(
    {"ambient_groceries", "drinks", "other"}
)  # for animals where the pack says that it is vegan
_OF_ANIMALS = frozenset({"fish", "crustaceans", "molluscs", "milk", "eggs"})


@dataclass(frozen=True)
class Outlet:
    """What an outlet takes. `animal_products`: it is approved to compost food of animal origin."""

    kind: str
    categories: Collection[str]
    temperature_classes: Collection[str] = TEMPERATURE_CLASSES
    animal_products: bool = False


def refusal_of(
    line: Line, outlet: Outlet, at: datetime, zone: tzinfo, *, ready_at: datetime, policy: Policy = LAW
) -> Refusal | None:
    """Why an outlet may not have this food at that moment; None where it may. `ready_at`: since when it is ready."""
    if line.category not in outlet.categories or (
        outlet.kind in FOR_PEOPLE and line.temperature_class not in outlet.temperature_classes
    ):
        return Refusal("outlet_does_not_take_it", "This outlet does not take such food.")
    if outlet.kind in FOR_PEOPLE:
        return _unsafe_for_people(line, at, zone, ready_at, policy)
    if outlet.kind == "animal_feed" and not _from_plants(line):
        return Refusal(
            "never_for_animals", "The law keeps food of animal origin, and food from kitchens, from animals."
        )
    if outlet.kind == "compost" and not (outlet.animal_products or _from_plants(line)):
        return Refusal("not_composted_here", "This outlet is not approved to compost food of animal origin.")
    return None


def may_have_returned(kind: str, temperature_class: str) -> bool:
    """Whether an outlet of this kind may have food that came back from a van: nobody knows how cold or hot it was kept
    there, so people get only what needs neither."""
    return kind not in FOR_PEOPLE or temperature_class == "ambient"


def _unsafe_for_people(line: Line, at: datetime, zone: tzinfo, ready_at: datetime, policy: Policy) -> Refusal | None:
    """As for any receiver; past its best-before date it is good as long as the network says."""
    fridge = Receiver(
        line.category, accepted_temperature_classes=frozenset({line.temperature_class}), accepts_past_best_before=True
    )
    found = latest_arrival(line, fridge, service_date_of(at, zone), zone, ready_at=ready_at, policy=policy)
    if isinstance(found, Refusal):
        return Refusal("unsafe_for_people", "This food is not for people any more.")
    return None if at <= found else Refusal("unsafe_for_people", "This food is not for people any more.")


def _from_plants(line: Line) -> bool:
    if line.temperature_class == "hot" or line.allergens & _OF_ANIMALS or "contains_pork" in line.dietary_flags:
        return False
    return line.category in _FROM_PLANTS or (line.category in _VEGAN_AT_LEAST and "vegan" in line.dietary_flags)
