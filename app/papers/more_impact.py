"""What one thing more would have rescued, on paper: what a coordinator takes to a municipality or a sponsor."""

from collections.abc import Sequence

from app.domain.additions import ASSUMPTIONS, LEFT_OUT_WORDS, PRICE_WORDS, STANDING_WORDS, WORDS, Added
from app.papers.counted_with import factor_line
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import Issuer
from app.reports.additions.queries import Found

COLUMNS = (
    Column(0, 0.34),
    *(Column(start, wide, at_end=True) for start, wide in ((0.34, 0.15), (0.49, 0.13), (0.62, 0.19), (0.81, 0.19))),
)
HEAD = ("One thing more", "A kilogram more", "Kg a day", "Kg, least and most", "Helped on days")
OF_OTHERS = (Column(0, 0.45), Column(0.45, 0.55))
OF_DAYS = (Column(0, 0.4), *(Column(start, 0.2, at_end=True) for start in (0.4, 0.6, 0.8)))


def more_impact_paper(issuer: Issuer, found: Found) -> bytes:
    """The document."""
    report = found.report
    title = issuer.t("More impact together")
    sheet = Sheet(issuer, title, report.ended_at or report.asked_at)
    sheet.heading(title)
    day = issuer.language.day
    first, last = str(day(report.first_day)), str(day(report.last_day))
    said = first if first == last else issuer.t("From {first} to {last}", first=first, last=last)
    sheet.paragraph(Part(said, STRONG))
    counted = len(found.counted)
    sheet.paragraph(Part(issuer.n("{count} day was solved again.", "{count} days were solved again.", counted), MUTED))
    if report.state != "done":
        sheet.paragraph(Part(issuer.t("Not all days are there."), STRONG))
    sheet.space(10)
    helping = [each for each in found.ranking if each.standing == "helps"]
    if not helping:
        sheet.paragraph(Part(issuer.t("None of what was tried would have rescued more on these days.")))
    else:
        _best(sheet, issuer, found, helping)
        sheet.table(COLUMNS, [issuer.t(each) for each in HEAD], [_row(issuer, found, each) for each in helping])
    _others(sheet, issuer, found, [each for each in found.ranking if each.standing != "helps"])
    _prices(sheet, issuer, found)
    _days(sheet, issuer, found)
    sheet.section(issuer.t("What is assumed"))
    for each in ASSUMPTIONS:
        sheet.paragraph(Part(issuer.t(each), MUTED))
        sheet.space(4)
    sheet.paragraph(Part(factor_line(found.meal), MUTED))
    return sheet.finished()


def _name(issuer: Issuer, found: Found, added: Added) -> str:
    return issuer.t(WORDS[added.kind], place=found.names.get(added.subject, "–"))


def _money(found: Found, cents: float) -> str:
    return f"\u2066{cents / 100:.2f} {found.report.currency}\u2069"


def _kg(grams: int) -> str:
    return f"\u2066{grams / 1000:.0f}\u2069"


def _best(sheet: Sheet, issuer: Issuer, found: Found, helping: Sequence[Added]) -> None:
    cheapest = helping[0]
    most = max(helping, key=lambda each: each.grams)
    meals = issuer.n("about {count} meal", "about {count} meals", found.meals(most.grams_a_day))
    sheet.figures(
        [
            (
                issuer.t("The cheapest kilogram more"),
                _money(found, cheapest.cents_per_kg or 0),
                _name(issuer, found, cheapest),
            ),
            (
                issuer.t("The most food more, on an average day"),
                issuer.t("{kg} kg", kg=_kg(most.grams_a_day)),
                f"{_name(issuer, found, most)} · {meals}",
            ),
        ]
    )
    sheet.space(8)


def _row(issuer: Issuer, found: Found, added: Added) -> Row:
    days = issuer.t("{helped} of {days}", helped=str(added.helped), days=str(added.days))
    span = issuer.t("{least} to {most}", least=_kg(added.least), most=_kg(added.most))
    cost = _money(found, added.cents_per_kg or 0)
    return Row(cells(_name(issuer, found, added), cost, _kg(added.grams_a_day), span, days))


def _others(sheet: Sheet, issuer: Issuer, found: Found, others: Sequence[Added]) -> None:
    if not others:
        return
    sheet.section(issuer.t("What was tried and rescues no more"))
    sheet.table(
        OF_OTHERS,
        [],
        [Row(cells(_name(issuer, found, each), issuer.t(STANDING_WORDS[each.standing]))) for each in others],
    )


def _prices(sheet: Sheet, issuer: Issuer, found: Found) -> None:
    stated = [
        f"{issuer.t(PRICE_WORDS[name])} {_money(found, cents)}" for name, cents in found.report.prices.items() if cents
    ]
    if stated:
        sheet.paragraph(Part(issuer.t("Stated, a day: {prices}.", prices=issuer.listed(stated)), MUTED))
    else:
        sheet.paragraph(Part(issuer.t("No cost of having any of it was stated: driving alone is counted."), MUTED))
    without = sum(day.shifts_without_rates for day in found.counted)
    if without:
        said = issuer.n(
            "{count} shift has no rate: its driving costs nothing here.",
            "{count} shifts have no rates: their driving costs nothing here.",
            without,
        )
        sheet.paragraph(Part(said, MUTED))


def _days(sheet: Sheet, issuer: Issuer, found: Found) -> None:
    if not found.days:
        return
    sheet.section(issuer.t("The days as they were"))
    head = [issuer.t(each) for each in ("Day", "Offered, kg", "Delivered, kg", "Varies by, kg")]
    rows = []
    for each in found.days:
        day = str(issuer.language.day(each.service_date))
        if each.left_out is not None:
            rows.append(Row(cells(day, issuer.t(LEFT_OUT_WORDS[each.left_out])), columns=OF_OTHERS))
        else:
            amounts = map(_kg, (each.offered_grams, each.grams, each.spread_grams))
            rows.append(Row(cells(day, *amounts)))
    sheet.table(OF_DAYS, head, rows)
