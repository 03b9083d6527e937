"""The people of an organisation: who signs in as what; invited, invited anew, let in no longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.permissions import appointable_roles
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.models.partners import Organisation, Person, Site
from app.partners.service import get_organisation, list_organisations, list_sites, network_of
from app.people import invitations, service
from app.people.invitations import Invited
from app.people.rights import administrator_of, reaches
from app.people.schemas import InvitationIn
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
MOST_SHOWN = 5 * LARGEST_PAGE
ROLE_WORDS = {
    "donor_staff": "Shop assistant",
    "organisation_admin": "Administrator of the organisation",
    "driver": "Driver",
    "volunteer": "Volunteer",
    "dispatcher": "Dispatcher",
    "network_admin": "Administrator of the network",
}
FIELDS = ("name", "email", "role", "site_id", "language")
DONE = ("invited", "revoked", "disabled", "enabled")

OrganisationId = Annotated[UUID, Form()]
PersonId = Annotated[UUID, Form()]
InvitationId = Annotated[UUID, Form()]


@dataclass(kw_only=True)
class InvitationForm(TypedForm):
    """Whom to invite, as it was typed."""

    name: str = ""
    email: str = ""
    role: str = "donor_staff"
    site_id: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Office:
    """The people of one organisation, the invitations that nobody has answered, and where somebody may work."""

    organisation: Organisation
    others: Sequence[Organisation]  # whose people the reader may see besides
    people: Sequence[Person]
    invitations: Sequence[Invited]
    sites: Sequence[Site]


@router.get("/people")
def show(request: Request, visitor: Visitor, organisation_id: UUID | None = None, done: str = "") -> Response:
    """Who signs in for an organisation."""
    form = InvitationForm(language=language_of(request).code)
    return _show(request, visitor, organisation_id or visitor.organisation_id, form, done=done)


@router.post("/people/invite")
def invite(request: Request, visitor: Visitor, organisation_id: OrganisationId, data: Sent) -> Response:
    """Invite somebody by mail; where no mail server is set the link is shown, this once."""
    texts = texts_of(data)
    form = InvitationForm(**{name: texts.get(name, "") for name in FIELDS})  # type: ignore[arg-type]
    try:
        wish = read_as(InvitationIn, {name: getattr(form, name) or None for name in FIELDS if getattr(form, name)})
        with database_of(request).transaction(visitor.scope) as session:
            invited = invitations.invite(session, visitor, organisation_id, wish, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        form.show_errors(error, language_of(request))
        return _show(request, visitor, organisation_id, form, error.status)
    return _handed_over(request, visitor, organisation_id, invited)


@router.post("/people/renew")
def renew(request: Request, visitor: Visitor, organisation_id: OrganisationId, invitation_id: InvitationId) -> Response:
    """Send a new link; the old one is dead at once."""
    with database_of(request).transaction(visitor.scope) as session:
        invited = invitations.renew_invitation(session, visitor, invitation_id, now_of(request))
    return _handed_over(request, visitor, organisation_id, invited)


@router.post("/people/revoke")
def revoke(
    request: Request, visitor: Visitor, organisation_id: OrganisationId, invitation_id: InvitationId
) -> Response:
    """Take an invitation back."""
    with database_of(request).transaction(visitor.scope) as session:
        invitations.revoke_invitation(session, visitor, invitation_id, now_of(request))
    return see_other("/people", organisation_id=str(organisation_id), done="revoked")


@router.post("/people/disable")
def disable(request: Request, visitor: Visitor, organisation_id: OrganisationId, person_id: PersonId) -> Response:
    """Let somebody in no longer."""
    with database_of(request).transaction(visitor.scope) as session:
        service.disable_person(session, visitor, person_id, now_of(request))
    return see_other("/people", organisation_id=str(organisation_id), done="disabled")


@router.post("/people/enable")
def enable(request: Request, visitor: Visitor, organisation_id: OrganisationId, person_id: PersonId) -> Response:
    """Let somebody in again."""
    with database_of(request).transaction(visitor.scope) as session:
        service.enable_person(session, visitor, person_id, now_of(request))
    return see_other("/people", organisation_id=str(organisation_id), done="enabled")


def _handed_over(request: Request, visitor: Principal, organisation_id: UUID, invited: Invited) -> Response:
    """On to the list; or the list with the link, where no mail can carry it."""
    config = request.app.state.settings
    if config.smtp_url is not None:
        return see_other("/people", organisation_id=str(organisation_id), done="invited")
    base = config.base_url or str(request.base_url)
    link = f"{base.rstrip('/')}/invitation/{invited.secret}"
    form = InvitationForm(language=language_of(request).code)
    return _show(request, visitor, organisation_id, form, link=link)


def _show(
    request: Request,
    visitor: Principal,
    organisation_id: UUID,
    form: InvitationForm,
    status: int = 200,
    *,
    done: str = "",
    link: str = "",
) -> Response:
    visitor.require("people.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        office = _office(session, visitor, organisation_id)
    administrator = administrator_of(visitor)
    roles = appointable_roles(administrator) if administrator is not None else frozenset()
    return render(
        request,
        "people.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        office=office,
        form=form,
        link=link,
        done=done if done in DONE else "",
        now=now_of(request),
        roles={code: words for code, words in ROLE_WORDS.items() if code in roles},
        role_words=ROLE_WORDS,
        may_edit=visitor.may("people.edit"),
        may_see_day=visitor.may("plans.request"),
        own_id=visitor.person_id,
    )


def _office(session: Session, visitor: Principal, organisation_id: UUID) -> Office:
    organisation = get_organisation(session, organisation_id)
    invited = every_row(lambda **at: invitations.list_invitations(session, visitor, **at), MOST_SHOWN)
    return Office(
        organisation,
        [each for each in list_organisations(session) if reaches(visitor, each.id)],
        every_row(lambda **at: service.list_people(session, visitor, organisation_id, **at), MOST_SHOWN),
        [each for each in invitations.with_people(session, invited) if each.person.organisation_id == organisation_id],
        [site for site in list_sites(session) if site.organisation_id == organisation_id],
    )
