"""The receipt of one offer on paper: how much was fetched, where it went, and who signed."""

from collections.abc import Mapping, Sequence

from app.domain.ledger import MassBalance
from app.kit.language import isolated
from app.models.doors import StopSignature
from app.offers.receipts import LineReceipt, Receipt
from app.papers.sheet import Sheet
from app.papers.signed import isolated_title, names, signed
from app.papers.style import BLACK, MUTED, STRONG, Column, Part, Row
from app.papers.words import ELSEWHERE, GAP, KEPT, MARKED, Issuer

COLUMNS = (Column(0, 0.49), *(Column(start, 0.17, at_end=True) for start in (0.49, 0.66, 0.83)))
HEADINGS = ("Food", "Posted", "Collected", "Delivered")


def receipt_paper(
    issuer: Issuer,
    receipt: Receipt,
    site: str,
    vans: Sequence[tuple[str, Mapping[str, str]]],
    signatures: Sequence[StopSignature],
) -> bytes:
    """The document. vans: what is said of each van that came or comes, a sentence with its words."""
    sheet = Sheet(issuer, isolated_title(issuer, "Receipt", site), receipt.as_of)
    sheet.heading(isolated_title(issuer, "Receipt", site))
    sheet.paragraph(Part(issuer.language.day(receipt.offer.service_date)))
    posted = issuer.t("Posted with {network}", network=issuer.network)
    sheet.paragraph(Part(f"{posted}{GAP}{issuer.listed([str(receipt.offer.id)[:8]])}", MUTED))
    if receipt.offer.state == "withdrawn":
        sheet.paragraph(Part(issuer.t("Taken back"), STRONG))
    for sentence, words in vans:
        sheet.paragraph(Part(issuer.t(sentence, **words)))
    sheet.space(12)
    rows = [_row(issuer, each) for each in receipt.lines]
    if len(receipt.lines) > 1:
        rows.append(total_row(issuer, receipt.total))
    sheet.table(COLUMNS, [issuer.t(each) for each in HEADINGS], rows)
    sheet.space(8)
    told = "To the gram, as drivers reported it. Every gram that was posted is in one of these places."
    sheet.paragraph(Part(issuer.t(told), MUTED))
    signed(sheet, issuer, signatures)
    return sheet.finished()


def balance_row(issuer: Issuer, said: Sequence[Part], balance: MassBalance) -> Row:
    """What was posted, collected and delivered of one food or kind of food."""
    amounts = (balance.offered, balance.collected, balance.delivered)
    return Row([said, *([Part(issuer.grams(grams))] for grams in amounts)])


def total_row(issuer: Issuer, total: MassBalance) -> Row:
    """The end of a table of balances."""
    amounts = (total.offered, total.collected, total.delivered)
    said = (issuer.t("Together"), *map(issuer.grams, amounts))
    return Row([[Part(each, STRONG)] for each in said], rule=BLACK)


def _row(issuer: Issuer, each: LineReceipt) -> Row:
    said = [Part(isolated(each.line.description)), Part(_kept(issuer, each), MUTED)]
    if each.receivers:
        said.append(Part(names(issuer, each.receivers), MUTED))
    for name, word in ELSEWHERE:
        if grams := getattr(each.balance, name):
            said.append(Part(f"{issuer.t(word)}: {issuer.grams(grams)}", MUTED))
    return balance_row(issuer, said, each.balance)


def _kept(issuer: Issuer, each: LineReceipt) -> str:
    """How it is kept, and the date that it bears."""
    said = issuer.t(KEPT[each.line.temperature_class])
    if each.line.mark_date is None:
        return said
    return said + GAP + issuer.t(MARKED[each.line.date_mark], day=issuer.language.day(each.line.mark_date))
