"""The kinds of papers that are issued, each with how what it says is read today. Another kind is one entry more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.driving import delivery_note, food_receipt
from app.funding import report as sponsors
from app.issuing.content import Content
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.models.papers import IssuedPaper
from app.offers import certificates, receipts
from app.reports.additions import queries as additions
from app.reports.impact import paper as published
from app.reports.together import figures
from app.sharing import statement

type Reading = Callable[[Session, Principal, str, datetime], Content]


@dataclass(frozen=True)
class Kind:
    """word: what it is called. read: its content now, of a subject, behind the guards of its page."""

    word: str
    read: Reading


KINDS: Mapping[str, Kind] = {
    "delivery_note": Kind(
        "Delivery note",
        lambda session, reader, subject, now: delivery_note.content_of_visit(session, reader, UUID(subject), now),
    ),
    "offer_receipt": Kind(
        "Receipt of an offer",
        lambda session, reader, subject, _: receipts.content_of(receipts.receipt_of(session, reader, UUID(subject))),
    ),
    "food_receipt": Kind(
        "Receipt of one food",
        lambda session, reader, subject, _: food_receipt.content_of(
            food_receipt.food_receipt(session, reader, UUID(subject))
        ),
    ),
    "month_certificate": Kind(
        "Certificate of a month",
        lambda session, reader, subject, _: receipts.content_of_month(
            receipts.certificate_of(session, reader, date.fromisoformat(f"{subject}-01")), None
        ),
    ),
    "year_certificate": Kind(
        "Certificate of a year",
        lambda session, reader, subject, _: certificates.content_of_year(
            certificates.year_of(session, reader, int(subject)), None
        ),
    ),
    "cost_statement": Kind(
        "Statement of shared costs",
        lambda session, reader, subject, _: statement.content_of(
            statement.statement_of(session, reader, date.fromisoformat(f"{subject}-01")), None
        ),
    ),
    "sponsor_report": Kind("Report to a sponsor", sponsors.content_of_day),
    "impact_report": Kind(
        "Impact report",
        lambda session, reader, subject, now: published.content_today(session, reader, UUID(subject), now),
    ),
    "additions": Kind(
        "More impact together",
        lambda session, reader, subject, _: additions.content_of_report(
            additions.get_report(session, reader, UUID(subject))
        ),
    ),
    "together_day": Kind(
        "A day together and alone",
        lambda session, reader, subject, _: figures.content_of_day(
            date.fromisoformat(subject), figures.kinds_of_day(session, reader, date.fromisoformat(subject))
        ),
    ),
}


def reader_of(paper: IssuedPaper) -> Principal:
    """The one whom a paper was issued to: what they would be shown today is read by the same rules."""
    return Principal(
        kind="issued_paper",
        credential_id=paper.id,
        network_id=paper.network_id,
        organisation_id=paper.organisation_id,
        name="",
        role="network_admin" if paper.of_network else "organisation_admin",
    )


def content_now(session: Session, paper: IssuedPaper, now: datetime) -> Content | None:
    """What the paper would say today, in the scope of its reader; None where what it is about is not there any more."""
    try:
        return KINDS[paper.kind].read(session, reader_of(paper), paper.subject, now)
    except WaslError:
        return None
