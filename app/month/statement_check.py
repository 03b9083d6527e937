"""Whether the month's statement, page and file, says what the days' shares add up to: to the cent, by name."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from app.month.pages import Pages

COLUMNS = ("share", "alone", "saved", "own_vans", "balance")


class _Tables(HTMLParser):
    """The cells of a page's table rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._within = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.rows[-1][-1] += data


def statement_faults(
    pages: Pages, month: str, partners: Sequence[Mapping[str, Any]], days: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Of a month such as 2026-06: where the page's totals, or the sums of its file, are other than the days' own."""
    wanted = {row["organisation"]: [Decimal(row[name]) for name in COLUMNS] for row in partners}
    page = _Tables()
    page.feed(pages.get(f"/shares?month={month}").decode())
    shown = {
        row[0].strip(): [_amount(cell) for cell in row[1:]] for row in page.rows[1:] if len(row) == len(COLUMNS) + 1
    }
    if shown != wanted:
        wrong = sorted(name for name in {*shown, *wanted} if shown.get(name) != wanted.get(name))
        yield f"The statement's page has other totals than its days for {', '.join(wrong)}."
    sums: Counter[str] = Counter()
    for row in csv.DictReader(io.StringIO(pages.get(f"/shares.csv?month={month}").decode("utf-8-sig"))):
        if row["share"]:
            sums[row["organisation"]] += Decimal(row["share"])  # type: ignore[assignment]
    if dict(sums) != {name: amounts[0] for name, amounts in wanted.items()}:
        yield "The statement's file does not add up to the days' shares."
    paid = sum((amounts[0] for amounts in wanted.values()), Decimal())
    carried = sum((Decimal(day["network_carries"]) for day in days), Decimal())
    cost = sum((Decimal(day["cost"]) for day in days if day["standing"]), Decimal())
    if paid + carried != cost:
        yield f"{paid} are paid and {carried} carried of a month that cost {cost}."


def _amount(cell: str) -> Decimal:
    return Decimal(cell.split()[0])
