"""Vehicles that are lent: what is offered, what is in force and what it carried, and a form to lend one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.fleet import loans, service
from app.fleet.holding import terms_of
from app.fleet.loan_schemas import VehicleLoanIn
from app.fleet.loans import Carried
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.models.fleet import Vehicle
from app.models.loans import VehicleLoan
from app.models.partners import Network
from app.partners.directory import list_partners
from app.partners.service import list_organisations, network_of, zone_of
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
DONE = ("offered", "accepted", "ended")
MOST_SHOWN = 5 * LARGEST_PAGE
ASKED_AGAIN = "idempotency_key_reused"  # the answer of the first press was lost


@dataclass(kw_only=True)
class LoanForm(TypedForm):
    """A loan as it was typed."""

    key: str = ""
    vehicle_id: str = ""
    borrower_organisation_id: str = ""
    valid_from: str = ""
    valid_until: str = ""
    conditions: str = ""


@dataclass(frozen=True)
class LoansView:
    """All that the page shows. names: what organisations are called; vehicles: those that the visitor sees."""

    visitor: Principal
    loans: Sequence[VehicleLoan]
    carried: Mapping[UUID, Carried]
    vehicles: Mapping[UUID, Vehicle]
    names: Mapping[UUID, str]
    today: date

    @property
    def waiting(self) -> list[VehicleLoan]:
        """What waits for an answer."""
        return [row for row in self.loans if row.state == "offered" and row.valid_until >= self.today]

    @property
    def standing(self) -> list[VehicleLoan]:
        """What is in force, or will be."""
        return [row for row in self.loans if row.accepted_at is not None and not terms_of(row).is_over(self.today)]

    @property
    def over(self) -> list[VehicleLoan]:
        """All others, the newest first."""
        shown = {row.id for row in (*self.waiting, *self.standing)}
        return [row for row in self.loans if row.id not in shown][::-1]

    @property
    def own_vehicles(self) -> list[Vehicle]:
        """What can be lent, or asked for."""
        own = self.visitor.organisation_id
        found = [each for each in self.vehicles.values() if self.visitor.sees_network or each.organisation_id == own]
        return [each for each in found if each.state == "active"]

    @property
    def borrowers(self) -> list[tuple[UUID, str]]:
        """Who can borrow, by name; the visitor's own organisation only where it can ask for others' vehicles."""
        own = None if self.visitor.sees_network else self.visitor.organisation_id
        return sorted(((each, name) for each, name in self.names.items() if each != own), key=lambda each: each[1])

    def in_force(self, row: VehicleLoan) -> bool:
        """Whether the borrower has it today."""
        return terms_of(row).in_force(self.today)

    def last_day(self, row: VehicleLoan) -> date:
        """The borrower's last day."""
        return max(row.valid_from, terms_of(row).last_day)

    def who_waits(self, row: VehicleLoan) -> list[UUID]:
        """The organisations whose word is missing."""
        sides = (
            (row.lender_organisation_id, row.lender_agreed_at),
            (row.borrower_organisation_id, row.borrower_agreed_at),
        )
        return [each for each, agreed_at in sides if agreed_at is None]

    def may_accept(self, row: VehicleLoan) -> bool:
        """Whether it is the visitor's word that is missing."""
        return self.visitor.may("fleet.edit") and self.visitor.organisation_id in self.who_waits(row)


def _view(session: Session, visitor: Principal, network: Network, now: datetime) -> LoansView:
    found = every_row(lambda **at: loans.list_loans(session, visitor, **at), MOST_SHOWN)
    partners = every_row(lambda **at: list_partners(session, visitor, now, **at), MOST_SHOWN)
    return LoansView(
        visitor,
        found,
        loans.carried(session, visitor, found),
        {each.id: each for each in service.list_vehicles(session, visitor)},
        # Who left is known by name to the network's staff alone.
        {each.id: each.name for each in list_organisations(session)} | {each.id: each.name or "" for each in partners},
        service_date_of(now, zone_of(network)),
    )


@router.get("/loans")
def show(request: Request, visitor: Visitor, vehicle: str = "", done: str = "") -> Response:
    """What is lent, and a form to lend what the address names."""
    visitor.require("fleet.read")
    return _page(request, visitor, LoanForm(key=str(uuid4()), vehicle_id=vehicle), done=done)


@router.post("/loans")
def offer(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Lend it, or ask for it; or show the form again with what does not fit."""
    visitor.require("fleet.edit")
    typed = texts_of(data)
    form = LoanForm()
    for each in fields(form):
        if each.name != "errors":
            setattr(form, each.name, typed.get(each.name, ""))
    now = now_of(request)
    try:
        names = [each.name for each in fields(LoanForm) if each.name not in ("errors", "key")]
        wish = read_as(VehicleLoanIn, {name: getattr(form, name) for name in names})
        digest = fingerprint("POST", "/loans", wish.model_dump_json())
        once(
            database_of(request),
            visitor,
            form.key or None,
            digest,
            now,
            lambda session: Answer(201, {"id": str(loans.offer_loan(session, visitor, wish, now).id)}),
        )
    except WaslError as error:
        if error.code == ASKED_AGAIN:
            return see_other("/loans", done="offered")
        form.show_errors(error, language_of(request))
        return _page(request, visitor, form, status=error.status)
    return see_other("/loans", done="offered")


@router.post("/loans/{loan_id}/accept")
def accept(request: Request, visitor: Visitor, loan_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Give the word of one's side, as the loan was shown."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            loans.accept_loan(session, visitor, loan_id, version, now_of(request))
    except WaslError as error:
        return _problem(request, visitor, error)
    return see_other("/loans", done="accepted")


@router.post("/loans/{loan_id}/end")
def end(
    request: Request,
    visitor: Visitor,
    loan_id: UUID,
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> Response:
    """End a loan, or decline it, as it was shown."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            loans.end_loan(session, visitor, loan_id, reason, version, now_of(request))
    except WaslError as error:
        return _problem(request, visitor, error)
    return see_other("/loans", done="ended")


def _problem(request: Request, visitor: Principal, error: WaslError) -> Response:
    """The page as it stands now, with why nothing was changed."""
    if error.status in (403, 404):
        raise error
    return _page(
        request, visitor, LoanForm(key=str(uuid4())), error.status, problem=language_of(request).refusal(error)
    )


def _page(
    request: Request, visitor: Principal, form: LoanForm, status: int = 200, problem: str = "", done: str = ""
) -> Response:
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        view = _view(session, visitor, network, now)
    return render(
        request,
        "loans.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=view,
        form=form,
        problem=problem,
        done=done if done in DONE else "",
        may_edit=visitor.may("fleet.edit"),
        asks=visitor.sees_network,
    )
