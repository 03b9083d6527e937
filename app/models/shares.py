"""What a day's driving cost, as it was planned and as it was recorded, and how it is shared: kept as it was worked
out, as long as books are. Money in hundredths of the network's currency."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, OWN_OR_NETWORK


class DayCost(Identified, Base):
    """The cost of one day, as it was planned or as it was recorded, and how its shares stand: `core`, `least_core` or
    `dearer` (app.domain.shares), none where there was nothing to share. `inputs_digest`, `steps` and `seed` are what
    the same shares come of again.

    Where what it stands on has changed since, the next `number` says so, and this row stays as it is. facts: what was
    recorded of this very day, metres, seconds, grams. not_reported: vans of whose driving nothing is recorded.
    group_costs: {"partners": ids, "costs": [[bits, cents], ...]}, what each group that was asked would pay by itself;
        bit n of a group is the nth partner. None of days that were shared before it was kept, or that had no groups.
    """

    __tablename__ = "day_costs"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        UniqueConstraint("network_id", "service_date", "kind", "number"),
        CheckConstraint("kind IN ('planned','recorded')", name="kind"),
        CheckConstraint("standing IN ('core','least_core','dearer')", name="standing"),
        CheckConstraint("cents >= 0 AND network_carries_cents >= 0 AND most_to_gain_cents >= 0", name="cents"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    service_date: Mapped[date]
    kind: Mapped[str] = mapped_column(server_default="planned")
    number: Mapped[int] = mapped_column(server_default="1")
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    standing: Mapped[str | None]
    cents: Mapped[int]
    network_carries_cents: Mapped[int]
    most_to_gain_cents: Mapped[int]  # by leaving, of the unhappiest group
    groups: Mapped[int]  # of two or more, that were looked at
    group_costs: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    exact: Mapped[bool]
    driven: Mapped[dict[str, Any]] = mapped_column(JSONB)  # what vans cost, by the organisation whose they are
    vans_without_rates: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    not_reported: Mapped[int] = mapped_column(server_default="0")
    inputs_digest: Mapped[str]
    engine: Mapped[str]
    steps: Mapped[int]
    seed: Mapped[int]
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CostShare(Identified, Base):
    """One partner's share of a day's cost, with the numbers that say why; or why it has none (`left_out`).

    own_vans_cents: what its own vans cost that day. nearest: the names of the partners, itself among them, who would
    leave first, and what they save by staying. grams: what was brought to it, of a recorded day by the books, beside
    what had been planned. kind, number, not_reported: those of its day, which partners do not see.
    """

    __tablename__ = "cost_shares"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        UniqueConstraint("day_cost_id", "organisation_id"),
        CheckConstraint("kind IN ('planned','recorded')", name="kind"),
        CheckConstraint("left_out IN ('nothing_brought','no_rates')", name="left_out"),
        CheckConstraint("(left_out IS NULL) = (share_cents IS NOT NULL)", name="share"),
        CheckConstraint("share_cents <= alone_cents", name="never_more_than_alone"),
        Index("ix_cost_shares_network_day", "network_id", "service_date"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    day_cost_id: Mapped[UUID] = mapped_column(ForeignKey("day_costs.id", ondelete="CASCADE"))
    service_date: Mapped[date]
    kind: Mapped[str] = mapped_column(server_default="planned")
    number: Mapped[int] = mapped_column(server_default="1")
    standing: Mapped[str | None]
    exact: Mapped[bool]
    not_reported: Mapped[int] = mapped_column(server_default="0")
    grams: Mapped[int | None] = mapped_column(BigInteger)
    planned_grams: Mapped[int | None] = mapped_column(BigInteger)
    left_out: Mapped[str | None]
    share_cents: Mapped[int | None]
    alone_cents: Mapped[int | None]
    alone_vans: Mapped[str | None]
    fair_cents: Mapped[int | None]
    fair_error_cents: Mapped[float | None]
    own_vans_cents: Mapped[int | None]
    nearest: Mapped[list[str]] = mapped_column(JSONB)
    nearest_saves_cents: Mapped[int | None]
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
