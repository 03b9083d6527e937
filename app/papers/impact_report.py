"""A network's impact on paper: the figures with their ranges, waste by reason, fairness, what it is counted with."""

from collections.abc import Sequence
from datetime import date, datetime

from app.domain.impact_report import Figures
from app.domain.losses import LABELS
from app.domain.units import kg_display, km_display
from app.papers.impact_words import FACTOR_NOTE, GINI_NOTE, PEOPLE_NOTE, RECORDED_NOTE, UNIT_WORDS, USE_WORDS
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import Issuer

BANK_COLUMNS = (Column(0, 0.3), *(Column(0.3 + 0.14 * place, 0.14, at_end=True) for place in range(5)))
POINT_COLUMNS = (Column(0, 0.4), *(Column(0.4 + 0.2 * place, 0.2, at_end=True) for place in range(3)))
FACTOR_COLUMNS = (Column(0, 0.24), Column(0.24, 0.1), Column(0.34, 0.66))
NOT_COUNTED = "–"


def impact_paper(issuer: Issuer, figures: Figures, made_at: datetime, number: int | None) -> bytes:
    """The document. made_at: when it was published or counted. number: of a published report."""
    title = issuer.t("Impact of {network}", network=issuer.network)
    sheet = Sheet(issuer, title, made_at)
    sheet.heading(title)
    sheet.paragraph(Part(_between(issuer, figures.first, figures.last), STRONG))
    sheet.paragraph(Part(_standing(issuer, made_at, number), MUTED))
    sheet.space(10)
    if not figures.recorded:
        sheet.paragraph(Part(issuer.t("No day of these is recorded: there is nothing to count.")))
    else:
        _figures(sheet, issuer, figures)
        _losses(sheet, issuer, figures)
        _fairness(sheet, issuer, figures)
        _factors(sheet, issuer, figures)
    _planned(sheet, issuer, figures)
    return sheet.finished()


def _between(issuer: Issuer, first: date, last: date) -> str:
    return issuer.t("From {first} to {last}", first=issuer.language.day(first), last=issuer.language.day(last))


def _standing(issuer: Issuer, made_at: datetime, number: int | None) -> str:
    at = {
        "day": issuer.language.day(made_at.astimezone(issuer.zone).date()),
        "time": issuer.clock(made_at),
    }
    if number is None:
        return issuer.t("Counted {day} at {time}; not published.", **at)
    return issuer.t("Report {number}, published {day} at {time}. It never changes.", number=str(number), **at)


def _kg(issuer: Issuer, grams: int) -> str:
    sign = "\u2212" if grams < 0 else ""
    return issuer.t("{kg} kg", kg=f"\u2066{sign}{kg_display(abs(grams))}\u2069")


def _percent(value: float | None) -> str:
    return NOT_COUNTED if value is None else f"\u2066{round(100 * value)} %\u2069"


def _figures(sheet: Sheet, issuer: Issuer, figures: Figures) -> None:
    cost = figures.cost.cents_per_meal
    money = NOT_COUNTED if cost is None else f"\u2066{cost / 100:.2f} {figures.currency}\u2069"
    between = "{least} to {most} by others' factors"
    meals = issuer.t(between, least=str(figures.meals_least), most=str(figures.meals_most))
    co2e = issuer.t(between, least=_kg(issuer, figures.co2e_least), most=_kg(issuer, figures.co2e_most))
    days = issuer.n("{count} recorded day", "{count} recorded days", len(figures.recorded))
    people = NOT_COUNTED if figures.people is None else str(figures.people)
    sheet.figures(
        [
            (issuer.t("Food for people"), _kg(issuer, figures.grams), days),
            (issuer.t("Meals"), str(figures.meals), meals),
            (issuer.t("CO₂e avoided, after driving"), _kg(issuer, figures.co2e_grams), co2e),
        ]
    )
    km = issuer.t("{km} km driven", km=km_display(figures.metres))
    sheet.figures(
        [
            (issuer.t("People reached"), people, issuer.t("on the day that reached most")),
            (issuer.t("Driving, per meal"), money, km),
            (issuer.t("Of the food posted"), _percent(figures.rescued), issuer.t("reached people")),
        ]
    )
    if not figures.grams:
        sheet.paragraph(Part(issuer.t("No food moved on these days, so nothing is counted per meal.")))
    for name in figures.cost.left_out:
        left_out = "{name} has entered no rate for its vehicles: their driving and food are left out of the cost."
        sheet.paragraph(Part(issuer.t(left_out, name=name), MUTED))
    for each in (RECORDED_NOTE, PEOPLE_NOTE):
        sheet.paragraph(Part(issuer.t(each), MUTED))


