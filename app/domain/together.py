"""What a day came to on one side of the comparison, what that is per tonne, and what several days come to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

KINDS: tuple[str, ...] = ("planned", "recorded")
SIDES: tuple[str, ...] = ("together", "alone")
GRAMS_A_TONNE = 1_000_000

# What stands behind every figure; a page shows them all.
ASSUMPTIONS: tuple[str, ...] = (
    "Alone, each food bank plans the best day it could with its own vehicles, by the same search. Who has no vehicle"
    " collects nothing, and vehicles of organisations without needs stay at home.",
    "Alone, it goes to the stores that it has agreements with, or else to its nearest ones, as many as have what it"
    " wants. Agreements that keep food for one partner hold on both sides.",
    "Alone, nobody knows of the others. The days are played against each other in time order: who comes second finds an"
    " empty dock, and has driven all the same.",
    "Alone, everything goes to time, and nothing is refused at a door.",
    "A visit is made twice where it finds nothing, or where another partner's vehicle was earlier that day.",
    "People are those that the needs name, in the part of the need that was brought. The same people come again, so"
    " days are never added up: of several days it is the day that reached most.",
)
ASSUMPTIONS_OF_RECORDED: tuple[str, ...] = (
    "Kilograms are the ledger's: what food banks took in, after all corrections. What went to community fridges is not"
    " in it, since nobody alone would have brought it there.",
    "Kilometres are those of the streets for each route as it was last published: no mileage is read from vehicles.",
    "Hours are those between the first and the last report of a driver, with the planned way there and home; where a"
    " phone's clock makes no sense of them, they are the planned ones.",
    "Alone, everything that was posted on the day is known when the day begins, whereas together it came while vans"
    " were under way. How much hangs on that is shown.",
    "Alone, stores had what was really there, also where that was less than they had posted; nobody knew it before.",
)

VARIANT_WORDS: dict[str, str] = {
    "usual": "As shown",
    "agreed_stores": "Stores with an agreement only",
    "nearest_stores": "Nearest stores only, whatever is agreed",
    "twice_the_reach": "Nearest stores with twice the food",
    "all_stores": "Every store on offer",
    "known_early": "Known in the morning only",
    "aware": "Aware of the others, earliest first",
    "aware_last_first": "Aware of the others, latest first",
    "slower": "Drives and stops 20 % longer",
    "quicker": "Drives and stops 20 % shorter",
    "same_food": "Together, the same food as alone",
}


@dataclass(frozen=True)
class Tally:
    """One side: grams, metres, seconds. fill_rate: of one partner, or the lowest of several; None where nothing is
    needed."""

    grams: int = 0
    metres: int = 0
    driver_seconds: int = 0
    vehicles: int = 0
    grams_co2e_driving: int = 0
    visits: int = 0
    empty_visits: int = 0
    duplicate_visits: int = 0
    people_served: int = 0
    fill_rate: float | None = None

    @property
    def hours_per_tonne(self) -> float | None:
        """None where no food moved: nothing was carried, so that nothing is per tonne of it."""
        return self._per_tonne(self.driver_seconds / 3600)

    @property
    def km_per_tonne(self) -> float | None:
        """None where no food moved."""
        return self._per_tonne(self.metres / 1000)

    @property
    def kg_co2e_per_tonne(self) -> float | None:
        """Of driving; None where no food moved."""
        return self._per_tonne(self.grams_co2e_driving / 1000)

    def _per_tonne(self, amount: float) -> float | None:
        return round(amount * GRAMS_A_TONNE / self.grams, 3) if self.grams else None


def summed(tallies: Iterable[Tally]) -> Tally:
    """Several days of one side. Vehicles and visits add up as days of them; people are those of the day that reached
    most, and the fill rate is that of the worst day."""
    days = list(tallies)
    fills = [day.fill_rate for day in days if day.fill_rate is not None]
    return Tally(
        grams=sum(day.grams for day in days),
        metres=sum(day.metres for day in days),
        driver_seconds=sum(day.driver_seconds for day in days),
        vehicles=sum(day.vehicles for day in days),
        grams_co2e_driving=sum(day.grams_co2e_driving for day in days),
        visits=sum(day.visits for day in days),
        empty_visits=sum(day.empty_visits for day in days),
        duplicate_visits=sum(day.duplicate_visits for day in days),
        people_served=max((day.people_served for day in days), default=0),
        fill_rate=min(fills, default=None),
    )
