"""What a food bank says it received, held against what the driver reported: a difference is for a person to look at."""

from dataclasses import dataclass

SAYS_OTHERWISE = "{place} says that {received} kg of {food} came; the driver reported {delivered} kg."
SAYS_UNREPORTED = "{place} says that {received} kg of {food} came; the driver has reported nothing of it yet."
SAYS_CRATES = "{place} says that {received} crates of {food} came; {promised} were to come."


@dataclass(frozen=True)
class Received:
    """A food bank's word beside the driver's.

    delivered_grams: as reported, None where nothing is. Crates are counted by the food bank alone, None: nobody did.
    """

    received_grams: int
    received_crates: int | None
    delivered_grams: int | None
    promised_grams: int
    promised_crates: int

    @property
    def crates_differ(self) -> bool:
        """Whether another number of crates came. A driver reports kilograms: of a part nobody knows how many."""
        whole = self.received_grams == self.promised_grams
        return whole and self.received_crates is not None and self.received_crates != self.promised_crates

    @property
    def differs(self) -> bool:
        """Whether somebody has to find out what came."""
        return self.received_grams != self.delivered_grams or self.crates_differ

    @property
    def sentence(self) -> str:
        """What the dispatcher reads, with its gaps."""
        if self.delivered_grams is None:
            return SAYS_UNREPORTED
        return SAYS_OTHERWISE if self.received_grams != self.delivered_grams else SAYS_CRATES
