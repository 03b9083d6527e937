"""An area's totals as rows for a spreadsheet: the range first, then each month."""

from collections.abc import Iterator

from pydantic import BaseModel

from app.domain.area_totals import AreaTotals
from app.domain.units import kg_text

WITHHELD = "withheld"


class AreaRow(BaseModel):
    """One number. item: the days that it is of."""

    item: str
    figure: str
    value: str
    unit: str
    least: str | None = None
    most: str | None = None


def rows_of(found: AreaTotals) -> list[AreaRow]:
    """All numbers, in the order in which the page has them."""
    return [*_whole(found), *_months(found)]


def _whole(found: AreaTotals) -> Iterator[AreaRow]:
    item, figures = f"{found.first} to {found.last}", found.figures
    yield AreaRow(item=item, figure="recorded days", value=str(found.days), unit="days")
    yield AreaRow(item=item, figure="food offered by stores", value=_kg(found.offered), unit="kg")
    yield AreaRow(item=item, figure="of it reached people", value=_kg(found.rescued), unit="kg")
    yield AreaRow(item=item, figure="food for people through food banks", value=_kg(found.received), unit="kg")
    yield AreaRow(
        item=item,
        figure="meals",
        value=WITHHELD if figures is None else str(figures.meals),
        unit="meals",
        least=None if figures is None else str(figures.meals_least),
        most=None if figures is None else str(figures.meals_most),
    )
    yield AreaRow(
        item=item,
        figure="CO2e avoided, less driving",
        value=WITHHELD if figures is None else kg_text(figures.co2e_grams),
        unit="kg CO2e",
        least=None if figures is None else kg_text(figures.co2e_least),
        most=None if figures is None else kg_text(figures.co2e_most),
    )
    people = WITHHELD if found.people is None else str(found.people)
    yield AreaRow(item=item, figure="people reached on the fullest day", value=people, unit="people")
    yield AreaRow(item=item, figure="stores that gave", value=str(found.stores), unit="stores")
    yield AreaRow(item=item, figure="partners that gave", value=str(found.givers), unit="partners")
    yield AreaRow(item=item, figure="food banks that received", value=str(found.banks), unit="food banks")
    for each in figures.factors if figures is not None else ():
        what = f"{each.use} counted with {each.name} ({each.source})"
        yield AreaRow(item=f"{each.first} to {each.last}", figure=what, value=str(each.value), unit=each.unit)
    if found.planned_days:
        yield AreaRow(item=item, figure="days only planned, in no figure", value=str(found.planned_days), unit="days")
        yield AreaRow(item=item, figure="planned to be brought on them", value=_kg(found.planned), unit="kg")


def _months(found: AreaTotals) -> Iterator[AreaRow]:
    for each in found.months:
        item = f"{each.first:%Y-%m}"
        yield AreaRow(item=item, figure="recorded days", value=str(each.days), unit="days")
        if not each.days:
            continue
        yield AreaRow(item=item, figure="stores that gave", value=str(each.stores), unit="stores")
        yield AreaRow(item=item, figure="food banks that received", value=str(each.banks), unit="food banks")
        yield AreaRow(item=item, figure="food offered by stores", value=_kg(each.offered), unit="kg")
        yield AreaRow(item=item, figure="of it reached people", value=_kg(each.rescued), unit="kg")
        yield AreaRow(item=item, figure="food for people through food banks", value=_kg(each.received), unit="kg")


def _kg(grams: int | None) -> str:
    return WITHHELD if grams is None else kg_text(grams)
