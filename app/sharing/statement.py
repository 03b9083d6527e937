"""A month's statement: what each food bank pays of the days' costs, what it would have paid alone, what its own vans
cost and what is left to pay. One's own for a partner, everybody's for the network. Days that are recorded and days that
are only planned stand apart, each kind with its own sum."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.issuing.content import Content
from app.kit.auth import Principal
from app.partners.service import network_of
from app.sharing.queries import shares_between
from app.sharing.schemas import CostShareOut, CostSharesOut, DayCostOut
from app.sharing.working_out import Kind

ShownAs = Literal["recorded", "partly", "planned"]


@dataclass(frozen=True)
class Total:
    """One partner's days of one kind, in cents; `days` on which it had a share."""

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
class DayStatement:
    """One day, once: as it was recorded, or else as it was planned. cost: where the reader may see it."""

    day: date
    kind: Kind
    shares: Sequence[CostShareOut]
    cost: DayCostOut | None

    @property
    def not_reported(self) -> int:
        """The vans whose driving is in no figure, of a recorded day."""
        counts = [each.vans_not_reported for each in self.shares]
        return max(counts if self.cost is None else [*counts, self.cost.vans_not_reported], default=0)

    @property
    def shown_as(self) -> ShownAs:
        """What the figures are: of a day of which some vans reported nothing, a part."""
        if self.kind == "planned":
            return "planned"
        return "partly" if self.not_reported else "recorded"


@dataclass(frozen=True)
class Part:
    """The days of a month that are recorded, or those that are only planned: never one sum."""

    kind: Kind
    shares: Sequence[CostShareOut]
    days: Sequence[DayCostOut]

    @property
    def dates(self) -> list[date]:
        """The days of which there is anything, in order."""
        return sorted({each.service_date for each in self.shares} | {each.service_date for each in self.days})

    @property
    def totals(self) -> list[Total]:
        """The sums by partner."""
        return totals_of(self.shares)

    @property
    def carried(self) -> int:
        """What the network carries, as far as the reader may see it."""
        return sum(each.network_carries for each in self.days)

    @property
    def partly(self) -> int:
        """How many of the days are recorded in part."""
        return sum(self.of_day(day).shown_as == "partly" for day in self.dates)

    def of_day(self, day: date) -> DayStatement:
        """One of the days."""
        shares = [each for each in self.shares if each.service_date == day]
        cost = next((each for each in self.days if each.service_date == day), None)
        return DayStatement(day, self.kind, shares, cost)


@dataclass(frozen=True)
class Statement:
    """What the reader may see of a month."""

    month: date
    currency: str
    recorded: Part
    planned: Part
    as_of: datetime | None

    def money(self, cents: float) -> str:
        """An amount in the network's currency."""
        return f"{self.amount(cents)} {self.currency}"

    def amount(self, cents: float) -> str:
        """The same in a table that names the currency once."""
        return f"{cents / 100:.2f}"

    @property
    def parts(self) -> list[Part]:
        """Those with any day, what is recorded first."""
        return [each for each in (self.recorded, self.planned) if each.dates]

    @property
    def dates(self) -> list[date]:
        """The days of which there is anything, in order."""
        return sorted({day for each in self.parts for day in each.dates})

    @property
    def by_day(self) -> list[DayStatement]:
        """Every day once, in order."""
        return sorted((part.of_day(day) for part in self.parts for day in part.dates), key=lambda each: each.day)

    @property
    def shares(self) -> list[CostShareOut]:
        """The shares of every day, as the day is shown."""
        return [share for each in self.by_day for share in each.shares]


def statement_of(session: Session, principal: Principal, month: date) -> Statement:
    """The statement of the month that the day is in."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    found = shares_between(session, principal, month.replace(day=1), last)
    out = CostSharesOut.of(network_of(session, principal).currency, found)
    only = set(out.planned_only)
    as_of = max((row.worked_out_at for row in found.shares), default=None)
    return Statement(
        month.replace(day=1),
        out.currency,
        Part("recorded", out.recorded.shares, out.recorded.days),
        Part(
            "planned",
            [each for each in out.shares if each.service_date in only],
            [each for each in out.days if each.service_date in only],
        ),
        as_of,
    )


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
    """What the statement says, partner by partner, recorded and planned apart. figures_of: today, where the month is
    not over."""
    parts: dict[str, dict[str, int]] = {}
    cents: dict[str, int] = {}
    for part in statement.parts or [statement.planned]:
        for each in part.totals:
            said = {"share": each.share, "alone": each.alone, "own_vehicles": each.own_vans}
            parts.setdefault(each.organisation, {}).update(_named(part, said))
        sums = {
            "share": sum(each.share for each in part.totals),
            "saved": sum(each.saved for each in part.totals),
            "own_vehicles": sum(each.own_vans for each in part.totals),
            "carried_by_network": part.carried,
        }
        cents |= _named(part, sums)
    return Content(
        kind="cost_statement",
        subject=f"{statement.month:%Y-%m}",
        first=statement.month,
        last=statement.month.replace(day=monthrange(statement.month.year, statement.month.month)[1]),
        parts=parts,
        cents=cents,
        currency=statement.currency,
        figures_of=figures_of,
        details=[_said(statement.recorded), _said(statement.planned)],
    )


def _named(part: Part, figures: dict[str, int]) -> dict[str, int]:
    """Figures as planned have the names that they had when there were no others: papers of then stay what they are."""
    return figures if part.kind == "planned" else {f"recorded_{name}": cents for name, cents in figures.items()}


def _said(part: Part) -> list[list[dict[str, Any]]]:
    return [[each.model_dump(mode="json") for each in rows] for rows in (part.shares, part.days)]
