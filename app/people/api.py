"""HTTP for people, invitations and API keys."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, path_of
from app.kit.wire import PageOut
from app.people import invitations, keys, service
from app.people.invitations import Invited
from app.people.schemas import (
    InvitationIn,
    InvitationOut,
    KeyIn,
    KeyOut,
    LinkOut,
    NewKeyOut,
    PersonAdded,
    PersonChange,
    PersonIn,
    PersonOut,
)

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["people"], responses=PROBLEMS)
SHOWN_ONCE = "shown once, when it was made"


@router.post("/organisations/{organisation_id}/people", status_code=201, response_model=PersonAdded)
def add_person(request: Request, call: Caller, organisation_id: UUID, wish: PersonIn) -> Response:
    """Let somebody sign in for an organisation; without a password they are invited to choose one."""

    def verb(session: Session) -> Answer:
        if wish.password is not None:
            person = service.add_person(session, call.principal, organisation_id, wish, call.now)
            return _added(PersonAdded.model_validate(person))
        invited = invitations.invite(session, call.principal, organisation_id, wish, call.now)
        added = PersonAdded.model_validate(invited.person)
        return _added(added.model_copy(update={"invitation": shown_invitation(request, call, invited)}))

    return call.once(wish, verb)


def _added(person: PersonAdded) -> Answer:
    shown = answer(person, 201, location=path_of("people", person.id), version=person.version)
    if person.invitation is None or person.invitation.link is None:
        return shown
    kept = person.model_copy(update={"invitation": without_secret(person.invitation)})
    return replace(shown, kept=kept.model_dump(mode="json"))


@router.get("/people")
def list_people(
    call: Caller,
    organisation_id: Annotated[UUID | None, Query(description="Of this organisation alone")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[PersonOut]:
    """The people of your organisation, or of the whole network where you run it, oldest first."""

    def query(session: Session) -> PageOut[PersonOut]:
        page = service.list_people(session, call.principal, organisation_id, cursor, limit)
        return PageOut(items=[PersonOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/people/{person_id}")
def get_person(call: Caller, person_id: UUID) -> PersonOut:
    """One of them, with the version as ETag."""
    return call.show(PersonOut, lambda session: service.get_person(session, call.principal, person_id))


@router.patch("/people/{person_id}")
def change_person(call: Caller, person_id: UUID, change: PersonChange) -> PersonOut:
    """Change name, role, site or language, from the version in If-Match. Another role ends the person's sessions."""
    version = call.expected_version()
    return call.show(
        PersonOut, lambda session: service.change_person(session, call.principal, person_id, change, version, call.now)
    )


@router.post("/people/{person_id}/disable", response_model=PersonOut)
def disable_person(call: Caller, person_id: UUID) -> Response:
    """Let somebody in no longer: their sessions are dead on the next request."""
    return call.once_shown(
        None, PersonOut, lambda session: service.disable_person(session, call.principal, person_id, call.now)
    )


@router.post("/people/{person_id}/enable", response_model=PersonOut)
def enable_person(call: Caller, person_id: UUID) -> Response:
    """Let somebody in again."""
    return call.once_shown(
        None, PersonOut, lambda session: service.enable_person(session, call.principal, person_id, call.now)
    )


@router.post("/organisations/{organisation_id}/invitations", status_code=201, response_model=InvitationOut)
def invite_person(request: Request, call: Caller, organisation_id: UUID, wish: InvitationIn) -> Response:
    """Invite somebody by mail. Where no mail server is set, the answer has the link, this once."""

    def verb(session: Session) -> Answer:
        invited = invitations.invite(session, call.principal, organisation_id, wish, call.now)
        return _shown(shown_invitation(request, call, invited), 201)

    return call.once(wish, verb)


@router.get("/invitations")
def list_invitations(
    request: Request, call: Caller, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[InvitationOut]:
    """Invitations that nobody has answered, expired ones too, oldest first."""

    def query(session: Session) -> PageOut[InvitationOut]:
        page = invitations.list_invitations(session, call.principal, cursor, limit)
        found = invitations.with_people(session, page.items)
        return PageOut(items=[shown_invitation(request, call, each) for each in found], next_cursor=page.next_cursor)

    return call.read(query)


@router.post("/invitations/{invitation_id}/renew", response_model=InvitationOut)
def renew_invitation(request: Request, call: Caller, invitation_id: UUID) -> Response:
    """Send a new link, valid for seven days; the old one is dead at once."""

    def verb(session: Session) -> Answer:
        invited = invitations.renew_invitation(session, call.principal, invitation_id, call.now)
        return _shown(shown_invitation(request, call, invited), 200)

    return call.once(None, verb)


@router.delete("/invitations/{invitation_id}", status_code=204)
def revoke_invitation(call: Caller, invitation_id: UUID) -> Response:
    """Take an invitation back: its link is dead, and the person and the address are forgotten."""
    call.read(lambda session: invitations.revoke_invitation(session, call.principal, invitation_id, call.now))
    return Response(status_code=204)


def shown_invitation(request: Request, call: Caller, invited: Invited) -> InvitationOut:
    """The invitation; with its link where it was just made and no mail can carry it."""
    config, person, link = request.app.state.settings, invited.person, None
    if invited.secret is not None and config.smtp_url is None:
        base = config.base_url or str(request.base_url)
        link = LinkOut(token=invited.secret, url=f"{base.rstrip('/')}/invitation/{invited.secret}")
    return InvitationOut(
        id=invited.link.id,
        person_id=person.id,
        organisation_id=person.organisation_id,
        name=person.name,
        email=person.email,
        role=person.role,
        created_at=invited.link.created_at,
        expires_at=invited.link.expires_at,
        expired=invited.link.expires_at <= call.now,
        link=link,
    )


def without_secret(invitation: InvitationOut) -> InvitationOut:
    """The invitation as an answer is kept: the link was shown once."""
    if invitation.link is None:
        return invitation
    return invitation.model_copy(update={"link": LinkOut(token=SHOWN_ONCE, url="")})


def _shown(invitation: InvitationOut, status: int) -> Answer:
    return replace(answer(invitation, status), kept=without_secret(invitation).model_dump(mode="json"))


@router.post("/organisations/{organisation_id}/api-keys", status_code=201, response_model=NewKeyOut)
def add_api_key(call: Caller, organisation_id: UUID, wish: KeyIn) -> Response:
    """Hand out an API key. It is shown this once and kept only as its sha256."""

    def verb(session: Session) -> Answer:
        credential, secret = keys.add_key(session, call.principal, organisation_id, wish, call.now)
        known = KeyOut.model_validate(credential).model_dump()
        shown = answer(NewKeyOut(**known, key=secret), 201)
        return replace(shown, kept={**shown.body, "key": SHOWN_ONCE})

    return call.once(wish, verb)


@router.get("/api-keys")
def list_api_keys(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[KeyOut]:
    """The keys of your organisation, or of the whole network where you run it, oldest first; never a key itself."""

    def query(session: Session) -> PageOut[KeyOut]:
        page = keys.list_keys(session, call.principal, cursor, limit)
        return PageOut(items=[KeyOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.delete("/api-keys/{key_id}", status_code=204)
def revoke_api_key(call: Caller, key_id: UUID) -> Response:
    """Take a key back; it is dead on the next request."""
    call.read(lambda session: keys.revoke_key(session, call.principal, key_id, call.now))
    return Response(status_code=204)
