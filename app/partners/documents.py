"""The signed agreement of a partnership: the file is kept as it was sent, and not replaced once it counts."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, not_found, refused
from app.models.partners import Partnership, PartnershipDocument
from app.partners.partnership_schemas import SignedDocument
from app.partners.partnerships import get_partnership, to_change

PDF_BEGINS = b"%PDF-"


def keep_document(
    session: Session,
    principal: Principal,
    partnership_id: UUID,
    told: SignedDocument,
    content: bytes,
    version: int,
    now: datetime,
) -> Partnership:
    """Keep the signed agreement's file. Either side may; a proposal's file may be replaced, an accepted one's not.

    Raises `not_a_pdf` (422) and `document_kept` (409).
    """
    row = to_change(session, principal, partnership_id, version)
    if not content.startswith(PDF_BEGINS):
        raise refused("not_a_pdf", "The signed document has to be a PDF file. Scan or save it as PDF.")
    kept = session.get(PartnershipDocument, row.id)
    if kept is not None and row.state != "proposed":
        raise conflict("document_kept", "The signed document stays as it is. Propose new terms instead.")
    digest = hashlib.sha256(content).hexdigest()
    if kept is None:
        kept = PartnershipDocument(
            partnership_id=row.id, network_id=row.network_id, organisation_id=row.organisation_id
        )
        session.add(kept)
    kept.name, kept.signed_on, kept.sha256, kept.content, kept.stored_at = (
        told.name, told.signed_on, digest, content, now,
    )  # fmt: skip
    row.signed_document = {"name": told.name, "signed_on": told.signed_on.isoformat(), "sha256": digest}
    audit.record(
        session,
        principal,
        "partnerships.keep_document",
        ("partnership", row.id),
        now,
        owner=row.organisation_id,
        sha256=digest,
    )
    session.flush()
    return row


def document_of(session: Session, principal: Principal, partnership_id: UUID) -> PartnershipDocument:
    """The file; raises `not_found` where there is none."""
    row = get_partnership(session, principal, partnership_id)
    found = session.get(PartnershipDocument, row.id)
    if found is None:
        raise not_found("signed document")
    return found
