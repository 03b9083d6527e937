"""What coordination is worth, as a page: a day together beside the same day alone, and the week that it lies in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from app.domain import impact
from app.domain.together import ASSUMPTIONS, ASSUMPTIONS_OF_RECORDED, VARIANT_WORDS, Tally
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.models.together import TogetherDay
from app.partners.service import network_of, zone_of
from app.planning.queries import driven_plan
from app.reports.together import queries
from app.reports.together.queries import Line, Sides, Totals
from app.reports.together.service import ask_for_day
from app.web.charts import WIDTH_PIXELS, height_of, paired_bars, picture
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
USUAL = "usual"
# What partnering promises, and the figures of each promise: label, kind of number, how it is read of a side.
CLAIMS: tuple[tuple[str, tuple[tuple[str, str, Callable[[Tally], float | None]], ...]], ...] = (
    (
        "Reaches more people",
        (
            ("Food delivered", "kg", lambda each: each.grams),
            ("Meals", "count", lambda each: impact.meals(each.grams)),
            ("People served", "count", lambda each: each.people_served),
            ("Lowest fill rate", "percent", lambda each: each.fill_rate),
        ),
    ),
    ("Saves time", (("Driver hours per tonne", "hours", lambda each: _seconds(each.hours_per_tonne)),)),
    (
        "Saves resources",
        (
            ("Distance per tonne", "km", lambda each: _thousands(each.km_per_tonne)),
            ("Vehicles", "count", lambda each: each.vehicles),
            ("CO₂e of driving per tonne", "kg", lambda each: _thousands(each.kg_co2e_per_tonne)),
        ),
    ),
    (
        "Avoids duplicated effort",
        (
            ("Duplicate visits", "count", lambda each: each.duplicate_visits),
            ("Of these, to an empty dock", "count", lambda each: each.empty_visits),
        ),
    ),
)
CHARTS: dict[str, tuple[str, Callable[[Tally], float | None]]] = {
    "food": ("Food delivered, kg", lambda each: each.grams / 1000),
    "distance": ("Distance per tonne, km", lambda each: each.km_per_tonne),
    "hours": ("Driver hours per tonne", lambda each: each.hours_per_tonne),
}
KIND_TITLES = {"recorded": "As recorded", "planned": "As planned"}
Figure = Literal["food", "distance", "hours"]
Kind = Literal["recorded", "planned"]


def _seconds(hours: float | None) -> float | None:
    return None if hours is None else hours * 3600


def _thousands(amount: float | None) -> float | None:
    return None if amount is None else amount * 1000


@dataclass(frozen=True)
class Row:
    """One figure: both sides, and the least and the most that it is alone under the other assumptions."""

    label: str
    kind: str
    together: float | None
    alone: float | None
    least: float | None
    most: float | None


@dataclass(frozen=True)
class KindView:
    """A day as planned or as recorded."""

    day: TogetherDay
    lines: Sequence[Line]

    def side(self, side: str, variant: str = USUAL) -> Tally | None:
        """The network's, where there is one."""
        for each in self.lines:
            if (each.row.side, each.row.variant, each.row.organisation_id) == (side, variant, None):
                return each.tally
        return None

    @property
    def variants(self) -> list[str]:
        """In their order, the usual assumptions first."""
        return list(dict.fromkeys(each.row.variant for each in self.lines))

    @property
    def claims(self) -> list[tuple[str, list[Row]]]:
        """The table, claim by claim."""
        together, alone = self.side("together") or Tally(), self.side("alone") or Tally()
        others = [found for name in self.variants if (found := self.side("alone", name)) is not None]
        return [
            (claim, [_row(label, kind, read, together, alone, others) for label, kind, read in figures])
            for claim, figures in CLAIMS
        ]

    @property
    def partners(self) -> list[tuple[str, Sides]]:
        """Those that the reader may see, by name."""
        found: dict[str, dict[str, Tally]] = {}
        for each in self.lines:
            if each.partner is not None and each.row.variant == USUAL:
                found.setdefault(each.partner, {})[each.row.side] = each.tally
        return [
            (name, Sides(sides["together"], sides["alone"])) for name, sides in sorted(found.items()) if len(sides) == 2
        ]

    @property
    def assumptions(self) -> Sequence[str]:
        """What stands behind the figures."""
        return (*ASSUMPTIONS, *(ASSUMPTIONS_OF_RECORDED if self.day.kind == "recorded" else ()))


