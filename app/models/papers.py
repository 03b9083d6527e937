"""Papers that were issued: what each says in figures, its check code, and the digests of its files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK, by_credential


class IssuedPaper(Identified, Base):
    """One paper with what it says, for one reader; what says something else is another row with a code of its own.

    `subject` names what it is about within its kind. `of_network`: it shows what the network's staff see, not only what
    is `organisation_id`'s. `facts` are organisations, days and figures, and nobody's name: whoever has the code sees
    them. The code is kept as well as its sha256: it is printed again, and opens nothing that does not stand beside it.
    """

    __tablename__ = "issued_papers"
    __tenancy__ = (*OWN_OR_NETWORK, by_credential("code_sha256"))
    __table_args__ = (
        UniqueConstraint("code_sha256"),
        UniqueConstraint(
            "network_id",
            "organisation_id",
            "of_network",
            "kind",
            "subject",
            "content_sha256",
            name="uq_issued_papers_content",
        ),
        Index("ix_issued_papers_organisation_issued", "organisation_id", "issued_at"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    of_network: Mapped[bool]
    kind: Mapped[str]
    subject: Mapped[str]
    content_sha256: Mapped[str]
    code: Mapped[str]
    code_sha256: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperFile(Base):
    """The digest of a file that was made of an issued paper, in one language; the file is made anew each time."""

    __tablename__ = "paper_files"
    __tenancy__ = OWN_OR_NETWORK
    paper_id: Mapped[UUID] = mapped_column(ForeignKey("issued_papers.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    language: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
