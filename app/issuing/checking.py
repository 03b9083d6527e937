"""Whoever has a check code sees what was issued under it, and whether the ledger still says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import check_code
from app.issuing.content import Content
from app.issuing.kinds import content_now, reader_of
from app.issuing.service import digest_of
from app.kit.db import Database
from app.kit.errors import not_found
from app.kit.tenancy import Scope
from app.models.papers import IssuedPaper, PaperFile
from app.models.partners import Network
from app.people.tries import count_try

Standing = Literal["agrees", "corrected", "not_there"]


@dataclass(frozen=True)
class Checked:
    """A paper that was issued. now: what it would say today; None where what it is about is not there any more.

    issued_anew_at: when the same paper was last issued with something else in it. sha256: of each file made of it.
    """

    code: str
    kind: str
    issuer: str
    issued_to: str
    issued_at: datetime
    zone: ZoneInfo
    demonstration: bool
    content: Content
    now: Content | None
    issued_anew_at: datetime | None
    sha256: Sequence[str]

    @property
    def standing(self) -> Standing:
        """Whether the ledger still says what the paper says."""
        if self.now is None:
            return "not_there"
        return "agrees" if self.content.agrees_with(self.now) else "corrected"


def check(database: Database, typed: str, address: str, now: datetime) -> Checked:
    """The paper of a code, however it was typed. Raises `not_found` for one that nobody issued, and who tries many is
    told to wait: `too_many_attempts` (429). What can be no code is not counted: nothing is looked up for it."""
    code = check_code.read(typed)
    if code is None:
        raise not_found("paper")
    digest = digest_of(code)
    with database.transaction(Scope(credential=digest)) as session:
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.code_sha256 == digest)).first()
    if paper is None:
        count_try(database, "paper_code", f"code {digest}", address, now)
        raise not_found("paper")
    # Read as its reader would read it, since who asks is nobody.
    with database.transaction(reader_of(paper).scope) as session:
        return _checked(session, paper, now)


def _checked(session: Session, paper: IssuedPaper, now: datetime) -> Checked:
    network = session.get_one(Network, paper.network_id)
    others = select(func.max(IssuedPaper.issued_at)).where(
        IssuedPaper.network_id == paper.network_id,
        IssuedPaper.organisation_id == paper.organisation_id,
        IssuedPaper.of_network == paper.of_network,
        IssuedPaper.kind == paper.kind,
        IssuedPaper.subject == paper.subject,
        IssuedPaper.issued_at > paper.issued_at,
    )
    files = select(PaperFile.sha256).where(PaperFile.paper_id == paper.id).order_by(PaperFile.made_at, PaperFile.sha256)
    return Checked(
        code=paper.code,
        kind=paper.kind,
        issuer=paper.facts["issuer"],
        issued_to=paper.facts["issued_to"],
        issued_at=paper.issued_at,
        zone=ZoneInfo(network.time_zone),
        demonstration=network.demonstration,
        content=Content.of(paper.facts),
        now=content_now(session, paper, now),
        issued_anew_at=session.scalar(others),
        sha256=session.scalars(files).all(),
    )
