"""Verbs on applications: somebody applies on the network's public page, an administrator accepts or refuses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal, digest_of, new_secret
from app.kit.db import ROW_LOCK, Database
from app.kit.errors import conflict, not_found
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope
from app.models.volunteers import Volunteer
from app.people.invitations import Invited, invite
from app.people.refusals import NotTaken, mail_refusal, never_send
from app.people.schemas import InvitationIn
from app.people.tries import count_try
from app.public.page import network_shown_as
from app.volunteering import profiles
from app.volunteering.profiles import Seen
from app.volunteering.schemas import AcceptanceIn, ApplicationIn


def apply(database: Database, slug: str, wish: ApplicationIn, address: str, now: datetime) -> str:
    """Keep an application for the network whose page is at `slug`, and return the secret of its link.

    Raises `not_found` where no page is, and `too_many_attempts` (429) where one address applies again and again.
    """
    network_id = network_shown_as(database, slug, address, now)
    count_try(database, "application", f"page {slug}", address, now)
    secret = new_secret("help")
    kept = wish.model_dump(exclude={"agrees", "vehicle_kg"})
    with database.transaction(Scope(network=network_id)) as session:
        row = Volunteer(
            network_id=network_id,
            state="waiting",
            vehicle_grams=wish.vehicle_kg,
            secret_sha256=digest_of(secret),
            agreed_at=now,
            created_at=now,
            **kept,
        )
        session.add(row)
        session.flush()
        audit.record_own_deed(session, network_id, "volunteers.apply", ("volunteer", row.id), now)
        announce(session, network_id, [], "volunteer.applied", ("volunteer", row.id), now)
    return secret


def application_at(database: Database, token: str, address: str, now: datetime) -> Volunteer:
    """Where an application stands, for whoever has its link; raises `not_found`."""
    with database.transaction(Scope(credential=digest_of(token))) as session:
        found = session.scalars(select(Volunteer).where(Volunteer.secret_sha256 == digest_of(token))).one_or_none()
    if found is None:
        count_try(database, "public_link", "application", address, now)
        raise not_found("application")
    return found


def take_back(database: Database, token: str, address: str, now: datetime) -> None:
    """Take an application back that was not accepted: nothing of it stays. Raises `not_found`, and `accepted_already`
    (409): an account is erased by its administrator, who is told where."""
    found = application_at(database, token, address, now)
    if found.state == "accepted":
        raise conflict("accepted_already", "You were accepted already. Ask your coordinator to erase your account.")
    with database.transaction(Scope(network=found.network_id)) as session:
        session.execute(delete(Volunteer).where(Volunteer.id == found.id, Volunteer.person_id.is_(None)))
        never_send(session, str(found.id))
        audit.record_own_deed(session, found.network_id, "volunteers.take_back", ("volunteer", found.id), now)


def list_volunteers(
    session: Session, principal: Principal, state: str | None, cursor: str | None, limit: int, now: datetime
) -> Page[Seen]:
    """Those who applied and those who help, the oldest first."""
    principal.require("volunteers.read")
    query = select(Volunteer)
    if state is not None:
        query = query.where(Volunteer.state == state)
    found = page(session, query, Order(Volunteer.created_at, Volunteer.id), cursor, limit)
    return Page(profiles.seen(session, found.items, now), found.next_cursor)


def get_volunteer(session: Session, principal: Principal, volunteer_id: UUID, now: datetime) -> Seen:
    """One of them; raises `not_found`."""
    principal.require("volunteers.read")
    return profiles.seen(session, [_row(session, volunteer_id)], now)[0]


def _row(session: Session, volunteer_id: UUID, *, lock: bool = False) -> Volunteer:
    found = session.get(Volunteer, volunteer_id, with_for_update=ROW_LOCK if lock else None)
    if found is None:
        raise not_found("volunteer")
    return found


def _waiting(session: Session, volunteer_id: UUID) -> Volunteer:
    row = _row(session, volunteer_id, lock=True)
    if row.state != "waiting":
        raise conflict("application_decided", "Somebody has decided about this application already.")
    return row


def accept(
    session: Session, principal: Principal, volunteer_id: UUID, wish: AcceptanceIn, now: datetime
) -> tuple[Seen, Invited]:
    """Accept somebody: they are invited by mail, and their application becomes their profile.

    Raises `not_found`, `application_decided` (409) and `email_taken` (409).
    """
    principal.require("volunteers.decide")
    row = _waiting(session, volunteer_id)
    invitation = InvitationIn.model_validate(
        {"name": row.name, "email": row.email, "role": wish.role, "language": row.language}
    )
    invited = invite(session, principal, wish.organisation_id or principal.organisation_id, invitation, now)
    row.person_id, row.organisation_id = invited.person.id, invited.person.organisation_id
    row.state, row.name, row.email, row.decided_at = "accepted", "", "", now
    session.flush()
    owner = invited.person.organisation_id
    audit.record(session, principal, "volunteers.accept", ("volunteer", row.id), now, owner=owner, role=wish.role)
    return profiles.seen(session, [row], now)[0], invited


def refuse(session: Session, principal: Principal, volunteer_id: UUID, reason: str, now: datetime) -> Seen:
    """Refuse somebody with a sentence, which is mailed to them and their link shows; what they sent is deleted after 60
    days.

    Raises `not_found` and `application_decided` (409).
    """
    principal.require("volunteers.decide")
    row = _waiting(session, volunteer_id)
    row.state, row.refusal, row.decided_at = "refused", reason, now
    session.flush()
    no = NotTaken("application", row.name, row.email, row.language, reason, str(row.id))
    mail_refusal(session, principal, no, now)
    audit.record(session, principal, "volunteers.refuse", ("volunteer", row.id), now)
    return profiles.seen(session, [row], now)[0]


def spoken_with(session: Session, principal: Principal, volunteer_id: UUID, now: datetime) -> Seen:
    """Somebody has spoken with them about what they did not come to: they take tasks again."""
    principal.require("plans.edit")
    row = _row(session, volunteer_id, lock=True)
    row.cleared_at = now
    session.flush()
    audit.record(session, principal, "volunteers.spoken_with", ("volunteer", row.id), now, owner=row.organisation_id)
    return profiles.seen(session, [row], now)[0]
