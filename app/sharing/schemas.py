"""What shares look like over HTTP; money is a decimal string in the network's currency."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.fleet.schemas import MoneyOut
from app.kit.web import Body
from app.kit.wire import Day
from app.models.shares import CostShare, DayCost
from app.sharing.queries import Shares

Standing = Literal["core", "least_core", "dearer"]


class SharesAskedIn(Body):
    """Which published day's cost to share now."""

    service_date: Day


class SharesAskedOut(BaseModel):
    """The day is waiting to be worked out, which takes some minutes with eight food banks."""

    service_date: date
    state: Literal["queued"] = "queued"


class NearestOut(BaseModel):
    """Of the groups that the partner is in, the one that would leave first."""

    partners: list[str]
    saves_by_staying: MoneyOut


class CostShareOut(BaseModel):
    """One partner's share of a day as it was planned. Without a share, `left_out` says why."""

    service_date: date
    organisation_id: UUID
    organisation: str
    left_out: Literal["nothing_brought", "no_rates"] | None
    standing: Standing | None = Field(
        description="`core`: no group (with more than eight partners: none that was tried) would pay less by"
        " itself; `least_core`: there is no such split, and the"
        " unhappiest group has as little to gain as can be; `dearer`: the day cost more than all alone would have paid"
    )
    share: MoneyOut | None
    alone: MoneyOut | None = Field(description="What fetching the same food alone would have cost")
    alone_vans: Literal["own", "hired", "planned"] | None = Field(description="Whose vans it would have taken")
    saved: MoneyOut | None
    adds: MoneyOut | None = Field(description="What the partner adds to the cost on average (its Shapley value)")
    adds_error: float | None = Field(description="Its standard error where it was sampled, in hundredths")
    own_vans: MoneyOut | None = Field(description="What the partner's own vans cost that day")
    balance: MoneyOut | None = Field(description="Share less own vans: what is still to pay; negative, to receive")
    nearest: NearestOut | None

    @classmethod
    def of(cls, row: CostShare, name: str) -> Self:
        """From its row."""
        share, alone, vans = row.share_cents, row.alone_cents, row.own_vans_cents
        nearest = None
        if row.nearest_saves_cents is not None:
            nearest = NearestOut(partners=row.nearest, saves_by_staying=row.nearest_saves_cents)
        return cls.model_validate(
            {
                "service_date": row.service_date,
                "organisation_id": row.organisation_id,
                "organisation": name,
                "left_out": row.left_out,
                "standing": row.standing,
                "share": share,
                "alone": alone,
                "alone_vans": row.alone_vans,
                "saved": None if share is None or alone is None else alone - share,
                "adds": row.fair_cents,
                "adds_error": row.fair_error_cents,
                "own_vans": vans,
                "balance": None if share is None or vans is None else share - vans,
                "nearest": nearest,
            }
        )


class VansCostOut(BaseModel):
    """What the vans of one organisation cost that day."""

    organisation_id: UUID
    organisation: str
    cost: MoneyOut


class DayCostOut(BaseModel):
    """What a day's vans cost, and what its shares come of."""

    service_date: date
    plan_id: UUID
    cost: MoneyOut
    standing: Standing | None
    network_carries: MoneyOut
    most_to_gain: MoneyOut = Field(description="What the unhappiest group of two or more would save by leaving")
    groups: int = Field(description="Groups of two or more that were looked at")
    exact: bool = Field(description="All groups were looked at; false: those that sampled orders of joining came by")
    vans: list[VansCostOut]
    vans_without_rates: int
    inputs_digest: str
    engine: str
    steps: int
    seed: int
    worked_out_at: datetime

    @classmethod
    def of(cls, row: DayCost, found: Shares) -> Self:
        """From its row."""
        vans = [
            VansCostOut(organisation_id=UUID(each), organisation=found.names.get(UUID(each), ""), cost=cents)
            for each, cents in row.driven.items()
        ]
        same = ("service_date", "plan_id", "standing", "groups", "exact", "vans_without_rates", "inputs_digest",
                "engine", "steps", "seed", "worked_out_at")  # fmt: skip
        money = {
            "cost": row.cents,
            "network_carries": row.network_carries_cents,
            "most_to_gain": row.most_to_gain_cents,
        }
        return cls.model_validate({**{name: getattr(row, name) for name in same}, **money, "vans": vans})


class CostSharesOut(BaseModel):
    """Shares by day and partner; the days themselves only for those who see the network."""

    currency: str
    shares: list[CostShareOut]
    days: list[DayCostOut]

    @classmethod
    def of(cls, currency: str, found: Shares) -> Self:
        """What the caller may see."""
        shares = [CostShareOut.of(row, found.names.get(row.organisation_id, "")) for row in found.shares]
        return cls(currency=currency, shares=shares, days=[DayCostOut.of(row, found) for row in found.costs])
