"""Whether the month's statement, page and file, says what the days' shares add up to: to the cent, by name."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from app.month.pages import Pages

Told = Mapping[str, Any]
COLUMNS = ("share", "own_vans", "balance", "alone", "saved")  # as the page has them


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

    def totals(self) -> list[dict[str, list[Decimal]]]:
        """The amounts by name, table by table."""
        found: list[dict[str, list[Decimal]]] = []
        for row in (row for row in self.rows if len(row) == len(COLUMNS) + 1):
            if row[1].strip()[:1] in "-0123456789":  # the others are heads
                found[-1][row[0].strip()] = [_amount(cell) for cell in row[1:]]
            else:
                found.append({})
        return found

    def handle_data(self, data: str) -> None:
        if self._within:
            self.rows[-1][-1] += data


def by_partner(paid: Sequence[Told]) -> list[dict[str, Any]]:
    """What each partner pays of these days, and on how many."""
    by_name: defaultdict[str, list[Told]] = defaultdict(list)
    for row in paid:
        by_name[row["organisation"]].append(row)
    return [
        {"organisation": who, "days": len(rows), **{name: f"{_sum(rows, name):.2f}" for name in COLUMNS}}
        for who, rows in sorted(by_name.items())
    ]


def statement_faults(pages: Pages, month: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Of a month such as 2026-06: where the page's totals, or the sums of its file, are other than the days' own. A day
    is in it once, as it was recorded or else as it was planned. found: by kind, `days` and what was `paid` of them."""
    recorded = {row["service_date"] for row in found["recorded"]["days"]}
    parts = {
        "recorded": found["recorded"]["paid"],
        "planned": [row for row in found["planned"]["paid"] if row["service_date"] not in recorded],
    }
    wanted = [_totals(rows) for rows in parts.values()]
    page = _Tables()
    page.feed(pages.get(f"/shares?month={month}").decode())
    if page.totals() != [each for each in wanted if len(each) > 1]:  # the one of a single partner is no table
        yield "The statement's page has other totals than its days."
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(pages.get(f"/shares.csv?month={month}").decode("utf-8-sig"))):
        if row["share"]:
            sums[row["kind"], row["organisation"]] += Decimal(row["share"])
    if dict(sums) != {(kind, who): each[0] for kind, rows in parts.items() for who, each in _totals(rows).items()}:
        yield "The statement's file does not add up to the days' shares."
    for kind, each in found.items():
        carried, cost = (_sum(each["days"], name) for name in ("network_carries", "cost"))
        unshared = _sum([day for day in each["days"] if day["standing"] is None], "cost")
        if _sum(each["paid"], "share") + carried != cost - unshared:
            yield f"As {kind}, {_sum(each['paid'], 'share')} are paid and {carried} carried of {cost - unshared}."


def _totals(paid: Sequence[Told]) -> dict[str, list[Decimal]]:
    return {row["organisation"]: [Decimal(row[name]) for name in COLUMNS] for row in by_partner(paid)}


def _sum(rows: Sequence[Told], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal())


def _amount(cell: str) -> Decimal:
    return Decimal(cell.split()[0])
