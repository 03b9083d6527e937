"""The field table as the documents show it: `python -m app.partners.field_page` writes it into docs/partners.md."""

from pathlib import Path

from app.domain.permissions import FIELDS, RELATION_WORDS, Relation

PAGE = Path(__file__).resolve().parents[2] / "docs" / "partners.md"
BEGIN = "<!-- the field table begins: written by python -m app.partners.field_page -->"
END = "<!-- the field table ends -->"


def rendered() -> str:
    """One table for each noun: its fields, and who sees them."""
    relations = list(Relation)
    parts = ["\n".join(f"- `{each}`: {RELATION_WORDS[each]}" for each in relations)]
    for noun, row in FIELDS.items():
        head = f"| {noun} | " + " | ".join(f"`{each}`" for each in relations) + " |"
        rule = "| --- |" + " --- |" * len(relations)
        fields = [
            f"| `{field}` | " + " | ".join("yes" if field in row[each] else "-" for each in relations) + " |"
            for field in sorted(frozenset().union(*row.values()))
        ]
        parts.append("\n".join([head, rule, *fields]))
    return "\n\n".join(parts)


def with_table(page: str) -> str:
    """The page with the table as the code has it now."""
    before, _, rest = page.partition(BEGIN)
    _, _, behind = rest.partition(END)
    return f"{before}{BEGIN}\n\n{rendered()}\n\n{END}{behind}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
