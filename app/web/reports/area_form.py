"""Where a network's administrators name a public body's area: its places, ticked, or its boundary, pasted."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.areas import NOT_A_BOUNDARY
from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError, invalid_request, not_found
from app.kit.web import database_of, now_of
from app.models.areas import Area
from app.partners.service import list_sites, network_of
from app.reports.area import service
from app.reports.area.schemas import AreaIn
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, lists_of, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
MOST_DIGITS = 9


@dataclass
class AreaForm(TypedForm):
    """What stands in the form. kind: `places` or `boundary`."""

    version: str = ""
    kind: str = "places"
    site_ids: list[str] = field(default_factory=list)
    boundary: str = ""


@router.get("/area/{organisation_id}")
def edit(request: Request, visitor: Visitor, organisation_id: UUID) -> Response:
    """The area as it is; empty where none is named."""
    return _show(request, visitor, organisation_id, None)


@router.post("/area/{organisation_id}")
def change(request: Request, visitor: Visitor, organisation_id: UUID, data: Sent) -> Response:
    """Name it, or show the form again with what does not fit."""
    visitor.require("partners.edit")
    form = _read(data)
    version = int(form.version) if form.version.isdecimal() and len(form.version) <= MOST_DIGITS else None
    try:
        wish = _wish(form)
        with database_of(request).transaction(visitor.scope) as session:
            service.set_area(session, visitor, organisation_id, wish, version, now_of(request))
    except WaslError as error:
        if error.status == 404:
            raise
        form.show_errors(error, language_of(request))
        return _show(request, visitor, organisation_id, form, error.status)
    return see_other("/area", body=str(organisation_id), done="named")


def _read(data: Sent) -> AreaForm:
    texts = texts_of(data)
    return AreaForm(
        version=texts.get("version", ""),
        kind="boundary" if texts.get("kind") == "boundary" else "places",
        site_ids=lists_of(data).get("site_ids", []),
        boundary=texts.get("boundary", ""),
    )


def _wish(form: AreaForm) -> AreaIn:
    """The API's request; raises WaslError with every field that does not fit. What is typed under the other kind stays
    in the form and is not sent on."""
    if form.kind == "places":
        if not form.site_ids:
            raise invalid_request([FieldError("/site_ids", "Choose at least one place.", "places_missing")])
        return read_as(AreaIn, {"site_ids": form.site_ids})
    return read_as(AreaIn, {"boundary": _document(form.boundary)})


def _document(typed: str) -> dict[str, Any]:
    try:
        found = json.loads(typed)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise invalid_request([FieldError("/boundary", NOT_A_BOUNDARY, "value_error")])
    return found


def _of_area(area: Area | None) -> AreaForm:
    if area is None:
        return AreaForm()
    return AreaForm(
        version=str(area.version),
        kind="places" if area.boundary is None else "boundary",
        site_ids=[str(each) for each in area.site_ids],
        boundary="" if area.boundary is None else json.dumps(area.boundary),
    )


def _show(
    request: Request, visitor: Principal, organisation_id: UUID, form: AreaForm | None, status: int = 200
) -> Response:
    visitor.require("partners.edit")
    with database_of(request).transaction(visitor.scope) as session:
        bodies = service.public_bodies(session, visitor, now_of(request))
        found = next((each for each in bodies if each.organisation.id == organisation_id), None)
        if found is None:
            raise not_found("public body")
        return render(
            request,
            "area_form.html",
            status,
            signed_in=visitor.name,
            demonstration=network_of(session, visitor).demonstration,
            organisation=found.organisation,
            form=form or _of_area(found.area),
            sites=list_sites(session),
        )
