"""What comes in is what the schema says: nothing is guessed, nothing that a database could not keep."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from app.kit.wire import Body, Day, Instant, LocalTime


class Part(Body):
    text: str = ""


class Wish(Body):
    text: str = ""
    count: int = Field(default=0, ge=0, le=10)
    share: float = 0.0
    open: bool = True
    day: Day | None = None
    at: Instant | None = None
    opens: LocalTime | None = None
    parts: list[Part] = []
    words: dict[str, list[str]] = {}


def errors(**fields: Any) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        Wish.model_validate(fields)
    return [(each["loc"], each["type"]) for each in caught.value.errors()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", "1"), ("count", 1.0), ("count", True), ("count", 10**40), ("share", "0.5"), ("share", True),
        ("open", "yes"), ("open", 1), ("text", 5),
        ("day", 20261125), ("day", "2026-11-25T00:00:00"), ("day", "0001-01-01"), ("day", "9999-12-31"),
        ("day", "2026-02-30"), ("day", "٢٠٢٦-١١-٢٥"),
        ("at", 1764000000), ("at", "1764000001"), ("at", "2026-11-25"), ("at", "2026-11-25T08:00:00"),
        ("at", "0001-01-01T00:00:00+14:00"), ("at", "9999-12-31T23:59:59-12:00"), ("at", "2026-11-25T25:00:00Z"),
        ("at", 10**40), ("opens", 3600), ("opens", "09:30+01:00"), ("opens", "24:30"),
    ],
)  # fmt: skip
def test_what_is_not_what_the_schema_says_is_refused_at_its_field(field: str, value: Any) -> None:
    assert [loc for loc, _ in errors(**{field: value})] == [(field,)]


def test_what_is_what_the_schema_says_is_taken() -> None:
    wish = Wish.model_validate(
        {"count": 3, "share": 1, "open": False, "day": "2026-11-25", "at": "2026-11-25T08:00:00.9Z", "opens": "09:30"}
    )
    assert (wish.count, wish.share, wish.open, wish.day) == (3, 1.0, False, date(2026, 11, 25))
    assert wish.at is not None
    assert wish.at.isoformat() == "2026-11-25T08:00:00+00:00"


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
def test_text_that_no_database_keeps_is_refused_wherever_it_stands(bad: str) -> None:
    assert [loc for loc, _ in errors(text=bad, parts=[{"text": bad}], words={"k": [bad]})] == [
        ("text",),
        ("parts", 0, "text"),
        ("words", "k", 0),
    ]


@given(st.text().filter(lambda text: "\0" not in text))
def test_other_text_is_kept(text: str) -> None:
    """The twin of the test above: nothing else is turned away, and nothing between two letters is lost."""
    assert Wish(text=f"a{text}z").text == f"a{text}z"
