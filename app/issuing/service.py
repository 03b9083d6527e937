"""Give a paper its check code before it is drawn, once for the same content, and remember the digests of its files."""

import hashlib
import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain import check_code
from app.issuing.content import Content
from app.kit.auth import Principal
from app.models.papers import IssuedPaper, PaperFile
from app.partners.service import get_organisation, network_of


def issue(session: Session, principal: Principal, content: Content, now: datetime) -> IssuedPaper:
    """The paper of this content for whoever reads it: the one that was issued before, or a new one with its code.

    What the content says has been read behind its own guards already; this decides nothing.
    """
    issuer, issued_to = _names(session, principal)
    digest = content.digest(issuer, issued_to)
    found = _issued(session, principal, content, digest)
    if found is not None:
        return found
    code = check_code.code_of(secrets.randbits(check_code.RANDOM_BITS))
    values = {
        "id": uuid4(),
        "network_id": principal.network_id,
        "organisation_id": principal.organisation_id,
        "of_network": principal.sees_network,
        "kind": content.kind,
        "subject": content.subject,
        "content_sha256": digest,
        "code": code,
        "code_sha256": digest_of(code),
        "facts": content.kept(issuer, issued_to),
        "issued_at": now,
    }
    # Two who ask at once get the same paper.
    session.execute(insert(IssuedPaper).values(values).on_conflict_do_nothing(constraint="uq_issued_papers_content"))
    found = _issued(session, principal, content, digest)
    assert found is not None  # noqa: S101 - inserted a moment ago, by us or by somebody else
    return found


def digest_of(code: str) -> str:
    """How a code is looked up."""
    return hashlib.sha256(f"paper {code}".encode()).hexdigest()


def keep_file(session: Session, paper: IssuedPaper, language: str, document: bytes, now: datetime) -> str:
    """Remember the digest of a file that was made of a paper, so that another one is told from it. The sha256."""
    sha256 = hashlib.sha256(document).hexdigest()
    values = {
        "paper_id": paper.id,
        "sha256": sha256,
        "network_id": paper.network_id,
        "organisation_id": paper.organisation_id,
        "language": language,
        "made_at": now,
    }
    session.execute(insert(PaperFile).values(values).on_conflict_do_nothing())
    return sha256


def _names(session: Session, principal: Principal) -> tuple[str, str]:
    network = network_of(session, principal)
    return network.name, get_organisation(session, principal.organisation_id).name


def _issued(session: Session, principal: Principal, content: Content, digest: str) -> IssuedPaper | None:
    query = select(IssuedPaper).where(
        IssuedPaper.network_id == principal.network_id,
        IssuedPaper.organisation_id == principal.organisation_id,
        IssuedPaper.of_network == principal.sees_network,
        IssuedPaper.kind == content.kind,
        IssuedPaper.subject == content.subject,
        IssuedPaper.content_sha256 == digest,
    )
    return session.scalars(query).first()
