"""The network's money: who gave what, what it paid for, how long it lasts; a sponsor's people see their own."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.cards.service import list_cards
from app.domain.funding import PURPOSE_WORDS, WHY_WORDS, diversity_sentence
from app.fleet.service import list_vehicles
from app.funding import queries, service
from app.funding.report import content_of, money_text, report_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.papers import funding_words
from app.papers.sponsor_report import sponsor_report_paper
from app.partners.service import list_organisations, list_sites, network_of
from app.web.language import language_of
from app.web.paper import issued, issued_paper
from app.web.rendering import render, see_other
from app.web.reports import funding_form
from app.web.reports.funding_form import GrantForm
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
SHOWN_ROUTES = 60  # on the page; the file and the paper have them all
REUSED = "idempotency_key_reused"  # the answer of the first press was lost, and something was changed since
DONE = {"added": "The grant is entered.", "changed": "Saved."}


@router.get("/funding")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """Every grant that the visitor may know of, and the network's sums for its staff."""
    with database_of(request).transaction(visitor.scope) as session:
        books = queries.read_books(session, visitor, now_of(request))
    sums = queries.network_figures(visitor, books)
    return render(
        request,
        "funding.html",
        signed_in=visitor.name,
        demonstration=books.network.demonstration,
        sums=sums,
        grants=queries.figures(visitor, books),
        today=books.today,
        money=lambda cents: money_text(cents, books.network.currency),
        spread=None if sums is None or sums.diversity is None else diversity_sentence(sums.diversity),
        purposes=PURPOSE_WORDS,
        may_edit=visitor.may("funding.edit"),
        done=DONE.get(done, ""),
    )


@router.get("/funding/new")
def new(request: Request, visitor: Visitor) -> Response:
    """An empty form."""
    visitor.require("funding.edit")
    return _form(request, visitor, funding_form.fresh())


@router.post("/funding/new")
def add(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Enter it, or show the form again with what does not fit."""
    visitor.require("funding.edit")
    form = funding_form.read(data)
    try:
        wish = funding_form.new_grant(form)

        def verb(session: Session) -> Answer:
            return Answer(201, {"id": str(service.add_grant(session, visitor, wish, now_of(request)).id)})

        digest = fingerprint("POST", request.url.path, wish.model_dump_json())
        once(database_of(request), visitor, form.key or None, digest, now_of(request), verb)
    except WaslError as error:
        if error.code == REUSED:
            return see_other("/funding")
        form.show_errors(error, language_of(request))
        return _form(request, visitor, form, status=error.status)
    return see_other("/funding", done="added")


@router.get("/funding/{grant_id}")
def show_grant(request: Request, visitor: Visitor, grant_id: UUID) -> Response:
    """One grant: what it paid for, route by route, and how long it lasts."""
    with database_of(request).transaction(visitor.scope) as session:
        grant = service.get_grant(session, visitor, grant_id)
        books = queries.read_books(session, visitor, now_of(request))
    [found] = [each for each in queries.figures(visitor, books) if each.grant.id == grant.id]
    paid = queries.paid_by(books, grant.id)
    return render(
        request,
        "funding_grant.html",
        signed_in=visitor.name,
        demonstration=books.network.demonstration,
        found=found,
        paid=paid[:SHOWN_ROUTES],
        more=max(0, len(paid) - SHOWN_ROUTES),
        has_pace=books.ahead is not None,
        money=lambda cents: money_text(cents, books.network.currency),
        purposes=PURPOSE_WORDS,
        whys=WHY_WORDS,
        rule=funding_words.RULE,
        may_edit=visitor.may("funding.edit"),
    )


@router.get("/funding/{grant_id}/change")
def edit(request: Request, visitor: Visitor, grant_id: UUID) -> Response:
    """The form of a grant as it is."""
    visitor.require("funding.edit")
    with database_of(request).transaction(visitor.scope) as session:
        grant = service.get_grant(session, visitor, grant_id)
    return _form(request, visitor, funding_form.of_grant(grant), grant_id)


@router.post("/funding/{grant_id}/change")
def change(request: Request, visitor: Visitor, grant_id: UUID, data: Sent) -> Response:
    """Change it, or show the form again with what does not fit."""
    visitor.require("funding.edit")
    form = funding_form.read(data)
    try:
        with database_of(request).transaction(visitor.scope) as session:
            grant = service.get_grant(session, visitor, grant_id)
            wish = funding_form.changed_grant(form, grant.organisation_id is not None)
            version = int(form.version) if form.version.isdecimal() and len(form.version) < 10 else -1
            service.change_grant(session, visitor, grant_id, wish, version, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return _form(request, visitor, form, grant_id, error.status)
    return see_other("/funding", done="changed")


def _form(
    request: Request, visitor: Principal, form: GrantForm, grant_id: UUID | None = None, status: int = 200
) -> Response:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        partners = list_organisations(session)
        grant = None if grant_id is None else service.get_grant(session, visitor, grant_id)
        sites = [each for each in list_sites(session) if each.kind != "store"]
        vehicles = list_vehicles(session, visitor)
        cards = list_cards(session, visitor, None, LARGEST_PAGE).items
    choices = {
        "vehicles": [(str(each.id), each.name) for each in vehicles],
        "places": [(str(each.id), each.name) for each in sites],
    }
    return render(
        request,
        "funding_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network,
        form=form,
        grant=grant,
        sponsors=sorted(partners, key=lambda each: (each.kind != "sponsor", each.name)),
        purposes=PURPOSE_WORDS,
        choices=choices,
        cards=cards,
        day_names=language_of(request).locale.days["stand-alone"]["wide"],
        ticked=lambda purpose: funding_form.ticked(form, purpose),
    )


@router.get("/funding/{grant_id}/report")
def report(request: Request, visitor: Visitor, grant_id: UUID) -> Response:
    """What its giver is told: all that it gave, and what that did. It can be sent as it is."""
    found, books = _report(request, visitor, grant_id)
    return render(
        request,
        "funding_report.html",
        signed_in=visitor.name,
        demonstration=books.network.demonstration,
        report=found,
        grant_id=grant_id,
        words=funding_words,
        purposes=PURPOSE_WORDS,
    )


@router.get("/funding/{grant_id}/report.pdf")
def report_paper(request: Request, visitor: Visitor, grant_id: UUID) -> Response:
    """The same on paper."""
    found, books = _report(request, visitor, grant_id)
    with database_of(request).transaction(visitor.scope) as session:
        content = content_of(books, service.get_grant(session, visitor, grant_id), found.as_of)
        issuer, row = issued(request, session, visitor, books.network, content)
    document = sponsor_report_paper(issuer, found)
    return issued_paper(request, visitor, issuer, row, document, f"sponsor-report-{found.as_of}")


def _report(request: Request, visitor: Principal, grant_id: UUID) -> Any:
    with database_of(request).transaction(visitor.scope) as session:
        grant = service.get_grant(session, visitor, grant_id)
        books = queries.read_books(session, visitor, now_of(request))
    return report_of(visitor, books, grant), books
