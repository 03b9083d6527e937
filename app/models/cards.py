"""Cards by which partners and ambassadors bring in others, what people write through them, and what came of that."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK


class Card(Identified, Base):
    """A page of its own for whoever brings others in: a partner, or an ambassador (a person or a group), with the name
    that they agreed to have shown. Who asks by its address alone is told of one that is on by `wasl_card_shown_as`."""

    __tablename__ = "cards"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("kind IN ('partner','ambassador')", name="kind"),
        CheckConstraint("is_on = (off_since IS NULL)", name="off_since"),
        UniqueConstraint("slug"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    slug: Mapped[str]
    kind: Mapped[str]
    name_en: Mapped[str]
    name_ar: Mapped[str] = mapped_column(default="")  # empty: as in English
    sentence_en: Mapped[str] = mapped_column(default="")
    sentence_ar: Mapped[str] = mapped_column(default="")
    consented_on: Mapped[date]
    is_on: Mapped[bool]
    off_since: Mapped[date | None]  # after some time the name goes, since nobody is shown it any more
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Enquiry(Identified, Base):
    """What somebody writes who wants to give food, drive or give money, and the card that led there. Nothing is known
    of them but what they typed; it goes when it is declined, and in any case after its time."""

    __tablename__ = "enquiries"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("wish IN ('give_food','drive','give_money')", name="wish"),
        CheckConstraint("state IN ('open','accepted')", name="state"),
        CheckConstraint("(state = 'open') = (decided_on IS NULL)", name="decided_on"),
        CheckConstraint("language IN ('en','ar')", name="language"),
        Index("ix_enquiries_network_received", "network_id", "received_at"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    card_id: Mapped[UUID] = mapped_column(ForeignKey("cards.id"), index=True)
    wish: Mapped[str]
    contact_name: Mapped[str]
    contact: Mapped[str]
    organisation: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en", server_default="en")  # of the page on which they wrote
    state: Mapped[str] = mapped_column(default="open")
    decided_on: Mapped[date | None]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardRecruit(Identified, Base):
    """One donor or driver who came through a card, counted when an administrator accepted them: a kind and a day, and
    nothing of who it is. Money counts by its grant."""

    __tablename__ = "card_recruits"
    __tenancy__ = OF_NETWORK
    __table_args__ = (CheckConstraint("kind IN ('donor','driver')", name="kind"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    card_id: Mapped[UUID] = mapped_column(ForeignKey("cards.id"), index=True)
    kind: Mapped[str]
    counted_on: Mapped[date]
