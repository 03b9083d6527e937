"""What the network counts meals and CO2e with: what counts now, every version so far, a form for the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.domain.impact_factors import CATALOGUE, CATALOGUES, OWN, REFRIGERATION, USES, VANS, Choice, Use, in_force
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.papers.impact_words import FACTOR_NOTE, UNIT_WORDS, USE_WORDS
from app.partners.service import network_of, zone_of
from app.reports.impact import queries, service
from app.reports.impact.choices import choices_of
from app.reports.impact.schemas import ImpactFactorIn
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of, whole_number
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
FIELDS = ("code", "label", "value", "source", "counts_from")


@dataclass
class FactorForm(TypedForm):
    """The form of one factor, as it was typed."""

    use: Use
    texts: dict[str, str] = field(default_factory=dict)


def _empty(in_use: Choice, today: date) -> FactorForm:
    own = in_use.factor if in_use.code == OWN else None
    texts = {
        "code": in_use.code,
        "label": own.name if own else "",
        "value": str(own.value) if own else "",
        "source": own.source if own else "",
        "counts_from": today.isoformat(),
    }
    return FactorForm(use=in_use.use, texts=texts)


def _sent(data: FormData) -> FactorForm:
    """What a browser sent; a factor that there is not counts as the first."""
    texts = texts_of(data)
    use = next((each for each in USES if each == texts.get("use")), USES[0])
    return FactorForm(use=use, texts={name: texts.get(name, "") for name in FIELDS})


def _wish(form: FactorForm) -> ImpactFactorIn:
    """The request of the API; raises `invalid_request` (422)."""
    said = form.texts
    wish: dict[str, Any] = {"use": form.use, "code": said["code"], "counts_from": said["counts_from"] or None}
    if said["code"] == OWN:
        wish["own"] = {"label": said["label"], "value": whole_number(said["value"]), "source": said["source"]}
    return read_as(ImpactFactorIn, wish)


@router.get("/impact/factors")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """What counts, what could, and what did."""
    return _show(request, visitor, done=done)


@router.post("/impact/factors")
def choose(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Count with another factor from a day on; what does not fit is shown again with a sentence at it."""
    visitor.require("policy.edit")
    form = _sent(data)
    try:
        wish = _wish(form)
        with database_of(request).transaction(visitor.scope) as session:
            service.choose_factor(session, visitor, wish, now_of(request))
    except WaslError as error:
        if error.status != 422:
            raise
        form.show_errors(error, language_of(request))
        return _show(request, visitor, form, status=error.status)
    return see_other("/impact/factors", done=form.use)


def _show(
    request: Request, visitor: Principal, form: FactorForm | None = None, *, status: int = 200, done: str = ""
) -> Response:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        chosen = queries.list_factors(session, visitor)
        choices = choices_of(session, network.id)
        zone, demonstration = zone_of(network), network.demonstration
    now: Mapping[Use, Choice] = {use: in_force(choices, use, today) for use in USES}
    forms = {use: _empty(now[use], today) for use in USES}
    if form is not None:
        forms[form.use] = form
    return render(
        request,
        "impact_factors.html",
        status,
        signed_in=visitor.name,
        demonstration=demonstration,
        now=now,
        forms_of=forms,
        chosen=chosen,
        catalogues=CATALOGUES,
        catalogue=CATALOGUE,
        vans=[*VANS.values(), REFRIGERATION],
        uses=USE_WORDS,
        units=UNIT_WORDS,
        factor_note=FACTOR_NOTE,
        own=OWN,
        zone=zone,
        done=done,
        may_choose=visitor.may("policy.edit"),
    )
