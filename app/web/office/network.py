"""The settings of a network: when its days are planned by themselves, how open food escalates, how strict it is about
food. Everybody in it reads them, its administrators set them."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.domain.cut_off import cut_off_of
from app.domain.escalation import policy_of as ladder_of
from app.domain.safety_limits import LIMITS, policy_of
from app.kit.auth import Principal
from app.kit.errors import WaslError, stale
from app.kit.web import database_of, now_of
from app.models.partners import Network
from app.partners.network_service import change_network, read_network
from app.web.language import language_of
from app.web.office.network_form import Section, SectionForm, change_of, forms_of, read_sent
from app.web.rendering import render, see_other
from app.web.sent_forms import texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
# What each limit is called, and what it does, in a sentence.
LIMIT_WORDS: Mapping[str, tuple[str, str]] = {
    "chilled_highest_celsius": (
        "Chilled food, at most °C",
        "What a driver reports warmer at a handover is held back until a dispatcher decides.",
    ),
    "frozen_highest_celsius": (
        "Frozen food, at most °C",
        "What a driver reports warmer at a handover is held back until a dispatcher decides.",
    ),
    "hot_lowest_celsius": (
        "Hot food, at least °C",
        "What a driver reports colder at a handover is held back until a dispatcher decides.",
    ),
    "hot_longest_minutes": (
        "Hot food, at most so many minutes on the way",
        "No plan brings it later than that after its pickup begins.",
    ),
    "pickup_longest_hours": (
        "A pickup, at most so many hours",
        "An offer that can be fetched for longer is refused when it is posted.",
    ),
    "minimum_days_before_use_by": (
        "Before a use-by date, at least so many days",
        "Food that would arrive with fewer days left is refused.",
    ),
    "best_before_tolerance_days": (
        "After a best-before date, at most so many days",
        "Food that would arrive later than that is refused; empty, the food bank that takes it decides.",
    ),
}


@router.get("/network")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """All settings, with a form for each section for those who may set them."""
    network = _network(request, visitor)
    return _show(request, visitor, network, forms_of(network), done=done)


@router.post("/network")
def change(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Set one section, from the network as it was shown; what does not fit is shown again with a sentence at it."""
    visitor.require("policy.edit")
    form = read_sent(texts_of(data))
    try:
        wish = change_of(form)
        if not form.version.isdecimal():
            raise stale()
        with database_of(request).transaction(visitor.scope) as session:
            change_network(session, visitor, wish, int(form.version), now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        network = _network(request, visitor)
        return _show(request, visitor, network, {**forms_of(network), form.section: form}, status=error.status)
    return see_other("/network", done=form.section)


def _network(request: Request, visitor: Principal) -> Network:
    with database_of(request).transaction(visitor.scope) as session:
        return read_network(session, visitor)


def _show(
    request: Request,
    visitor: Principal,
    network: Network,
    forms: Mapping[Section, SectionForm],
    *,
    status: int = 200,
    done: str = "",
) -> Response:
    return render(
        request,
        "network.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network,
        sections=forms,
        cut_off=cut_off_of(network.policy),
        ladder=ladder_of(network.policy),
        limits=LIMITS,
        in_force=vars(policy_of(network.food_safety)),
        limit_words=LIMIT_WORDS,
        done=done,
        may_edit=visitor.may("policy.edit"),
        may_plan=visitor.may("plans.request"),
    )
