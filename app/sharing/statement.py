"""A month's statement: what each food bank pays of the days' costs, what it would have paid alone, what its own vans
cost and what is left to pay. One's own for a partner, everybody's for the network."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.issuing.content import Content
from app.kit.auth import Principal
from app.partners.service import network_of
from app.sharing.queries import shares_between
from app.sharing.schemas import CostShareOut, CostSharesOut, DayCostOut


@dataclass(frozen=True)
class Total:
    """One partner's month, in cents; `days` on which it had a share."""

    organisation: str
    days: int
    share: int
    alone: int
    own_vans: int

    @property
    def saved(self) -> int:
        """What coordination spared it."""
        return self.alone - self.share

    @property
    def balance(self) -> int:
        """What is left to pay; below zero, to receive."""
        return self.share - self.own_vans


@dataclass(frozen=True)
class Statement:
    """What the reader may see of a month: shares and the days' costs by day, the totals by name."""

    month: date
    currency: str
    shares: Sequence[CostShareOut]
    days: Sequence[DayCostOut]
    totals: Sequence[Total]
    as_of: datetime | None

    def money(self, cents: float) -> str:
        """An amount in the network's currency."""
        return f"{cents / 100:.2f} {self.currency}"

    def of_day(self, day: date) -> list[CostShareOut]:
        """The shares of one day."""
        return [each for each in self.shares if each.service_date == day]

    def cost_of(self, day: date) -> DayCostOut | None:
        """What the day cost, where the reader may see that."""
        return next((each for each in self.days if each.service_date == day), None)

    @property
    def dates(self) -> list[date]:
        """The days of which there is anything, in order."""
        return sorted({each.service_date for each in self.shares} | {each.service_date for each in self.days})

    @property
    def carried(self) -> int:
        """What the network carries of the month, as far as the reader may see it."""
        return sum(each.network_carries for each in self.days)


def statement_of(session: Session, principal: Principal, month: date) -> Statement:
    """The statement of the month that the day is in."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    found = shares_between(session, principal, month.replace(day=1), last)
    out = CostSharesOut.of(network_of(session, principal).currency, found)
    as_of = max((row.worked_out_at for row in found.shares), default=None)
    return Statement(month.replace(day=1), out.currency, out.shares, out.days, totals_of(out.shares), as_of)


def totals_of(shares: Sequence[CostShareOut]) -> list[Total]:
    """The sums by partner, of the days on which it had a share; by name."""
    by_name: dict[str, list[CostShareOut]] = {}
    for each in shares:
        if each.share is not None:
            by_name.setdefault(each.organisation, []).append(each)
    return [
        Total(
            name,
            len(rows),
            sum(each.share or 0 for each in rows),
            sum(each.alone or 0 for each in rows),
            sum(each.own_vans or 0 for each in rows),
        )
        for name, rows in sorted(by_name.items())
    ]


def content_of(statement: Statement, figures_of: date | None) -> Content:
    """What the statement says, partner by partner. figures_of: today, where the month is not over."""
    totals = statement.totals
    return Content(
        kind="cost_statement",
        subject=f"{statement.month:%Y-%m}",
        first=statement.month,
        last=statement.month.replace(day=monthrange(statement.month.year, statement.month.month)[1]),
        parts={
            each.organisation: {"share": each.share, "alone": each.alone, "own_vehicles": each.own_vans}
            for each in totals
        },
        cents={
            "share": sum(each.share for each in totals),
            "saved": sum(each.saved for each in totals),
            "own_vehicles": sum(each.own_vans for each in totals),
            "carried_by_network": statement.carried,
        },
        currency=statement.currency,
        figures_of=figures_of,
        details=[
            [each.model_dump(mode="json") for each in statement.shares],
            [each.model_dump(mode="json") for each in statement.days],
        ],
    )
