"""A report as rows for a spreadsheet: each number with its unit, range, factor and source."""

from collections.abc import Iterator

from pydantic import BaseModel

from app.domain.counting import Counted
from app.domain.impact_factors import DEFAULTS
from app.domain.impact_report import Bank, Figures
from app.domain.losses import LABELS
from app.domain.units import kg_text

_LEDGER = "the ledger"
_REPORTS = "drivers' reports and the routes as last published"


class ImpactRow(BaseModel):
    """One number. section: what it belongs to; item: whose or of which day it is."""

    section: str
    item: str
    figure: str
    value: str | None
    unit: str
    least: str | None = None
    most: str | None = None
    factor: str | None = None
    factor_version: int | None = None
    source: str = _LEDGER


def rows_of(found: Figures) -> list[ImpactRow]:
    """All numbers of a report, in the order in which its page has them."""
    return [*_figures(found), *_factors(found), *_losses(found), *_banks(found), *_fairness(found), *_planned(found)]


def _figures(found: Figures) -> Iterator[ImpactRow]:
    whole = f"{found.first} to {found.last}"
    meals, co2e = (_last(found, use) for use in DEFAULTS)

    def row(figure: str, value: str | None, unit: str, **more: object) -> ImpactRow:
        return ImpactRow.model_validate(
            {"section": "figures", "item": whole, "figure": figure, "value": value, "unit": unit, **more}
        )

    yield row("food for people", kg_text(found.grams), "kg")
    yield row("food posted", kg_text(found.balance.offered), "kg")
    yield row("share of posted food that reached people", _share(found.rescued), "share")
    yield row(
        "meals", str(found.meals), "meals", least=str(found.meals_least), most=str(found.meals_most), **_with(meals)
    )
    yield row(
        "CO2e avoided, less driving",
        kg_text(found.co2e_grams),
        "kg CO2e",
        least=kg_text(found.co2e_least),
        most=kg_text(found.co2e_most),
        **_with(co2e),
    )
    yield row("CO2e of driving", kg_text(found.driving_co2e_grams), "kg CO2e", source=_REPORTS)
    yield row("driven", f"{found.metres / 1000:.1f}", "km", source=_REPORTS)
    people = None if found.people is None else str(found.people)
    yield row("people reached on the fullest day", people, "people", source="the needs of food banks that got food")
    cents = found.cost.cents_per_meal
    yield row("cost of driving", f"{found.cost.cents / 100:.2f}", found.currency, source="the vehicles' rates")
    yield row(
        "cost per meal",
        None if cents is None else f"{cents / 100:.3f}",
        found.currency,
        source="the vehicles' rates; left out: " + "; ".join(found.cost.left_out or ("nobody",)),
    )
    yield row("lowest fill rate", _share(found.lowest), "share")
    yield row("Gini of the fill rates", _share(found.gini), "")


def _last(found: Figures, use: str) -> Counted | None:
    """The version that counted last; every version has a row of its own."""
    return next((each for each in reversed(found.factors) if each.use == use), None)


def _with(counted: Counted | None) -> dict[str, object]:
    if counted is None:
        return {}
    factor = f"{counted.value} {counted.unit} ({counted.name})"
    return {"factor": factor, "factor_version": counted.number, "source": counted.source}


def _factors(found: Figures) -> Iterator[ImpactRow]:
    for each in found.factors:
        amount, unit = (
            (str(each.amount), "meals") if each.use == "meals" else (kg_text(each.amount), "kg CO2e before driving")
        )
        yield ImpactRow.model_validate(
            {
                "section": "factors",
                "item": f"{each.first} to {each.last}",
                "figure": f"{kg_text(each.grams)} kg counted with it",
                "value": amount,
                "unit": unit,
                **_with(each),
            }
        )
    for van in found.driving:
        yield ImpactRow(
            section="factors",
            item=f"vans of {van.grams_co2e_per_km} g CO2e per km",
            figure="driven",
            value=f"{van.metres / 1000:.1f}",
            unit="km",
            source="as the vehicle was entered",
        )


def _losses(found: Figures) -> Iterator[ImpactRow]:
    for code, grams in found.losses:
        yield ImpactRow(
            section="waste by reason", item=code, figure=LABELS.get(code, code), value=kg_text(grams), unit="kg"
        )


def _banks(found: Figures) -> Iterator[ImpactRow]:
    for each in found.banks:
        yield from _bank("food banks", each.name, each)


def _bank(section: str, item: str, bank: Bank) -> Iterator[ImpactRow]:
    per_person = bank.grams_per_person
    for figure, value, unit in (
        ("needed", kg_text(bank.wanted), "kg"),
        ("received", kg_text(bank.delivered), "kg"),
        ("fill rate", _share(bank.fill), "share"),
        ("people on the fullest day", str(bank.people), "people"),
        ("food per person", None if per_person is None else f"{per_person / 1000:.3f}", "kg"),
    ):
        yield ImpactRow(section=section, item=item, figure=figure, value=value, unit=unit)


def _fairness(found: Figures) -> Iterator[ImpactRow]:
    for point in found.points:
        section = "fairness, four weeks each"
        until = f"until {point.until}"
        yield ImpactRow(section=section, item=until, figure="recorded days", value=str(point.days), unit="days")
        yield ImpactRow(
            section=section, item=until, figure="lowest fill rate", value=_share(point.lowest), unit="share"
        )
        yield ImpactRow(section=section, item=until, figure="Gini of the fill rates", value=_share(point.gini), unit="")
        for bank in point.banks:
            yield ImpactRow(
                section=section, item=until, figure=f"fill rate of {bank.name}", value=_share(bank.fill), unit="share"
            )


def _planned(found: Figures) -> Iterator[ImpactRow]:
    for each in found.planned:
        yield ImpactRow(
            section="only planned, in no figure",
            item=str(each.day),
            figure="planned to be brought",
            value=kg_text(each.grams),
            unit="kg",
            source="the published plan",
        )


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"
