"""A month's statement of shared costs on paper: the sums, of recorded days and of those that are only planned, then
each day with the why of each share."""

from collections.abc import Sequence
from datetime import date, datetime

from app.papers.share_words import (
    KINDS,
    NOTHING,
    RULE,
    RULES,
    SHOWN_AS,
    counted_of,
    facts_of,
    part_of,
    standing_of,
    why_of,
)
from app.papers.sheet import Sheet
from app.papers.style import MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import GAP, Issuer
from app.sharing import statement as statements
from app.sharing.statement import DayStatement, Statement

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
    for part in statement.parts:
        _part(sheet, issuer, statement, part)
    for day in statement.by_day:
        _day(sheet, issuer, statement, day)
    sheet.space(14)
    sheet.paragraph(Part(issuer.t(RULE), MUTED))
    return sheet.finished()


def _part(sheet: Sheet, issuer: Issuer, statement: Statement, part: statements.Part) -> None:
    """The sums of one kind of days, and what they are."""
    days = issuer.n("{count} day", "{count} days", len(part.dates))
    sheet.section(f"{issuer.t(KINDS[part.kind])}{GAP}{days}", after=110)
    sheet.paragraph(Part(issuer.t(RULES[part.kind]), MUTED))
    for words, count in part_of(part):
        sheet.paragraph(Part(issuer.n(*words, count), STRONG))
    rows = [
        _row(statement, each.organisation, (each.share, each.saved, each.own_vans, each.balance))
        for each in part.totals
    ]
    if rows:
        sheet.table(COLUMNS, [issuer.t(each) for each in OF_MONTH], rows)
    if any(each.balance < 0 for each in part.totals):
        sheet.paragraph(Part(issuer.t("Below zero: to receive."), MUTED))
    if part.carried:
        sheet.paragraph(Part(issuer.t("The network carries {money}.", money=statement.money(part.carried))))


def _day(sheet: Sheet, issuer: Issuer, statement: Statement, day: DayStatement) -> None:
    money, cost = statement.money, day.cost
    sheet.section(f"{issuer.language.day(day.day)}{GAP}{issuer.t(SHOWN_AS[day.shown_as])}", after=90)
    if cost is not None and cost.standing is not None:
        sheet.paragraph(Part(issuer.t("The vehicles of the day cost {money}.", money=money(cost.cost))))
    for text, words in facts_of(day, issuer.language.hours):
        sheet.paragraph(Part(issuer.t(text, **words), MUTED))
    for counted, count in counted_of(day):
        sheet.paragraph(Part(issuer.n(*counted, count), STRONG))
    standing = standing_of(day.shares)
    if standing is not None:
        sheet.paragraph(Part(issuer.t(standing), MUTED))
    if cost is not None and cost.standing == "least_core":
        said = issuer.t("It would save {money} by leaving.", money=money(cost.most_to_gain))
        sheet.paragraph(Part(said, MUTED))
    rows = [
        _row(statement, each.organisation, (each.share, each.alone, each.saved, each.own_vans))
        for each in day.shares
        if each.share is not None
    ]
    if rows:
        sheet.table(COLUMNS, [issuer.t(each) for each in OF_DAY], rows)
    for each in day.shares:
        why = [issuer.t(text, **words) for text, words in why_of(each, money, list)]
        sheet.paragraph(Part(" ".join(why), MUTED))


def _row(statement: Statement, name: str, amounts: Sequence[int | None]) -> Row:
    """A name and amounts, each in its own direction: amounts as they are read everywhere, the sign before them."""
    return Row(cells(f"\u2068{name}\u2069", *(f"\u2066{statement.money(each or 0)}\u2069" for each in amounts)))
