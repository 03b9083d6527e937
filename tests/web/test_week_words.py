"""Opening hours of the map as people read them."""

from datetime import date

import pytest

from app.kit.language import PlainLanguage
from app.web.week_words import days_in_words, hours_of_the_map

TODAY = date(2026, 11, 25)
ENGLISH, ARABIC = PlainLanguage("en"), PlainLanguage("ar")


def test_days_in_a_row_are_said_by_the_first_and_the_last() -> None:
    assert days_in_words(ENGLISH, [1, 2, 3, 4, 5]) == "Mon–Fri"
    assert days_in_words(ENGLISH, [5, 1, 2, 3]) == "Mon–Wed, Fri"
    assert days_in_words(ENGLISH, [6, 7]) == "Sat, Sun"
    assert days_in_words(ARABIC, [1, 2, 3, 6]) == "الاثنين–الأربعاء، السبت"


def test_each_window_of_the_week_has_its_days_and_its_hours() -> None:
    assert hours_of_the_map(ENGLISH, "Mo-Fr 09:00-12:00,14:00-17:30; Sa 10:00-12:00", TODAY) == [
        ("Mon–Fri", "09:00–12:00"),
        ("Mon–Fri", "14:00–17:30"),
        ("Sat", "10:00–12:00"),
    ]


@pytest.mark.parametrize("text", ["", 'Mo "by appointment"', "when we are there", "off"])
def test_what_no_week_says_has_no_windows(text: str) -> None:
    assert hours_of_the_map(ENGLISH, text, TODAY) == []
