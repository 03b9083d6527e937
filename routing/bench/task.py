"""What a solver of the comparison is given, and what it gives back."""

from dataclasses import dataclass

from routing.instances.pairs import PairInstance

type Answer = list[list[int]] | None
"""Routes as node numbers, the depot left out; None: the solver found none that serve every pair."""


@dataclass(frozen=True)
class Task:
    """One run. `instance.vehicles` is the fleet offered to everybody; `seconds` include building the model;
    `objective` is "vehicles" or "distance"."""

    instance: PairInstance
    seconds: float
    seed: int
    objective: str

    @property
    def fleet(self) -> int:
        """Vehicles to model, where a solver has to be told a number: at most one for each pair is of use."""
        pairs = max(1, len(self.instance.pickups))
        return pairs if self.instance.vehicles is None else min(self.instance.vehicles, pairs)

    def pairs(self) -> list[tuple[int, int]]:
        """Pickup and delivery node of each pair."""
        return list(zip(self.instance.pickups.tolist(), self.instance.deliveries.tolist(), strict=True))
