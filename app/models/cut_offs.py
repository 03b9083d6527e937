"""Which days were planned by themselves at the network's cut-off time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, UtcDateTime
from app.kit.tenancy import OF_NETWORK


class CutOffRun(Base):
    """The planning run that the cut-off time asked for: one of a network and day, whoever looks and however often."""

    __tablename__ = "cut_off_runs"
    __tenancy__ = OF_NETWORK
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    service_date: Mapped[date] = mapped_column(primary_key=True)
    plan_run_id: Mapped[UUID] = mapped_column(ForeignKey("plan_runs.id"))
    cut_off_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