def _row(
    label: str,
    kind: str,
    read: Callable[[Tally], float | None],
    together: Tally,
    alone: Tally,
    others: Sequence[Tally],
) -> Row:
    values = [value for each in others if (value := read(each)) is not None]
    return Row(label, kind, read(together), read(alone), min(values, default=None), max(values, default=None))


@dataclass(frozen=True)
class TogetherView:
    """All that the page shows. kinds: what was recorded first."""

    zone: ZoneInfo
    day: date
    kinds: Sequence[tuple[str, KindView]]
    is_published: bool
    may_ask: bool
    asked: bool
    week: Totals
    week_days: tuple[date, date]


@router.get("/together")
def show(request: Request, visitor: Visitor, date: str = "", asked: str = "") -> Response:
    """A day, yesterday unless another one is asked for, and its week."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        day = _day_or(date, now_of(request).astimezone(zone_of(network)).date() - timedelta(days=1))
        found = queries.get_days(session, visitor, day)
        monday = day - timedelta(days=day.isoweekday() - 1)
        sunday = monday + timedelta(days=6)
        kinds = [
            (kind, KindView(found[kind], queries.lines_of_day(session, visitor, found[kind])))
            for kind in KIND_TITLES
            if kind in found
        ]
        view = TogetherView(
            zone_of(network),
            day,
            kinds,
            driven_plan(session, visitor.network_id, day) is not None,
            visitor.may("plans.request"),
            asked == "yes",
            queries.totals(session, visitor, monday, sunday),
            (monday, sunday),
        )
    return render(
        request,
        "together.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=view,
        titles=KIND_TITLES,
        charts={name: label for name, (label, _) in CHARTS.items()},
        may_plan=visitor.sees_network,
        one_day=timedelta(days=1),
        picture_width=WIDTH_PIXELS,
        picture_height=height_of,
    )


@router.get("/together/chart.svg")
def chart(request: Request, visitor: Visitor, date: str, kind: Kind, figure: Figure) -> Response:
    """How much hangs on each assumption: both sides under each of them."""
    language = language_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        found = queries.get_days(session, visitor, _day_or(date, _NEVER)).get(kind)
        view = None if found is None else KindView(found, queries.lines_of_day(session, visitor, found))
        names = [] if view is None else [name for name in view.variants if view.side("alone", name) is not None]
        read = CHARTS[figure][1]
        usual = None if view is None else view.side("together")
        together = [
            read(side) if view is not None and (side := view.side("together", name) or usual) is not None else None
            for name in names
        ]
        alone = [read(side) if view and (side := view.side("alone", name)) is not None else None for name in names]
    labels = [str(language.t(VARIANT_WORDS[name])) for name in names]
    return picture(
        paired_bars(
            labels,
            (str(language.t("Together")), together),
            (str(language.t("Alone")), alone),
            direction=language.direction,
        )
    )


@router.post("/together")
def work_out(request: Request, visitor: Visitor, date: Annotated[str, Form()]) -> Response:
    """Have a day worked out now."""
    day = _day_or(date, _NEVER)
    with database_of(request).transaction(visitor.scope) as session:
        try:
            ask_for_day(session, visitor, day)
        except WaslError as error:
            if error.code != "nothing_published":
                raise
            return see_other("/together", date=day.isoformat())
    return see_other("/together", date=day.isoformat(), asked="yes")


_NEVER = date(2000, 1, 1)


def _day_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise
