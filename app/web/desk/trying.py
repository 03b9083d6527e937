"""What the day leaves behind is tried: what bringing it would cost and break, and a button that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.plan_edits import may_be_tried
from app.kit.auth import Principal
from app.kit.errors import WaslError, not_found
from app.kit.web import database_of, now_of
from app.partners.service import list_sites, network_of, zone_of
from app.planning import queries
from app.planning.edits.schemas import PlaceOfferLine, PlanTriedOut, TriedRouteOut
from app.planning.edits.service import edit_plan
from app.planning.edits.trial import try_edit
from app.planning.schemas import ChangeOut, PlanHeadOut, PlanOut, UnservedOut, ViolationOut
from app.web.language import Language, language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
NO_PLACE = ("no_place_for_food", "food_not_suitable", "route_locked")  # said where the outcome would stand
AT_A_SITE = ("receiving_window", "storage")  # changes that are made on a site's page
WORTH_SAYING_SECONDS = 60


@dataclass(frozen=True)
class TriedStop:
    """A visit as it would be, and when it is now; no time now: it would be new."""

    kind: str
    site_name: str
    at: datetime
    now_at: datetime | None

    @property
    def is_later_or_earlier(self) -> bool:
        """Whether people would notice."""
        return self.now_at is not None and abs((self.at - self.now_at).total_seconds()) >= WORTH_SAYING_SECONDS


@dataclass(frozen=True)
class Outcome:
    """What bringing a line would come to."""

    plan: PlanOut
    line: UnservedOut
    tried: PlanTriedOut

    @property
    def broken(self) -> Sequence[ViolationOut]:
        """The rules that the plan would break and does not break yet."""
        known = [(each.code, each.details) for each in self.plan.violations]
        return [each for each in self.tried.violations if (each.code, each.details) not in known]

    @property
    def routes(self) -> Sequence[tuple[TriedRouteOut, Sequence[TriedStop]]]:
        """The routes that would be other than they are, with their visits."""
        now = {stop.id: stop.begin_at for route in self.plan.routes for stop in route.stops}
        return [
            (
                route,
                [
                    TriedStop(stop.kind, stop.site_name, stop.begin_at, now.get(stop.stop_id) if stop.stop_id else None)
                    for stop in route.stops
                    if stop.kind in ("pickup", "drop_off")
                ],
            )
            for route in self.tried.routes
        ]


def may_try(plan: PlanHeadOut, line: UnservedOut) -> bool:
    """Whether a draft's line has a button that tries it."""
    return may_be_tried(line.reason, None if line.change is None else line.change.code, plan.edits)


def site_of_change(change: ChangeOut | None, sites: Mapping[UUID, str]) -> UUID | None:
    """The site on whose page the smallest change is made, where there is one such page, and one site of that name."""
    if change is None or change.code not in AT_A_SITE:
        return None
    named = [site for site, name in sites.items() if name == change.details.get("site")]
    return named[0] if len(named) == 1 else None


@router.get("/day/try")
def show(request: Request, visitor: Visitor, plan: UUID, line: UUID) -> Response:
    """What it would cost and break to bring the line: nothing is changed."""
    visitor.require("plans.edit")
    language = language_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        whole = queries.get_plan(session, visitor, plan)
        sites = {site.id: site.name for site in list_sites(session)}
        left = next((each for each in whole.unserved if each.line_id == line), None)
        if left is None:
            raise not_found("offer line")
        outcome, refused = _tried(session, visitor, whole, left, language)
    return render(
        request,
        "try.html",
        refused.status if refused else 200,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone_of(network),
        plan=whole,
        line=left,
        outcome=outcome,
        refused=refused,
        site=site_of_change(left.change, sites) if visitor.may("sites.edit") else None,
        signed=signed,
    )


def _tried(
    session: Session, visitor: Principal, plan: PlanOut, line: UnservedOut, language: Language
) -> tuple[Outcome | None, WaslError | None]:
    """What would come of it, or why it cannot be."""
    command = _bringing(line.line_id)
    try:
        tried = try_edit(session, visitor, plan.id, command, plan.version, "ar" if language.code == "ar" else "en")
    except WaslError as error:
        if error.code in NO_PLACE:
            return None, error
        raise
    return Outcome(plan, line, tried), None


def _bringing(line_id: UUID) -> PlaceOfferLine:
    return PlaceOfferLine(kind="place_offer_line", offer_line_id=line_id)


def signed(text: str, amount: int) -> str:
    """A difference as people write it, the sign ahead of the number in either direction of writing."""
    return f"\u2066{'+' if amount > 0 else '−' if amount < 0 else '±'}{text}\u2069"


@router.post("/day/try")
def do(
    request: Request,
    visitor: Visitor,
    plan_id: Annotated[UUID, Form()],
    line_id: Annotated[UUID, Form()],
    tried_version: Annotated[int, Form()],
) -> Response:
    """Bring the line as it was tried, in the version that it was tried on."""
    with database_of(request).transaction(visitor.scope) as session:
        streets = request.app.state.streets
        done = edit_plan(session, visitor, plan_id, _bringing(line_id), tried_version, now_of(request), streets)
        day = done.plan.service_date.isoformat()
    return see_other("/day", date=day, plan=str(plan_id))
