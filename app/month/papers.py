"""Keeps what the service makes of a month as files: the papers in both languages, the tables behind them."""

from collections.abc import Iterator
from pathlib import Path

from app.kit.language import LANGUAGES
from app.month.at_work import AtWork
from app.month.pages import Pages
from app.simulation.outcomes import every


def pages_of(month: AtWork) -> dict[str, str]:
    """The pages on which a month is looked at, by what they are called."""
    wish = month.played.wish
    shown = {
        "together": f"/together?date={wish.last}",
        "shares": f"/shares?month={wish.first:%Y-%m}",
        "impact": f"/impact?from={wish.first}&until={wish.last}",
        "funding": "/funding",
        "duplicate-effort": f"/duplicate-effort?from={wish.first}&until={wish.last}",
    }
    grants = month.office.get("/grants")["items"]
    return {**shown, **{f"grant-{place}": f"/funding/{grant['id']}" for place, grant in enumerate(grants, 1)}}


def papers_of(month: AtWork) -> Iterator[tuple[str, str, bool]]:
    """Names and addresses of the files, and whether they are of one language each."""
    wish = month.played.wish
    for day in _compared(month):
        yield f"together-and-alone-{day}.pdf", f"/together.pdf?date={day}", True
    yield f"shared-costs-{wish.first:%Y-%m}.pdf", f"/shares.pdf?month={wish.first:%Y-%m}", True
    yield f"shared-costs-{wish.first:%Y-%m}.csv", f"/shares.csv?month={wish.first:%Y-%m}", False
    days = f"from={wish.first}&until={wish.last}"
    for report in month.office.get("/impact/reports")["items"]:
        yield f"impact-{report['number']}.pdf", f"/impact.pdf?report={report['id']}", True
    yield f"impact-{wish.first}-{wish.last}.csv", f"/impact.csv?{days}", False
    for place, grant in enumerate(month.office.get("/grants")["items"], 1):
        yield f"grant-{place}.pdf", f"/funding/{grant['id']}/report.pdf", True


def _compared(month: AtWork) -> list[str]:
    span = {"from": str(month.played.wish.first), "until": str(month.played.wish.last)}
    rows = every(month.office, "/reports/together/figures", **span, variant="usual")
    return sorted({str(row["service_date"]) for row in rows})


def keep_papers(month: AtWork, pages: Pages, folder: Path) -> int:
    """Write them all into the folder, a folder a language; how many."""
    written = 0
    for name, address, in_both in papers_of(month):
        for language in LANGUAGES if in_both else ("en",):
            file = folder / language / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(pages.get(address, language))
            written += 1
    return written


def all_load(month: AtWork, pages: Pages) -> int:
    """Ask for every page of the month in both languages; how many there are. Raises DemoStopped for one that does not
    load."""
    addresses = pages_of(month).values()
    for address in addresses:
        for language in LANGUAGES:
            pages.get(address, language)
    return len(addresses) * len(LANGUAGES)
