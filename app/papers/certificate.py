"""A month's certificate on paper: what became of a store's food, with the factors that its figures are counted by."""

from datetime import date

from app.domain.units import kg_display
from app.offers.certificates import YearCertificate
from app.offers.receipts import Certificate
from app.papers.counted_with import co2e_between, counted_with, meals_between
from app.papers.receipt import COLUMNS, HEADINGS, balance_row, total_row
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Part
from app.papers.words import ELSEWHERE, Issuer

WEIGHTS = (
    "Weights are what was handed over, to the gram, as drivers reported it, by the day on which it was to be fetched."
)


def certificate_paper(issuer: Issuer, certificate: Certificate, so_far: date | None) -> bytes:
    """The document. so_far: today, where the month is not over."""
    title = issuer.t("Surplus food of {name}", name=certificate.organisation)
    sheet = Sheet(issuer, title, certificate.as_of)
    sheet.heading(title)
    sheet.paragraph(Part(issuer.language.month(certificate.month), STRONG))
    sheet.paragraph(Part(issuer.t("Given through {network}", network=issuer.network), MUTED))
    if so_far is not None:
        said = "This month is not over: these are the figures of {day}."
        sheet.paragraph(Part(issuer.t(said, day=issuer.language.day(so_far)), STRONG))
    sheet.space(12)
    if certificate.by_category:
        figures(sheet, issuer, certificate)
        foods(sheet, issuer, certificate)
    else:
        sheet.paragraph(Part(issuer.t("Nothing was posted in this month.")))
    sheet.space(14)
    sheet.paragraph(Part(issuer.t(WEIGHTS), MUTED))
    counted_with(sheet, issuer, certificate.food)
    return sheet.finished()


def figures(sheet: Sheet, issuer: Issuer, certificate: Certificate | YearCertificate) -> None:
    """The three that a certificate begins with."""

    def kg(grams: int) -> str:
        return issuer.t("{kg} kg", kg=kg_display(grams))

    total = certificate.total
    meals = issuer.n("about {count} meal", "about {count} meals", certificate.food.meals)
    offers = issuer.n("{count} offer", "{count} offers", certificate.offers)
    sheet.figures(
        [
            (issuer.t("Reached people"), kg(total.for_people), meals),
            (issuer.t("CO₂e avoided"), kg(certificate.food.co2e_grams), issuer.t("before driving")),
            (issuer.t("Collected"), kg(total.collected), offers),
        ]
    )
    food = certificate.food
    if food.grams:
        for word, said in (("Meals", meals_between(issuer, food)),
                           ("CO₂e avoided", co2e_between(issuer, food.co2e_least, food.co2e_most))):  # fmt: skip
            sheet.paragraph(Part(f"{issuer.t(word)}: {said}", MUTED))
    sheet.space(8)


def foods(sheet: Sheet, issuer: Issuer, certificate: Certificate | YearCertificate) -> None:
    """By kind of food, what went elsewhere, and who it was for."""
    rows = [balance_row(issuer, [Part(issuer.category(code))], each) for code, each in certificate.by_category.items()]
    headings = [issuer.t(each) for each in HEADINGS]
    sheet.table(COLUMNS, headings, [*rows, total_row(issuer, certificate.total)])
    others = [(word, grams) for name, word in ELSEWHERE if (grams := getattr(certificate.total, name))]
    if others:
        sheet.section(issuer.t("What went elsewhere"))
        sheet.facts([(issuer.t(word), issuer.grams(grams)) for word, grams in others])
    if certificate.receivers:
        sheet.section(issuer.t("Who it was for"))
        for name in certificate.receivers:
            sheet.paragraph(Part(f"\u2068{name}\u2069"))
