"""Whether a pin can stand where somebody put it: a pure decision over what is known of the spot."""

from dataclasses import dataclass

from app.roads.addresses.coordinates import inside, is_swapped
from app.roads.coast import Bounds
from app.roads.provider import FAR_METRES, OFF_ROADS_METRES, distance_text

# Quays and bridges are drawn over water; what lies further out than this is in it.
BESIDE_WATER_METRES = 20


@dataclass(frozen=True, slots=True)
class PinFacts:
    """What is known of a spot. bounds: the region's west, south, east, north. metres_to_street: None where there is no
    street near. connected: whether the region can be driven to from there and back; True where nobody can tell."""

    bounds: Bounds
    metres_to_street: int | None
    in_water: bool = False
    connected: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a pin cannot stand there. proposed: (latitude, longitude) where another spot was clearly meant."""

    code: str
    sentence: str
    proposed: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PinWarning:
    """Why somebody should look at a pin that may stand."""

    code: str
    sentence: str


def refusal_of(name: str, latitude: float, longitude: float, facts: PinFacts) -> Refusal | None:
    """Why the site of this name cannot be there, in one sentence; None where it can."""
    metres = facts.metres_to_street
    near = metres is not None and metres <= OFF_ROADS_METRES
    if not near and is_swapped(facts.bounds, latitude, longitude):
        return Refusal(
            "swapped_coordinates",
            f"Latitude and longitude of {name} are swapped: only the other way round it lies in this region. "
            f"Enter latitude {_degrees(longitude)} and longitude {_degrees(latitude)}.",
            (longitude, latitude),
        )
    if facts.in_water and (metres is None or metres > BESIDE_WATER_METRES):
        return Refusal("in_water", f"The pin of {name} is in the water. Put it on land, beside a street.")
    if not near and not inside(facts.bounds, latitude, longitude):
        return Refusal("outside_region", f"{name} lies outside this region's map. Put the pin onto the map.")
    if not near:
        away = "not near any street of this region"
        if metres is not None:
            away = f"{distance_text(metres)} from the nearest street"
        return Refusal("far_from_streets", f"{name} is {away}. Put the pin at most {OFF_ROADS_METRES} m from a street.")
    if not facts.connected:
        return Refusal(
            "cut_off",
            f"The streets at {name} cannot be driven to from the rest of the region and back. "
            "Put the pin beside another street.",
        )
    return None


def warnings_of(name: str, metres_to_street: int) -> list[PinWarning]:
    """What to look at on a pin that stands: over 100 m, and the vehicle stops at a street that may be the wrong one."""
    if metres_to_street <= FAR_METRES:
        return []
    sentence = f"{name} is {metres_to_street} m from the nearest street. Check that its pin is in the right place."
    return [PinWarning("pin_far_from_street", sentence)]


def _degrees(value: float) -> str:
    """To about a decimetre."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
