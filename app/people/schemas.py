"""What people, invitations, keys and sessions look like over HTTP."""

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.kit.language import LanguageCode
from app.kit.web import Body
from app.kit.wire import Instant
from app.partners.schemas import Name, NetworkOut, OrganisationOut, Out

RoleName = Literal["donor_staff", "dispatcher", "driver", "organisation_admin", "network_admin", "volunteer"]
ScopeName = Literal["offers", "needs", "fleet", "plans", "partners", "organisation"]
State = Literal["invited", "active", "disabled"]
_PART = r"[^@\s\x00-\x1f\x7f<>,;\"]+"
_ADDRESS = rf"^{_PART}@{_PART}\.{_PART}$"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


def _like(pattern: str) -> AfterValidator:
    """Text of that form; the sentence is for people, the pattern for programs."""

    def fitting(text: str) -> str:
        if re.search(pattern, text) is None:
            raise ValueError("Write an e-mail address such as name@example.org.")
        return text

    return AfterValidator(fitting)


Email = Annotated[
    str,
    StringConstraints(max_length=254, to_lower=True),
    _like(_ADDRESS),
    Field(json_schema_extra={"pattern": _ADDRESS}),
]
AnyEmail = Annotated[
    str,
    StringConstraints(max_length=254, to_lower=True),
    _like(_ONE_LINE),
    Field(json_schema_extra={"pattern": _ONE_LINE}),
]
AnyPassword = Annotated[str, StringConstraints(max_length=128, strip_whitespace=False)]
NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=128, strip_whitespace=False)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class InvitationIn(Body):
    """Whom to invite, as what, and the language of the mail."""

    name: Name
    email: Email
    role: RoleName
    site_id: UUID | None = None
    language: LanguageCode = "en"


class PersonIn(InvitationIn):
    """Somebody who will sign in: with this password, or without one by an invitation."""

    # Left out of what is compared between two requests with one key: no hash of a password but argon2's is kept.
    password: NewPassword | None = Field(default=None, exclude=True)


class PersonChange(Body):
    """What may be changed of a person; what is left out stays."""

    name: Name | None = None
    role: RoleName | None = None
    site_id: UUID | None = Field(default=None, description="null: works at no site in particular")
    language: LanguageCode | None = None


class PersonOut(Out):
    """Somebody who signs in, or was invited to."""

    id: UUID
    organisation_id: UUID
    site_id: UUID | None
    name: str
    email: str
    role: RoleName
    language: LanguageCode
    state: State
    created_at: datetime
    version: int


class LinkOut(BaseModel):
    """An invitation's link, for whoever invites to hand over; shown this once, and only where no mail can be sent."""

    token: str
    url: str


class InvitationOut(BaseModel):
    """An invitation that waits for its answer."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    name: str
    email: str
    role: RoleName
    created_at: datetime
    expires_at: datetime
    expired: bool
    link: LinkOut | None = None


class PersonAdded(PersonOut):
    """The person, with the invitation where no password was given."""

    invitation: InvitationOut | None = None


class InvitationAcceptance(Body):
    """The invitation's token and the password that is chosen."""

    token: Token
    password: NewPassword


class KeyIn(Body):
    """A new API key of an organisation."""

    name: Name
    scopes: list[ScopeName] = Field(min_length=1)
    expires_at: Instant | None = Field(default=None, description="Dead from then on; without it, until it is revoked")


class KeyOut(Out):
    """What is known of a key; never the key."""

    id: UUID
    organisation_id: UUID
    name: str
    scopes: list[ScopeName]
    prefix: str = Field(description="How the key begins")
    created_at: datetime
    expires_at: datetime | None
    last_used_on: date | None = Field(description="UTC day of the last use")


class NewKeyOut(KeyOut):
    """The key itself is shown this once and cannot be read again."""

    key: str


class SignIn(Body):
    """E-mail address and password."""

    email: AnyEmail
    password: AnyPassword


class LinkWish(Body):
    """Where to mail a link that signs in."""

    email: AnyEmail


class LinkUse(Body):
    """The token of a mailed link."""

    token: Token


class Accepted(BaseModel):
    """The same answer whether or not somebody has this address."""

    detail: str = "If somebody signs in with this address, a link is on its way. It is valid for 15 minutes."


class NewPasswordIn(Body):
    """The old password and the new one; the old is not needed within 15 minutes of signing in by a mailed link."""

    old: AnyPassword | None = None
    new: NewPassword


class SessionOut(BaseModel):
    """A signed-in session: send the token as a Bearer token, or keep the cookie."""

    token: str
    expires_at: datetime


class OpenSession(BaseModel):
    """One of your own sessions that are open; `current` is the one that asks."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    signed_in_by: Literal["password", "link", "invitation"] | None
    current: bool


class MeOut(BaseModel):
    """Who the service takes the caller for."""

    kind: str
    person_id: UUID | None
    name: str
    role: str | None
    scopes: list[str]
    organisation: OrganisationOut
    network: NetworkOut