def _losses(sheet: Sheet, issuer: Issuer, figures: Figures) -> None:
    sheet.section(issuer.t("Food that reached nobody, by reason"))
    if not figures.losses:
        sheet.paragraph(Part(issuer.t("Nothing was wasted on these days.")))
        return
    sheet.facts([(issuer.t(LABELS.get(code, code)), issuer.grams(grams)) for code, grams in figures.losses])


def _fairness(sheet: Sheet, issuer: Issuer, figures: Figures) -> None:
    if not figures.banks:
        return
    sheet.section(issuer.t("Fairness"), after=90)
    of_bank = ("Food bank", "Needed", "Received", "Of its need", "People", "kg per person")
    rows = [
        _row(
            f"\u2068{each.name}\u2069",
            [
                _kg(issuer, each.wanted),
                _kg(issuer, each.delivered),
                _percent(each.fill),
                str(each.people) if each.people else NOT_COUNTED,
                NOT_COUNTED if each.grams_per_person is None else f"{each.grams_per_person / 1000:.1f}",
            ],
        )
        for each in figures.banks
    ]
    sheet.table(BANK_COLUMNS, [issuer.t(each) for each in of_bank], rows)
    sheet.space(8)
    of_point = ("Four weeks until", "Recorded days", "Lowest fill rate", "Gini")
    rows = [
        _row(
            issuer.language.day(each.until),
            [str(each.days), _percent(each.lowest), NOT_COUNTED if each.gini is None else f"{each.gini:.2f}"],
        )
        for each in figures.points
    ]
    sheet.table(POINT_COLUMNS, [issuer.t(each) for each in of_point], rows)
    sheet.paragraph(Part(issuer.t(GINI_NOTE), MUTED))


def _row(name: str, values: Sequence[str]) -> Row:
    return Row(cells(name, *values))


def _factors(sheet: Sheet, issuer: Issuer, figures: Figures) -> None:
    sheet.section(issuer.t("What it is counted with"), after=90)
    rows = [
        Row(
            [
                [Part(issuer.t(USE_WORDS[each.use]))],
                [Part(f"\u2066{each.number}\u2069")],
                [
                    Part(issuer.t(UNIT_WORDS[each.use], value=str(each.value))),
                    Part(f"\u2068{each.name}: {each.source}\u2069", MUTED),
                    Part(_between(issuer, each.first, each.last), MUTED),
                ],
            ]
        )
        for each in figures.factors
    ]
    sheet.table(FACTOR_COLUMNS, [issuer.t(each) for each in ("Figure", "Version", "Factor and source")], rows)
    for van in figures.driving:
        said = issuer.t(
            "{km} km by vans of {grams} g of CO₂e per km", km=km_display(van.metres), grams=str(van.grams_co2e_per_km)
        )
        sheet.paragraph(Part(said, MUTED))
    sheet.paragraph(Part(issuer.t(FACTOR_NOTE), MUTED))


def _planned(sheet: Sheet, issuer: Issuer, figures: Figures) -> None:
    if not figures.planned:
        return
    sheet.section(issuer.t("Only planned, and in no figure"))
    sheet.facts([(issuer.language.day(each.day), _kg(issuer, each.grams)) for each in figures.planned])
