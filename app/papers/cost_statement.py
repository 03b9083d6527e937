"""A month's statement of shared costs on paper: the totals, then each day with the why of each share."""

from collections.abc import Sequence
from datetime import date, datetime

from app.papers.share_words import NOTHING, RULE, standing_of, why_of
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import Issuer
from app.sharing.statement import Statement

COLUMNS = (Column(0, 0.32), *(Column(start, 0.17, at_end=True) for start in (0.32, 0.49, 0.66, 0.83)))
OF_DAY = ("Food bank", "Share", "Alone", "Saved", "Own vehicles")
OF_MONTH = ("Food bank", "Share", "Saved", "Own vehicles", "Left to pay")
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - a paper about nothing is of no moment


def cost_statement_paper(issuer: Issuer, statement: Statement, so_far: date | None) -> bytes:
    """The document. so_far: today, where the month is not over."""
    title = issuer.t("Shared costs")
    sheet = Sheet(issuer, title, statement.as_of or NEVER.replace(tzinfo=issuer.zone))
    sheet.heading(title)
    sheet.paragraph(Part(issuer.language.month(statement.month), STRONG))
    if so_far is not None:
        said = "This month is not over: these are the figures of {day}."
        sheet.paragraph(Part(issuer.t(said, day=issuer.language.day(so_far)), STRONG))
    sheet.space(10)
    if not statement.dates:
        sheet.paragraph(Part(issuer.t(NOTHING)))
    if statement.totals:
        _totals(sheet, issuer, statement)
    for day in statement.dates:
        _day(sheet, issuer, statement, day)
    sheet.space(14)
    sheet.paragraph(Part(issuer.t(RULE), MUTED))
    return sheet.finished()


def _totals(sheet: Sheet, issuer: Issuer, statement: Statement) -> None:
    money = statement.money
    rows = [
        _row(statement, each.organisation, (each.share, each.saved, each.own_vans, each.balance))
        for each in statement.totals
    ]
    sheet.table(COLUMNS, [issuer.t(each) for each in OF_MONTH], rows)
    if any(each.balance < 0 for each in statement.totals):
        sheet.paragraph(Part(issuer.t("Below zero: to receive."), MUTED))
    if statement.carried:
        sheet.paragraph(Part(issuer.t("The network carries {money}.", money=money(statement.carried))))


def _day(sheet: Sheet, issuer: Issuer, statement: Statement, day: date) -> None:
    money, shares = statement.money, statement.of_day(day)
    sheet.section(issuer.language.day(day), after=90)
    cost = statement.cost_of(day)
    if cost is not None and cost.standing is not None:
        sheet.paragraph(Part(issuer.t("The vehicles of the day cost {money}.", money=money(cost.cost))))
    standing = standing_of(shares)
    if standing is not None:
        sheet.paragraph(Part(issuer.t(standing), MUTED))
    if cost is not None and cost.standing == "least_core":
        said = issuer.t("It would save {money} by leaving.", money=money(cost.most_to_gain))
        sheet.paragraph(Part(said, MUTED))
    rows = [
        _row(statement, each.organisation, (each.share, each.alone, each.saved, each.own_vans))
        for each in shares
        if each.share is not None
    ]
    if rows:
        sheet.table(COLUMNS, [issuer.t(each) for each in OF_DAY], rows)
    for each in shares:
        why = [issuer.t(text, **words) for text, words in why_of(each, money, list)]
        sheet.paragraph(Part(" ".join(why), MUTED))


def _row(statement: Statement, name: str, amounts: Sequence[int | None]) -> Row:
    """A name and amounts, each in its own direction: amounts as they are read everywhere, the sign before them."""
    return Row(cells(f"\u2068{name}\u2069", *(f"\u2066{statement.money(each or 0)}\u2069" for each in amounts)))
