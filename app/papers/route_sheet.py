"""One route on paper: its stops with times, addresses, access notes, and what is handled at each."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.units import kg_display, km_display
from app.kit.language import isolated
from app.models.plans import Plan
from app.papers.sheet import Sheet
from app.papers.style import BESIDE, MUTED, STRONG, TEXT, Column, Part, Row
from app.papers.words import ACCESS, GAP, KEPT, STOPS, Issuer
from app.planning.schemas import RouteOut, StopAllocationOut, StopOut

COLUMNS = (
    Column(0, 0.05),
    Column(0.05, 0.33),
    Column(0.38, 0.11, at_end=True),
    Column(0.49, 0.13, at_end=True),
    Column(0.63, 0.15),
    Column(0.78, 0.22),
)
OF_STOP = (Column(0, 0.05), Column(0.05, 0.81), Column(0.86, 0.14, at_end=True))
HEADINGS = ("", "Food", "Weight", "Crates", "Temperature", "Food bank or store")
ABOUT = "≈ "
VISITS = ("pickup", "drop_off")
ATTRIBUTION = "© OpenStreetMap contributors"


@dataclass(frozen=True)
class RouteDay:
    """What a route sheet says of the plan: its day, whether it is published, and since when it is as it is."""

    service_date: date
    published: bool
    made_at: datetime

    @classmethod
    def of(cls, plan: Plan) -> "RouteDay":
        """Of a plan's row."""
        return cls(plan.service_date, plan.state == "published", plan.published_at or plan.created_at)


def route_paper(issuer: Issuer, route: RouteOut, day: RouteDay) -> bytes:
    """The document."""
    title = f"{issuer.t('Route {number}', number=str(route.number))}: {isolated(route.vehicle_name)}"
    sheet = Sheet(issuer, title, day.made_at)
    sheet.heading(title)
    sheet.paragraph(Part(GAP.join(_facts(issuer, route, day))))
    if not day.published:
        sheet.paragraph(Part(issuer.t("Draft, not published"), STRONG))
    if route.estimated:
        said = "≈ Times and distances are estimated from straight lines, not from streets."
        sheet.paragraph(Part(issuer.t(said), STRONG))
    sheet.space(12)
    rows: list[Row] = []
    number = 0
    for stop in route.stops:
        number += stop.kind in VISITS
        rows += _rows(issuer, stop, str(number) if stop.kind in VISITS else "", ABOUT if route.estimated else "")
    sheet.table(COLUMNS, [issuer.t(each) if each else "" for each in HEADINGS], rows)
    sheet.space(10)
    sheet.paragraph(Part(isolated(ATTRIBUTION), MUTED))
    return sheet.finished()


def _facts(issuer: Issuer, route: RouteOut, day: RouteDay) -> list[str]:
    about = ABOUT if route.estimated else ""
    driver = [isolated(route.driver_name)] if route.driver_name else []
    far = about + issuer.t("{km} km", km=km_display(route.metres))
    return [issuer.language.day(day.service_date), *driver, far, isolated(about + issuer.language.hours(route.seconds))]


def _rows(issuer: Issuer, stop: StopOut, number: str, about: str) -> list[Row]:
    """A stop, then what is handled there; its name again where a page begins with that."""
    name = f"{issuer.t(STOPS[stop.kind])}: {isolated(stop.site_name)}"
    time = isolated(about + issuer.clock(stop.begin_at))
    told = [Part(name, STRONG), *(Part(each, MUTED) for each in _notes(issuer, stop))]
    rows = [
        Row([[Part(number, STRONG)], told, [Part(time, STRONG)]], with_next=bool(stop.allocations), columns=OF_STOP)
    ]
    again = issuer.t("{name}, continued", name=stop.site_name)
    repeated = Row(
        [[Part(number, STRONG)], [Part(again, STRONG)], [Part(time, BESIDE)]], rule=None, padding=2, columns=OF_STOP
    )
    foods = [_food(issuer, each, stop.kind, repeated) for each in stop.allocations]
    return rows + foods[:-1] + [replace(each, padding=4) for each in foods[-1:]]


def _notes(issuer: Issuer, stop: StopOut) -> list[str]:
    """Where it is, and how one gets in."""
    notes = [isolated(stop.address)] if stop.address else []
    if stop.kind in VISITS:
        notes += [issuer.t(ACCESS[stop.access])] if stop.access in ACCESS else []
        notes += [isolated(each) for each in stop.access_notes.splitlines() if each.strip()]
    return notes


def _food(issuer: Issuer, food: StopAllocationOut, kind: str, again: Row) -> Row:
    side = ("for {name}", food.receiver_name) if kind == "pickup" else ("from {name}", food.donor_name)
    told = (
        "",
        isolated(food.description),
        issuer.t("{kg} kg", kg=kg_display(food.kg)),
        issuer.n("{count} crate", "{count} crates", food.crates),
        issuer.t(KEPT[food.temperature_class]),
        issuer.t(side[0], name=side[1]),
    )
    said = [[Part(each, TEXT if index < 3 else BESIDE)] for index, each in enumerate(told)]
    return Row(said, rule=None, padding=1.5, again=again)
