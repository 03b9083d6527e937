"""Places of the map that are no sites yet, taken over for a partner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.partners import service
from app.roads.addresses import IndexMissing
from app.roads.addresses.api import index_missing
from app.roads.places import DONOR_KINDS, OTHER_KINDS, RECEIVER_KINDS, Place
from app.web.language import language_of
from app.web.office import site_form
from app.web.office.site_desk import Desk, desk_of, lookup_of, place_of_map, today_of
from app.web.rendering import render, see_other
from app.web.visitor import Sent, Visitor
from app.web.week_words import hours_of_the_map

router = APIRouter(include_in_schema=False)
# Groups of the page: its name in the address, and the kinds of places in it.
GROUPS = (("shops", DONOR_KINDS), ("receivers", RECEIVER_KINDS), ("more", OTHER_KINDS))


@dataclass(frozen=True)
class Chosen:
    """What was chosen on the page of proposals."""

    group: str
    osm_ids: tuple[str, ...] = ()
    organisation_id: str = ""


@router.get("/sites/proposals")
def proposals(request: Request, visitor: Visitor, group: str = GROUPS[0][0], done: int = 0) -> Response:
    """Places of the map that are no sites yet."""
    visitor.require("sites.edit")
    return _show_proposals(request, visitor, desk_of(request, visitor), Chosen(group), done=done)


@router.post("/sites/proposals")
def take_over(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Take the chosen places over for one partner, each by itself: one that cannot be does not hold the others up."""
    visitor.require("sites.edit")
    desk = desk_of(request, visitor)
    wish = Chosen(
        str(data.get("group", "")),
        tuple(dict.fromkeys(str(each) for each in data.getlist("osm_id"))),
        str(data.get("organisation_id", "")),
    )
    if not wish.organisation_id or not wish.osm_ids:
        return _show_proposals(request, visitor, desk, wish, incomplete=True, status=422)
    failed: dict[str, tuple[str, str]] = {}
    for osm_id in wish.osm_ids:
        place = place_of_map(request, desk, osm_id)
        try:
            if osm_id not in desk.taken:
                _take_over(request, visitor, desk, place, wish.organisation_id)
        except WaslError as error:
            sentence = language_of(request).refusal(error)
            failed[osm_id] = (place.name_in(language_of(request).code), sentence)
    done = len(wish.osm_ids) - len(failed)
    if failed:
        left = replace(wish, osm_ids=tuple(failed))
        said = tuple(failed.values())
        return _show_proposals(request, visitor, desk_of(request, visitor), left, done=done, failed=said, status=422)
    return see_other("/sites/proposals", group=wish.group, done=str(done))


def _take_over(request: Request, visitor: Principal, desk: Desk, place: Place, organisation_id: str) -> None:
    language, day = language_of(request).code, today_of(request, desk)
    wish = site_form.new_site(site_form.of_place(place, organisation_id, language, day, desk.zone))
    with database_of(request).transaction(visitor.scope) as session:
        service.add_site(session, visitor, wish, request.app.state.streets, now_of(request))


def _show_proposals(
    request: Request,
    visitor: Principal,
    desk: Desk,
    wish: Chosen,
    *,
    done: int = 0,
    failed: Sequence[tuple[str, str]] = (),
    incomplete: bool = False,
    status: int = 200,
) -> Response:
    group, kinds = next((each for each in GROUPS if each[0] == wish.group), GROUPS[0])
    looked = lookup_of(request, desk.network)
    try:
        places = [place for place in looked.index.places(kinds) if place.name]
    except IndexMissing as error:
        raise index_missing(looked.region) from error
    places.sort(key=lambda place: (kinds.index(place.kind), place.name_in(looked.language), place.osm_id))
    open_places = [place for place in places if place.osm_id not in desk.taken]
    language, today = language_of(request), today_of(request, desk)
    return render(
        request,
        "site_proposals.html",
        status,
        signed_in=visitor.name,
        demonstration=desk.network.demonstration,
        desk=desk,
        groups=GROUPS,
        group=group,
        chosen=wish.osm_ids,
        incomplete=incomplete,
        open_places=open_places,
        hours={each.osm_id: hours_of_the_map(language, each.opening_hours or "", today) for each in open_places},
        taken_count=sum(place.osm_id in desk.taken for place in places),
        attribution=looked.region.attribution,
        organisation_id=wish.organisation_id,
        own_id=str(visitor.organisation_id),
        may_see_day=visitor.may("plans.read"),
        done=done,
        failed=failed,
    )
