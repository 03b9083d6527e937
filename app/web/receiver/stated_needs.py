"""What a place has asked for already: its amount changed, taken back, or ended where it is asked for every week."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError
from app.kit.web import database_of, now_of
from app.models.needs import Need, StandingNeed
from app.needs import service, standing
from app.needs.schemas import NeedChange, StandingNeedChange
from app.web.language import language_of
from app.web.receiver.need_form import AmountForm
from app.web.receiver.needs import empty_form, place_of, show_place
from app.web.rendering import see_other
from app.web.sent_forms import read_as
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.post("/needs/amount")
def change_amount(
    request: Request,
    visitor: Visitor,
    need_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
    kg: Annotated[str, Form()] = "",
) -> Response:
    """Ask for more or less, from the need as it was shown. What does not fit is shown again with a sentence at it,
    beside the need as it is now."""

    def change(session: Session) -> None:
        service.change_need(session, visitor, need_id, read_as(NeedChange, {"kg": kg}), version, now_of(request))

    return _changed(request, visitor, AmountForm(need_id=need_id, kg=kg), service.get_need, change)


@router.post("/needs/weekly-amount")
def change_weekly_amount(
    request: Request,
    visitor: Visitor,
    standing_need_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
    kg: Annotated[str, Form()] = "",
) -> Response:
    """The same for what is asked for every week: the coming days that follow it change with it."""

    def change(session: Session) -> None:
        wish = read_as(StandingNeedChange, {"kg": kg})
        standing.change_standing_need(session, visitor, standing_need_id, wish, version, now_of(request))

    return _changed(request, visitor, AmountForm(need_id=standing_need_id, kg=kg), standing.get_standing_need, change)


def _changed(
    request: Request,
    visitor: Principal,
    form: AmountForm,
    found: Callable[[Session, Principal, UUID], Need | StandingNeed],
    change: Callable[[Session], None],
) -> Response:
    visitor.require("needs.state")
    database, now = database_of(request), now_of(request)
    with database.transaction(visitor.scope) as session:
        site_id = str(found(session, visitor, form.need_id).site_id)
    try:
        with database.transaction(visitor.scope) as session:
            change(session)
    except WaslError as error:
        at_kg = error.errors or [FieldError("/kg", error.detail, error.code, error.words, error.template)]
        form.errors = {"/kg": language_of(request).at_field(at_kg[0])}
        with database.transaction(visitor.scope) as session:
            place = place_of(session, visitor, site_id, now)
        return show_place(request, visitor, place, empty_form(place), error.status, amount=form)
    return see_other("/needs", site_id=site_id, changed="1")


@router.post("/needs/withdraw")
def withdraw(
    request: Request, visitor: Visitor, need_id: Annotated[UUID, Form()], version: Annotated[int, Form()]
) -> Response:
    """Take a need back; one that was taken back already stays so."""
    with database_of(request).transaction(visitor.scope) as session:
        need = service.get_need(session, visitor, need_id)
        if need.state != "withdrawn":
            service.change_need(session, visitor, need_id, NeedChange(state="withdrawn"), version, now_of(request))
        site_id = str(need.site_id)
    return see_other("/needs", site_id=site_id)


@router.post("/needs/end")
def end(request: Request, visitor: Visitor, standing_need_id: Annotated[UUID, Form()]) -> Response:
    """End what is needed every week; what was ended already stays so."""
    with database_of(request).transaction(visitor.scope) as session:
        found = standing.get_standing_need(session, visitor, standing_need_id)
        if found.state == "active":
            standing.end_standing_need(session, visitor, standing_need_id, None, now_of(request))
        site_id = str(found.site_id)
    return see_other("/needs", site_id=site_id)
