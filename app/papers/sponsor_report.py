"""A sponsor's report on paper: the figures, month by month, then every route that the money paid for."""

from datetime import UTC, datetime, time

from app.domain.funding import PURPOSE_WORDS, Bought
from app.domain.units import kg_display, km_display
from app.funding.report import SponsorReport
from app.papers import funding_words as words
from app.papers.counted_with import co2e_between, counted_with, meals_between
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import Issuer

FIVE = (Column(0, 0.34), Column(0.34, 0.18), *(Column(start, 0.16, at_end=True) for start in (0.52, 0.68, 0.84)))
MONTHS = (Column(0, 0.3), *(Column(start, 0.175, at_end=True) for start in (0.3, 0.475, 0.65, 0.825)))


def sponsor_report_paper(issuer: Issuer, report: SponsorReport) -> bytes:
    """The document, the same bytes for the same report."""
    title = issuer.t(words.TITLE, giver=report.giver)
    sheet = Sheet(issuer, title, datetime.combine(report.as_of, time(12), UTC))
    day = issuer.language.day
    sheet.heading(title)
    sheet.paragraph(Part(issuer.t(words.SINCE, day=day(report.first), now=day(report.as_of)), STRONG))
    sheet.paragraph(Part(issuer.t("Given through {network}", network=report.network), MUTED))
    sheet.space(12)
    _figures(sheet, issuer, report)
    _grants(sheet, issuer, report)
    if report.paid:
        _months(sheet, issuer, report)
        _places(sheet, issuer, report)
        _routes(sheet, issuer, report)
    else:
        sheet.paragraph(Part(issuer.t(words.NOTHING)))
    _how(sheet, issuer, report)
    return sheet.finished()


def _amount(report: SponsorReport, cents: float) -> str:
    return f"\u2066{report.money(cents)}\u2069"


def _kg(issuer: Issuer, grams: int) -> str:
    return issuer.t("{kg} kg", kg=kg_display(grams))


def _per_meal(issuer: Issuer, report: SponsorReport, found: Bought) -> str:
    each = found.cents_per_meal
    if each is None:
        return issuer.t(words.NO_FOOD)
    return issuer.t("{money} a meal", money=report.money(each))


def _figures(sheet: Sheet, issuer: Issuer, report: SponsorReport) -> None:
    total = report.total
    routes = issuer.n("{count} route", "{count} routes", total.routes)
    if total.in_part:
        routes += f" ({issuer.n('{count} in part', '{count} in part', total.in_part)})"
    sheet.figures(
        [
            (issuer.t("Food moved"), _kg(issuer, total.grams), routes),
            (issuer.t("Meals"), f"{total.meals:,}", _per_meal(issuer, report, total)),
            (issuer.t("CO₂e avoided"), _kg(issuer, total.co2e_grams), issuer.t("after driving")),
        ]
    )
    if total.grams:
        for word, said in (("Meals", meals_between(issuer, total.food)),
                           ("CO₂e avoided", co2e_between(issuer, *total.co2e_range))):  # fmt: skip
            sheet.paragraph(Part(f"{issuer.t(word)}: {said}", MUTED))
    sheet.space(8)


def _grants(sheet: Sheet, issuer: Issuer, report: SponsorReport) -> None:
    day = issuer.language.day
    facts = [("Given", report.given), ("Spent", report.total.cents), ("Left", report.left)]
    if report.received:
        facts.insert(1, ("Received so far", report.received))
    sheet.facts([(issuer.t(label), _amount(report, cents)) for label, cents in facts])
    for each in report.grants:
        grant = each.grant
        said = issuer.t("{money} from {first} until {last}", money=report.money(grant.cents),
                        first=day(grant.valid_from), last=day(grant.ended_on or grant.valid_until))  # fmt: skip
        purpose = issuer.t(PURPOSE_WORDS[grant.purpose]) if grant.restricted else issuer.t("For any route")
        sheet.paragraph(Part(f"{said} · {purpose}", MUTED))


def _months(sheet: Sheet, issuer: Issuer, report: SponsorReport) -> None:
    sheet.section(issuer.t("Month by month"))
    rows = [
        Row(
            cells(
                issuer.language.month(month),
                f"{found.routes}",
                _kg(issuer, found.grams),
                f"{found.meals:,}",
                _amount(report, found.cents),
            )
        )
        for month, found in report.months
    ]
    sheet.table(MONTHS, [issuer.t(each) for each in words.OF_MONTH], rows)


def _places(sheet: Sheet, issuer: Issuer, report: SponsorReport) -> None:
    sheet.section(issuer.t(words.PLACES))
    if report.places:
        sheet.paragraph(Part(issuer.listed(list(report.places))))
    if report.other_places:
        one, many = words.MORE_PLACES if report.places else words.COUNTED_PLACES
        sheet.paragraph(Part(issuer.n(one, many, report.other_places)))
        sheet.paragraph(Part(issuer.t(words.ONLY_PUBLIC), MUTED))


def _routes(sheet: Sheet, issuer: Issuer, report: SponsorReport) -> None:
    sheet.section(issuer.t("Routes that it paid for"))
    rows = [
        Row(
            cells(
                issuer.language.day(each.payment.day),
                f"\u2068{each.route.vehicle_name}\u2069",
                issuer.t("{km} km", km=km_display(each.payment.metres)),
                _kg(issuer, each.payment.grams),
                _amount(report, each.payment.cents),
            )
        )
        for each in report.paid
    ]
    sheet.table(FIVE, [issuer.t(each) for each in words.HEADINGS], rows)


def _how(sheet: Sheet, issuer: Issuer, report: SponsorReport) -> None:
    sheet.space(14)
    for sentence in (words.RULE, words.WHO):
        sheet.paragraph(Part(issuer.t(sentence), MUTED))
    counted_with(sheet, issuer, report.total.food)
