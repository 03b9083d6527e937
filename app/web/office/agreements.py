"""The dispatcher's agreements: what holds, what waits for an answer, a form for another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.agreements import service
from app.agreements.schemas import AgreementIn
from app.domain.agreements import PAYERS
from app.domain.categories import CATEGORIES
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.models.agreements import Agreement
from app.models.partners import Organisation, Site
from app.partners.partnership_schemas import SignedDocument
from app.partners.service import list_organisations, list_sites, network_of, zone_of
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
PAYER_WORDS = {
    "as_partners": "As the partnerships share costs",
    "donor": "The supermarket",
    "receiver": "The food bank",
    "half_each": "Each one half",
}
assert tuple(PAYER_WORDS) == PAYERS  # noqa: S101
MOST_SHOWN = 5 * LARGEST_PAGE


@dataclass(frozen=True)
class AgreementsView:
    """All that the page shows."""

    agreements: Sequence[Agreement]
    organisations: Mapping[UUID, Organisation]
    sites: Mapping[UUID, Site]
    today: date

    @property
    def standing(self) -> list[Agreement]:
        """What holds, what will, and what waits for an answer."""
        return [each for each in self.agreements if each.state != "ended" and not self.is_over(each)]

    @property
    def over(self) -> list[Agreement]:
        """What holds no more, the newest first."""
        return [each for each in self.agreements if each.state == "ended" or self.is_over(each)][::-1]

    def is_over(self, agreement: Agreement) -> bool:
        """Whether its last day is behind."""
        return agreement.valid_until is not None and agreement.valid_until < self.today

    def name(self, organisation_id: UUID) -> str:
        """What an organisation is called."""
        return self.organisations[organisation_id].name

    def of_kind(self, *kinds: str) -> list[Organisation]:
        """The organisations of these kinds first, then all others."""
        every = sorted(self.organisations.values(), key=lambda each: (each.kind not in kinds, each.name))
        return list(every)

    @property
    def stores(self) -> list[tuple[str, Site]]:
        """Where supermarkets give food, with whose they are."""
        giving = [
            (self.name(site.organisation_id), site)
            for site in self.sites.values()
            if self.organisations[site.organisation_id].kind == "supermarket"
        ]
        return sorted(giving, key=lambda each: (each[0], each[1].name))

    def who_waits(self, agreement: Agreement) -> list[str]:
        """The organisations whose word is missing."""
        sides = (
            (agreement.donor_organisation_id, agreement.donor_agreed_at),
            (agreement.receiver_organisation_id, agreement.receiver_agreed_at),
        )
        return [self.name(each) for each, agreed_at in sides if agreed_at is None]


def _view(session: Session, visitor: Principal, now: datetime) -> AgreementsView:
    found = every_row(lambda **at: service.list_agreements(session, visitor, **at), MOST_SHOWN)
    return AgreementsView(
        found,
        {each.id: each for each in list_organisations(session)},
        {each.id: each for each in list_sites(session)},
        service_date_of(now, zone_of(network_of(session, visitor))),
    )


@router.get("/agreements")
def show(request: Request, visitor: Visitor) -> Response:
    """What is agreed in the network."""
    visitor.require("plans.request")
    with database_of(request).transaction(visitor.scope) as session:
        demonstration = network_of(session, visitor).demonstration
        view = _view(session, visitor, now_of(request))
    language = language_of(request)
    return render(
        request,
        "agreements.html",
        signed_in=visitor.name,
        demonstration=demonstration,
        view=view,
        categories=CATEGORIES,
        weekdays=language.weekdays,
        day_names=language.locale.days["stand-alone"]["abbreviated"],
        payers=PAYER_WORDS,
    )


@router.post("/agreements")
def propose(request: Request, visitor: Visitor, sent: Sent) -> Response:
    """Propose what the form says; where it was signed on paper, it holds at once."""
    wish, signed = _wish(sent), _signed(sent)
    with database_of(request).transaction(visitor.scope) as session:
        row = service.propose_agreement(session, visitor, wish, now_of(request))
        if signed is not None and row.state == "proposed":
            service.accept_agreement(session, visitor, row.id, signed, None, now_of(request))
    return see_other("/agreements")


def _wish(sent: FormData) -> AgreementIn:
    one = {
        name: value
        for name in ("donor_organisation_id", "receiver_organisation_id", "driver_organisation_id", "kind", "paid_by",
                     "valid_from", "valid_until", "note")
        if (value := sent.get(name))
    }  # fmt: skip
    several = {name: sent.getlist(name) for name in ("store_ids", "categories")}
    weekdays = [int(str(day)) for day in sent.getlist("weekdays") if str(day).isdigit()]
    kind = str(one.get("kind", ""))
    exclusive = kind == "exclusive"  # one choice of three for people, two fields of the API
    document: dict[str, Any] = {**one, **several, "weekdays": weekdays, "exclusive": exclusive}
    document["kind"] = "only" if exclusive else kind
    return read_as(AgreementIn, document)


def _signed(sent: FormData) -> SignedDocument | None:
    if not sent.get("signed_name"):
        return None
    document = {"name": sent.get("signed_name"), "signed_on": sent.get("signed_on")}
    return read_as(SignedDocument, document)


@router.post("/agreements/end")
def end(
    request: Request,
    visitor: Visitor,
    agreement_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> Response:
    """End an agreement as it was shown."""
    with database_of(request).transaction(visitor.scope) as session:
        service.end_agreement(session, visitor, agreement_id, reason, version, now_of(request))
    return see_other("/agreements")
