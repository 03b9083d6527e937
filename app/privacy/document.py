"""Writes the table of retention into docs/privacy.md: `python -m app.privacy.document`."""

import re
from pathlib import Path

from app.domain.personal import NAMED_FIELDS
from app.domain.retention import as_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def names_table() -> str:
    """The fields that may name somebody, as Markdown."""
    goes = {
        "row": "a neutral value",
        "driver": "neutral, with all shifts of the name",
        "equal": "neutral where it is exactly the name or address",
        "own": "neutral where it is the name, in rows of the person's own organisation",
        "deleted": "its row is deleted",
    }
    rows = [f"| `{each.table}.{each.column}` | {each.why} | {goes[each.going]} |" for each in NAMED_FIELDS]
    return "\n".join(["| field | why | when its person is erased |", "| --- | --- | --- |", *rows])


def rendered(page: str) -> str:
    """The page with both tables as the rules have them now."""
    for name, table in (("retention", as_table()), ("names", names_table())):
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        page = pattern.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", page)  # type: ignore[misc]
    return page


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text()))
