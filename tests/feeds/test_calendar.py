"""Every sentence of a calendar is there in both languages, and says as much as fits one line."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.feeds.calendar import CANCELLED, FROM, SUMMARIES, TOWARDS, description, summary
from app.feeds.days import Happening, Load
from app.kit.language import PlainLanguage, catalogue

ENGLISH, ARABIC = PlainLanguage("en"), PlainLanguage("ar")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def happening(kind: str, *loads: Load, **more: Any) -> Happening:
    return Happening("uid", kind, NOON, NOON, "Lidl", 1, NOON, loads, **more)


def gaps(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("sentence", [*SUMMARIES.values(), CANCELLED, TOWARDS, FROM])
def test_every_sentence_has_its_arabic_with_the_same_gaps(sentence: str) -> None:
    found = catalogue("ar")
    assert found is not None
    message = found.get(sentence)
    assert message is not None, f"no Arabic for: {sentence}"
    assert gaps(str(message.string)) == gaps(sentence)


def test_of_many_places_three_are_named_and_the_others_counted() -> None:
    many = happening("delivery", *(Load("Bread", 1000, f"Shop {number}") for number in (1, 2, 3, 4, 5, 5)))
    assert summary(many, ENGLISH) == "Van brings 6.0 kg from Shop 1, Shop 2, Shop 3 and 2 more"
    assert summary(many, ARABIC).endswith("\u2068Shop 3\u2069 و\u20682\u2069 غيرها")


@pytest.mark.parametrize(("grams", "shown"), [(62_500, "63"), (9_940, "9.9"), (500, "0.5"), (20, "0.02")])
def test_kilograms_are_shown_as_everywhere(grams: int, shown: str) -> None:
    one = happening("collection", Load("Bread", grams, "Pantry"))
    assert summary(one, ENGLISH) == f"Van collects {shown} kg from Lidl"
    assert description(one, ENGLISH) == f"Bread, {shown} kg, for Pantry"
    assert f"\u2068{shown}\u2069 كغ" in summary(one, ARABIC)


def test_what_is_cancelled_says_so_before_its_sentence() -> None:
    gone = happening("pickup", Load("Bread", 20_000, "Pantry"), cancelled=True, who="Lidl")
    assert summary(gone, ENGLISH) == "Cancelled: Collect 20 kg at Lidl"
    assert summary(gone, ARABIC).startswith("أُلغي: ")


def test_a_place_that_is_called_as_a_kind_of_food_keeps_its_name() -> None:
    assert "\u2068milk\u2069" in summary(happening("drop_off", Load("Bread", 1000, "Lidl"), who="milk"), ARABIC)


def test_notes_on_how_to_get_in_stand_below_as_they_were_written() -> None:
    told = description(happening("drop_off", Load("Bread", 1000, "Lidl"), notes="Ring twice"), ARABIC)
    assert told.splitlines()[1:] == ["Ring twice"]
