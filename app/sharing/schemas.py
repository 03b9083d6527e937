"""What shares look like over HTTP; money is a decimal string in the network's currency."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.fleet.schemas import MoneyOut
from app.kit.web import Body
from app.kit.wire import Day, KgOut
from app.models.shares import CostShare, DayCost
from app.sharing.queries import Shares
from app.sharing.working_out import Kind

Standing = Literal["core", "least_core", "dearer"]


class SharesAskedIn(Body):
    """Which published day's cost to share now."""

    service_date: Day


class SharesAskedOut(BaseModel):
    """The day is waiting to be worked out, which takes some minutes with eight food banks. Before `reports_until` its
    drivers can still report: until then it is shared as it was planned alone."""

    service_date: date
    state: Literal["queued"] = "queued"
    reports_until: datetime | None = Field(description="None where nobody drives that day")


class NearestOut(BaseModel):
    """Of the groups that the partner is in, the one that would leave first."""

    partners: list[str]
    saves_by_staying: MoneyOut


class CostShareOut(BaseModel):
    """One partner's share of a day, as it was planned or as it was recorded. Without a share, `left_out` says why."""

    service_date: date
    kind: Kind
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
    kg: KgOut | None = Field(
        description="What was brought; of a recorded day what the ledger says. None of old figures"
    )
    planned_kg: KgOut | None = Field(description="Of a recorded day, what had been planned")
    vans_not_reported: int = Field(description="Vans of a recorded day whose driving is in no figure")
    number: int = Field(description="Counts how often the day's shares were worked out; the newest is shown")

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
                "kind": row.kind,
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
                "kg": row.grams,
                "planned_kg": row.planned_grams,
                "vans_not_reported": row.not_reported,
                "number": row.number,
            }
        )


class VansCostOut(BaseModel):
    """What the vans of one organisation cost that day."""

    organisation_id: UUID
    organisation: str
    cost: MoneyOut


class DayFactsOut(BaseModel):
    """What the cost comes of. Of a recorded day: kilometres of the routes as last published, hours by the reports of
    `routes_measured` of `routes_reported` routes (of the others the planned ones), food by the ledger."""

    plan_number: int
    metres: int
    seconds: int
    kg: KgOut = Field(validation_alias="grams")
    planned_kg: KgOut | None = Field(None, validation_alias="planned_grams")
    changed_later: bool | None = None
    routes_reported: int | None = None
    routes_measured: int | None = None


class GroupCostOut(BaseModel):
    """What one group of partners would have paid to fetch by itself the food that was brought to it."""

    partners: list[UUID]
    cost: MoneyOut

    @classmethod
    def all_of(cls, row: DayCost) -> list[Self]:
        """From the day's row, small groups first."""
        said = row.group_costs or {"partners": [], "costs": []}
        ids = [UUID(each) for each in said["partners"]]
        found = [
            ([each for place, each in enumerate(ids) if bits >> place & 1], cents) for bits, cents in said["costs"]
        ]
        return [cls(partners=group, cost=cents) for group, cents in sorted(found, key=lambda each: len(each[0]))]


class DayCostOut(BaseModel):
    """What a day's vans cost, as planned or as recorded, and what its shares come of."""

    service_date: date
    kind: Kind
    number: int
    plan_id: UUID
    cost: MoneyOut
    standing: Standing | None
    network_carries: MoneyOut
    most_to_gain: MoneyOut = Field(description="What the unhappiest group of two or more would save by leaving")
    groups: int = Field(description="Groups of two or more that were looked at")
    exact: bool = Field(description="All groups were looked at; false: those that sampled orders of joining came by")
    vans: list[VansCostOut]
    vans_without_rates: int
    vans_not_reported: int = Field(description="Vans of a recorded day whose driving is in no figure")
    facts: DayFactsOut | None = Field(description="None of figures from before they were kept")
    inputs_digest: str
    engine: str
    steps: int
    seed: int
    worked_out_at: datetime
    group_costs: list[GroupCostOut] | None = Field(
        description="With `groups`: each group that was asked, as it was searched. A group never counts with more than"
        " two known parts of it would pay; the whole counts with what was driven"
    )

    @classmethod
    def of(cls, row: DayCost, found: Shares, *, groups: bool = False) -> Self:
        """From its row."""
        vans = [
            VansCostOut(organisation_id=UUID(each), organisation=found.names.get(UUID(each), ""), cost=cents)
            for each, cents in row.driven.items()
        ]
        same = ("service_date", "kind", "number", "plan_id", "standing", "groups", "exact", "vans_without_rates",
                "inputs_digest", "engine", "steps", "seed", "worked_out_at")  # fmt: skip
        money = {
            "cost": row.cents,
            "network_carries": row.network_carries_cents,
            "most_to_gain": row.most_to_gain_cents,
        }
        asked = GroupCostOut.all_of(row) if groups else None
        more = {"vans": vans, "vans_not_reported": row.not_reported, "facts": row.facts or None, "group_costs": asked}
        return cls.model_validate({**{name: getattr(row, name) for name in same}, **money, **more})


class RecordedSharesOut(BaseModel):
    """The same of the days that were driven and reported, by what is recorded of them: never to be added to those as
    planned."""

    shares: list[CostShareOut]
    days: list[DayCostOut]


class CostSharesOut(BaseModel):
    """Shares by day and partner, as the days were planned, and beside them, of those that were reported, as they were
    recorded; the days themselves only for those who see the network."""

    currency: str
    shares: list[CostShareOut] = Field(description="Of all days, as they were planned")
    days: list[DayCostOut] = Field(description="All days, as they were planned")
    recorded: RecordedSharesOut
    planned_only: list[date] = Field(description="Days with shares as planned alone: not shown as done anywhere")

    @classmethod
    def of(cls, currency: str, found: Shares, *, groups: bool = False) -> Self:
        """What the caller may see."""
        planned, recorded = (_both(found.of_kind(kind), groups=groups) for kind in ("planned", "recorded"))
        done = {each.service_date for each in recorded[0]} | {each.service_date for each in recorded[1]}
        all_days = {each.service_date for each in planned[0]} | {each.service_date for each in planned[1]}
        return cls(
            currency=currency,
            shares=planned[0],
            days=planned[1],
            recorded=RecordedSharesOut(shares=recorded[0], days=recorded[1]),
            planned_only=sorted(all_days - done),
        )


def _both(found: Shares, *, groups: bool) -> tuple[list[CostShareOut], list[DayCostOut]]:
    shares = [CostShareOut.of(row, found.names.get(row.organisation_id, "")) for row in found.shares]
    return shares, [DayCostOut.of(row, found, groups=groups) for row in found.costs]
