"""What meals and CO2e on a paper are counted with: the note at its foot, and the range beside a figure."""

from datetime import date

from app.domain.counting import Counted, CountedFood
from app.domain.impact import Factor
from app.domain.impact_factors import USES
from app.domain.units import kg_display
from app.papers.sheet import Sheet
from app.papers.style import MUTED, Part
from app.papers.words import Issuer

BETWEEN = "{least} to {most} by others' factors"


def counted_with(sheet: Sheet, issuer: Issuer, food: CountedFood) -> None:
    """Every version that counts, with its days where there are several, then what others count with."""
    for use in USES:
        own = food.used(use)
        for each in own:
            days = f" · {_days(issuer, each.first, each.last)}" if len(own) > 1 else ""
            sheet.paragraph(Part(f"{factor_line(each)}{days}", MUTED))
        for factor in food.others(use):
            sheet.paragraph(Part(f"{issuer.t('Others count with')}: {factor_line(factor)}", MUTED))


def meals_between(issuer: Issuer, food: CountedFood) -> str:
    """The fewest and the most meals that somebody else would count."""
    return issuer.t(BETWEEN, least=f"{food.meals_least:,}", most=f"{food.meals_most:,}")


def co2e_between(issuer: Issuer, least: int, most: int) -> str:
    """The least and the most grams of CO2e, in kilograms."""
    return issuer.t(BETWEEN, least=signed_kg(issuer, least), most=signed_kg(issuer, most))


def signed_kg(issuer: Issuer, grams: int) -> str:
    """Kilograms that may be below zero, with the sign before the number whichever way the paper is read."""
    sign = "\u2212" if grams < 0 else ""
    return issuer.t("{kg} kg", kg=f"\u2066{sign}{kg_display(abs(grams))}\u2069")


def factor_line(each: Counted | Factor) -> str:
    """A factor with whose it is, its unit and source, in the direction of Latin letters."""
    return f"\u2066{each.name}: {each.value} {each.unit} ({each.source})\u2069"


def _days(issuer: Issuer, first: date, last: date) -> str:
    return issuer.t("From {first} to {last}", first=issuer.language.day(first), last=issuer.language.day(last))
