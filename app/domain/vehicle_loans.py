"""What the loan of a vehicle means: on which days the borrower has it, and who still has to agree. docs/decisions/0046
says why."""

from dataclasses import dataclass
from datetime import date

SIDES: tuple[str, ...] = ("lender", "borrower", "network")


@dataclass(frozen=True)
class Loan:
    """The days of a loan, both included. accepted: both sides agreed. ended_on: the day of its early end, which is the
    borrower's last one."""

    valid_from: date
    valid_until: date
    accepted: bool
    ended_on: date | None = None

    @property
    def last_day(self) -> date:
        """The borrower's last day; before the first one where the loan ended before it began."""
        return self.valid_until if self.ended_on is None else min(self.valid_until, self.ended_on)

    def in_force(self, day: date) -> bool:
        """Whether the vehicle is the borrower's on that day."""
        return self.accepted and self.valid_from <= day <= self.last_day

    def overlaps(self, first: date, last: date) -> bool:
        """Whether the vehicle is the borrower's on any day from `first` until `last`."""
        begins, ends = max(self.valid_from, first), min(self.last_day, last)
        return self.accepted and begins <= ends

    def is_over(self, today: date) -> bool:
        """Whether the borrower has had it for the last time."""
        return self.last_day < today


def agrees_by_offering(speaks_for: frozenset[str]) -> frozenset[str]:
    """Of the two organisations, those whose word is given by whoever offers or asks: the network's office speaks for
    neither, unless one of the two is its own."""
    return speaks_for & {"lender", "borrower"}
