"""A year's certificate on paper: month by month, then food by food, with the same total under both."""

from datetime import date

from app.offers.certificates import YearCertificate
from app.papers.certificate import WEIGHTS, figures, foods
from app.papers.counted_with import counted_with
from app.papers.receipt import COLUMNS, HEADINGS, balance_row, total_row
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Part
from app.papers.words import Issuer


def year_certificate_paper(issuer: Issuer, certificate: YearCertificate, so_far: date | None) -> bytes:
    """The document. so_far: today, where the year is not over."""
    title = issuer.t("Surplus food of {name}", name=certificate.organisation)
    sheet = Sheet(issuer, title, certificate.as_of)
    sheet.heading(title)
    sheet.paragraph(Part(issuer.t("Year {year}", year=str(certificate.year)), STRONG))
    sheet.paragraph(Part(issuer.t("Given through {network}", network=issuer.network), MUTED))
    if so_far is not None:
        said = "This year is not over: these are the figures of {day}."
        sheet.paragraph(Part(issuer.t(said, day=issuer.language.day(so_far)), STRONG))
    sheet.space(12)
    if certificate.by_month:
        figures(sheet, issuer, certificate)
        _months(sheet, issuer, certificate)
        sheet.space(8)
        foods(sheet, issuer, certificate)
    else:
        sheet.paragraph(Part(issuer.t("Nothing was posted in this year.")))
    sheet.space(14)
    sheet.paragraph(Part(issuer.t(WEIGHTS), MUTED))
    counted_with(sheet, issuer, certificate.food)
    return sheet.finished()


def _months(sheet: Sheet, issuer: Issuer, certificate: YearCertificate) -> None:
    rows = [
        balance_row(issuer, [Part(issuer.language.month(month))], each) for month, each in certificate.by_month.items()
    ]
    headings = [issuer.t(each) for each in ("Month", *HEADINGS[1:])]
    sheet.table(COLUMNS, headings, [*rows, total_row(issuer, certificate.total)])
