"""Links that take a subject off e-mail without signing in: signed with a key of the network, good as long as it is."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.notifications import SUBJECTS
from app.models.notifications import NotificationKey

KEY_BYTES = 32
_IDS = 32  # bytes of two ids: the network's, the person's
_SIGNATURE = 16


@dataclass(frozen=True)
class Wish:
    """Who wants no more mail of what."""

    network_id: UUID
    person_id: UUID
    subject: str


def network_secret(session: Session, network_id: UUID) -> bytes:
    """The network's key, made when it is needed first; the session is in the network's scope."""
    kept = select(NotificationKey.secret).where(NotificationKey.network_id == network_id)
    found = session.scalar(kept)
    if found is None:
        new = insert(NotificationKey).values(network_id=network_id, secret=secrets.token_bytes(KEY_BYTES))
        session.execute(new.on_conflict_do_nothing())
        found = session.scalars(kept).one()
    return found


def token_of(secret: bytes, wish: Wish) -> str:
    """The token of a wish: who and what, and a signature that nobody without the key can make."""
    said = wish.network_id.bytes + wish.person_id.bytes + wish.subject.encode()
    return urlsafe_b64encode(_signature(secret, said) + said).rstrip(b"=").decode()


def read_token(token: str) -> tuple[Wish, bytes] | None:
    """What a token says, and its signature, which is still to be compared; None for what is no token."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    signature, said = raw[:_SIGNATURE], raw[_SIGNATURE:]
    subject = said[_IDS:].decode("ascii", errors="replace")
    if len(said) <= _IDS or subject not in SUBJECTS:
        return None
    return Wish(UUID(bytes=said[:16]), UUID(bytes=said[16:_IDS]), subject), signature


def is_signed(secret: bytes, wish: Wish, signature: bytes) -> bool:
    """Whether the signature is the network's."""
    said = wish.network_id.bytes + wish.person_id.bytes + wish.subject.encode()
    return hmac.compare_digest(_signature(secret, said), signature)


def _signature(secret: bytes, said: bytes) -> bytes:
    return hmac.new(secret, b"no more mail " + said, hashlib.sha256).digest()[:_SIGNATURE]
