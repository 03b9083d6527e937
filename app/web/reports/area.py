"""A public body's area as a page: what its food came to, month by month, with one picture and a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.domain.area_totals import FEWEST, WITHHELD, AreaTotals
from app.domain.service_date import service_date_of
from app.kit import tables
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.papers.impact_words import PEOPLE_NOTE, RECORDED_NOTE, UNIT_WORDS, USE_WORDS
from app.partners.service import network_of, zone_of
from app.reports.area import service
from app.reports.area.rows import AreaRow, rows_of
from app.reports.area.service import BodyArea
from app.web.charts import NARROW_PIXELS, WIDTH_PIXELS, height_of, paired_bars, picture
from app.web.language import Language, language_of
from app.web.rendering import HEADERS, render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
First = Annotated[str, Query(alias="from")]
MONTHS_BACK = 24
MONTHS_NOTE = (
    "Whole months that are over alone, each shown or withheld by itself: with single days or weeks, two ranges could be"
    " compared until one store's day is left."
)
DRIVING_NOTE = (
    "Of each day's driving, the area's food counts with its share of the kilograms that the day brought to people."
)
FACTORS_NOTE = "A factor that the network has chosen counts here from its first whole month on."
REACHED_NOTE = "A day counts here where at least 3 food banks of the area received food on it."
OFFERED, REACHED = "Offered by stores", "Reached people"


@dataclass(frozen=True)
class AreaView:
    """All that the page shows. months: the first days of those that can be chosen, the newest first. fault: why there
    are no totals."""

    bodies: Sequence[BodyArea]
    chosen: BodyArea | None
    months: Sequence[date]
    first: date
    last: date
    totals: AreaTotals | None = None
    fault: str = ""
    is_staff: bool = False
    may_name: bool = False

    @property
    def asked(self) -> str:
        """What the file and the picture of these totals are asked for by."""
        which = "" if self.chosen is None else f"&body={self.chosen.organisation.id}"
        return f"from={self.first}&until={self.last}{which}"


def end_of(month: date) -> date:
    """The last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months_over(today: date) -> list[date]:
    """The first days of the months that are over, the newest first."""
    found = [today.replace(day=1)]
    while len(found) <= MONTHS_BACK:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[1:]


def days_asked(first: str, last: str, today: date) -> tuple[date, date]:
    """The days that were asked for; what is no date is the month before this one."""
    usual = months_over(today)[0]
    return _day_or(first, usual), _day_or(last, end_of(usual))


def _day_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise


@router.get("/area")
def show(
    request: Request, visitor: Visitor, first: First = "", until: str = "", body: str = "", done: str = ""
) -> Response:
    """The month before this one, unless others are asked for; of the first public body, unless another is."""
    visitor.require("area.read")
    with database_of(request).transaction(visitor.scope) as session:
        demonstration = network_of(session, visitor).demonstration
        view, status = _view(request, session, visitor, first, until, body)
    totals = view.totals
    return render(
        request,
        "area.html",
        status,
        signed_in=visitor.name,
        demonstration=demonstration,
        view=view,
        end_of=end_of,
        done=done == "named",
        fewest=FEWEST,
        withheld=WITHHELD,
        uses=USE_WORDS,
        units=UNIT_WORDS,
        notes=(MONTHS_NOTE, RECORDED_NOTE, FACTORS_NOTE, DRIVING_NOTE, PEOPLE_NOTE, REACHED_NOTE),
        picture_width=WIDTH_PIXELS,
        narrow_width=NARROW_PIXELS,
        picture_height=height_of(0 if totals is None else len(totals.months)),
    )


def _view(
    request: Request, session: Session, visitor: Principal, first: str, until: str, body: str
) -> tuple[AreaView, int]:
    now = now_of(request)
    today = service_date_of(now, zone_of(network_of(session, visitor)))
    bodies = service.public_bodies(session, visitor, now)
    chosen = _chosen(bodies, body)
    since, last = days_asked(first, until, today)
    totals, fault = None, None
    if chosen is not None and chosen.area is not None:
        try:
            totals = service.totals(session, visitor, chosen.organisation.id, since, last, now)
        except WaslError as error:
            if error.status != 422:
                raise
            fault = error
    view = AreaView(
        bodies,
        chosen,
        months_over(today),
        since,
        last,
        totals,
        fault="" if fault is None else language_of(request).refusal(fault),
        is_staff=visitor.may_across_network("area.read"),
        may_name=visitor.may_across_network("partners.edit"),
    )
    return view, 200 if fault is None else fault.status


def _chosen(bodies: Sequence[BodyArea], wished: str) -> BodyArea | None:
    """The one that was asked for, else the first that has an area, else the first."""
    asked = [each for each in bodies if str(each.organisation.id) == wished]
    with_area = [each for each in bodies if each.area is not None]
    return next(iter((*asked, *with_area, *bodies)), None)


def _read(request: Request, visitor: Principal, first: str, until: str, body: UUID | None) -> AreaTotals:
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        since, last = days_asked(first, until, service_date_of(now, zone_of(network_of(session, visitor))))
        return service.totals(session, visitor, body, since, last, now)


@router.get("/area.csv")
def as_csv(
    request: Request, visitor: Visitor, first: First = "", until: str = "", body: UUID | None = None
) -> Response:
    """Every number as a row."""
    totals = _read(request, visitor, first, until, body)
    columns = tables.columns_of(AreaRow)
    content = tables.csv_head(columns) + tables.csv_rows(
        columns, [each.model_dump(mode="json") for each in rows_of(totals)]
    )
    headers = {
        "Content-Disposition": f'attachment; filename="area-{totals.first}-{totals.last}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers={**HEADERS, **headers}, media_type=f"{tables.CSV}; charset=utf-8")


@router.get("/area/chart.svg")
def chart(
    request: Request,
    visitor: Visitor,
    first: First = "",
    until: str = "",
    body: UUID | None = None,
    narrow: bool = False,
) -> Response:
    """Kilograms by month: offered by the area's stores, and brought to people through its food banks."""
    return picture(_draw(_read(request, visitor, first, until, body), language_of(request), narrow))


def _draw(totals: AreaTotals, language: Language, narrow: bool) -> bytes:
    return paired_bars(
        [language.month(each.first) for each in totals.months],
        (str(language.t(OFFERED)), [_kg(each.offered) for each in totals.months]),
        (str(language.t(REACHED)), [_kg(each.received) for each in totals.months]),
        direction=language.direction,
        narrow=narrow,
    )


def _kg(grams: int | None) -> float | None:
    return None if grams is None else round(grams / 1000, 1)
