"""Partners and their partnerships: who takes part from when until when; proposed, accepted, let rest, ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.models.partners import Organisation, Partnership
from app.partners import partnerships
from app.partners.partnership_schemas import NewOrganisation, Reason, SignedDocument
from app.partners.service import list_organisations, network_of, zone_of
from app.people.rights import reaches
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
MOST_SHOWN = 5 * LARGEST_PAGE
FIELDS = ("key", "name", "registration_number", "kind", "valid_from", "valid_until", "signed_name", "signed_on")
DONE = ("added", "before", "moved")
KIND_WORDS = {
    "supermarket": "Supermarket chain",
    "food_bank": "Food bank",
    "community_group": "Community group",
    "carrier": "Carrier",
    "public_body": "Public body",
    "sponsor": "Sponsor",
}
REUSED = "idempotency_key_reused"  # the answer of the first press was lost, and something was changed since

PartnershipId = Annotated[UUID, Form()]
Version = Annotated[int, Form()]
Why = Annotated[str, Form()]


@dataclass(kw_only=True)
class PartnerForm(TypedForm):
    """A new partner as it was typed."""

    key: str = ""
    name: str = ""
    registration_number: str = ""
    kind: str = "supermarket"
    valid_from: str = ""
    valid_until: str = ""
    signed_name: str = ""
    signed_on: str = ""


@dataclass(frozen=True)
class PartnershipShown:
    """A partnership with what the reader may do with it."""

    row: Partnership
    sides: frozenset[str]

    @property
    def may_accept(self) -> bool:
        """Whether the reader's word is the one that is missing."""
        return self.row.state == "proposed" and bool(self.sides - {self.row.proposed_by})

    @property
    def may_resume(self) -> bool:
        """Whether the reader's side let it rest."""
        return self.row.state == "suspended" and self.row.suspended_by in self.sides


@dataclass(frozen=True)
class PartnerShown:
    """An organisation with its partnerships, those that stand first."""

    organisation: Organisation
    partnerships: list[PartnershipShown] = field(default_factory=list)

    @property
    def standing(self) -> list[PartnershipShown]:
        """What holds, rests or waits for an answer."""
        return [each for each in self.partnerships if each.row.state != "ended"]

    @property
    def ended(self) -> list[PartnershipShown]:
        """What has ended, the newest first."""
        return [each for each in self.partnerships if each.row.state == "ended"][::-1]


@router.get("/partners")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """Who takes part, and on what."""
    return _show(request, visitor, PartnerForm(key=str(uuid4())), done=done)


@router.post("/partners")
def add(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Enter a partner with a partnership, or show the form again with what does not fit."""
    visitor.require("partners.edit")
    texts = texts_of(data)
    form = PartnerForm(**{name: texts.get(name, "") for name in FIELDS})  # type: ignore[arg-type]
    try:
        _added(request, visitor, form)
    except WaslError as error:
        if error.code == REUSED:
            return see_other("/partners", done="before")
        form.show_errors(error, language_of(request))
        return _show(request, visitor, form, error.status)
    return see_other("/partners", done="added")


def _added(request: Request, visitor: Principal, form: PartnerForm) -> None:
    """Enter it once, however often the button was pressed."""
    wish, now = read_as(NewOrganisation, _document(form)), now_of(request)

    def verb(session: Session) -> Answer:
        organisation, _ = partnerships.add_organisation(session, visitor, wish, now)
        return Answer(201, {"id": str(organisation.id)})

    digest = fingerprint("POST", "/partners", wish.model_dump_json())
    once(database_of(request), visitor, form.key or None, digest, now, verb)


def _document(form: PartnerForm) -> dict[str, Any]:
    signed = form.signed_name.strip() or form.signed_on.strip()
    return {
        "kind": form.kind,
        "name": form.name,
        "registration_number": form.registration_number,
        "valid_from": form.valid_from or None,
        "valid_until": form.valid_until or None,
        "signed_document": {"name": form.signed_name, "signed_on": form.signed_on} if signed else None,
    }


@router.post("/partners/accept")
def accept(
    request: Request,
    visitor: Visitor,
    partnership_id: PartnershipId,
    version: Version,
    signed_name: Annotated[str, Form()] = "",
    signed_on: Annotated[str, Form()] = "",
) -> Response:
    """Accept what the other side proposed; the network does so in its name with the paper that was signed."""
    signed = None
    if signed_name.strip() or signed_on.strip():
        signed = read_as(SignedDocument, {"name": signed_name, "signed_on": signed_on})
    with database_of(request).transaction(visitor.scope) as session:
        partnerships.accept(session, visitor, partnership_id, signed, version, now_of(request))
    return see_other("/partners", done="moved")


@router.post("/partners/decline")
def decline(
    request: Request, visitor: Visitor, partnership_id: PartnershipId, version: Version, reason: Why
) -> Response:
    """Say no to a proposal, or take one's own back."""
    return _moved(request, visitor, partnerships.decline, partnership_id, version, reason)


@router.post("/partners/suspend")
def suspend(
    request: Request, visitor: Visitor, partnership_id: PartnershipId, version: Version, reason: Why
) -> Response:
    """Let it rest."""
    return _moved(request, visitor, partnerships.suspend, partnership_id, version, reason)


@router.post("/partners/resume")
def resume(request: Request, visitor: Visitor, partnership_id: PartnershipId, version: Version) -> Response:
    """Take the suspension back that one's own side made."""
    with database_of(request).transaction(visitor.scope) as session:
        partnerships.resume(session, visitor, partnership_id, version, now_of(request))
    return see_other("/partners", done="moved")


@router.post("/partners/end")
def end(request: Request, visitor: Visitor, partnership_id: PartnershipId, version: Version, reason: Why) -> Response:
    """End it for good."""
    return _moved(request, visitor, partnerships.end, partnership_id, version, reason)


Move = Callable[[Session, Principal, UUID, str, int, datetime], object]


def _moved(
    request: Request, visitor: Principal, move: Move, partnership_id: UUID, version: int, reason: str
) -> Response:
    """Do what takes a reason, and show how it stands then."""
    said = read_as(Reason, {"reason": reason}).reason
    with database_of(request).transaction(visitor.scope) as session:
        move(session, visitor, partnership_id, said, version, now_of(request))
    return see_other("/partners", done="moved")


def _show(request: Request, visitor: Principal, form: PartnerForm, status: int = 200, *, done: str = "") -> Response:
    visitor.require("partnerships.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today: date = service_date_of(now_of(request), zone_of(network))
        partners = _partners(session, visitor)
    return render(
        request,
        "partners.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        done=done if done in DONE else "",
        partners=partners,
        kinds=KIND_WORDS,
        today=today,
        may_add=visitor.may("partners.edit"),
        may_see_people=lambda organisation_id: visitor.may("people.read") and reaches(visitor, organisation_id),
        own_organisation_id=visitor.organisation_id,
        may_see_day=visitor.may("plans.request"),
    )


def _partners(session: Session, visitor: Principal) -> Sequence[PartnerShown]:
    """By name; only those of whom the reader sees a partnership."""
    found = {each.id: PartnerShown(each) for each in list_organisations(session)}
    may_speak = visitor.may("partnerships.edit")
    for row in every_row(lambda **at: partnerships.list_partnerships(session, visitor, **at), MOST_SHOWN):
        if row.organisation_id in found:
            sides = partnerships.sides_of(visitor, row) if may_speak else frozenset[str]()
            found[row.organisation_id].partnerships.append(PartnershipShown(row, sides))
    return [each for each in found.values() if each.partnerships]
