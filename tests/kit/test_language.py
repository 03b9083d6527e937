"""Which language somebody gets who names some in Accept-Language, and how plain text is said in it."""

import pytest

from app.kit.errors import FieldError, Spoken
from app.kit.language import PlainLanguage, preferred_language

ENGLISH, ARABIC = PlainLanguage("en"), PlainLanguage("ar")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("en-GB,ar;q=0.9", "en"),
        ("en,ar", "en"),
        ("ar,en", "ar"),
        ("fr,ar;q=0.3,en;q=0.2", "ar"),
        ("ar;q=0,en;q=0.1", "en"),
        ("ar;q=0", "en"),
        ("de", "en"),
        ("ar;q=much", "ar"),
        ("AR ; q=0.2 , en;q=0.1", "ar"),
        ("*", "en"),
    ],
)
def test_the_language_with_the_highest_weight_is_taken(accepted: str | None, language: str) -> None:
    assert preferred_language(accepted) == language


def error(template: str, **words: object) -> FieldError:
    return FieldError("/a", template.format_map(words), "of_no_catalogue", words, template)


def test_an_english_sentence_stays_as_it_was_written() -> None:
    assert ENGLISH.refusal(error("Choose one of {expected}.", expected="x")) == "Choose one of x."
    assert ENGLISH.said("Write the time of day as 09:30.") == "Write the time of day as 09:30."


def test_a_day_within_an_arabic_sentence_keeps_the_order_of_its_parts() -> None:
    assert ARABIC.refusal(error("Write the date as 2026-11-24.")) == "اكتب التاريخ هكذا: \u20682026-11-24\u2069."
    instant = "\u20682026-11-24T09:30:00+00:00\u2069."
    assert ARABIC.refusal(error("Write the time as 2026-11-24T09:30:00+00:00.")).endswith(instant)
    choice = ARABIC.refusal(error("Choose a day between 2000-01-01 and 2099-12-31."))
    assert "\u20682000-01-01\u2069 و\u20682099-12-31\u2069" in choice


def test_a_word_of_an_error_is_translated_where_the_catalogue_has_it_and_a_name_is_not() -> None:
    assert "\u2068الحليب\u2069" in ARABIC.refusal(error("Choose one of {expected}.", expected="milk"))
    own = Spoken("milk", "milk")
    assert "\u2068milk\u2069" in ARABIC.refusal(error("Choose one of {expected}.", expected=own))
    assert "\u2068اثنان\u2069" in ARABIC.refusal(error("Choose one of {expected}.", expected=Spoken("two", "اثنان")))


def test_what_is_said_beside_errors_leaves_names_as_they_are() -> None:
    assert "\u2068milk\u2069" in ARABIC.said("Choose one of {expected}.", expected="milk")
    assert ENGLISH.said("Choose one of {expected}.", expected="milk") == "Choose one of milk."


def test_a_list_has_the_commas_of_its_language_and_each_part_keeps_its_direction() -> None:
    words = {"kg": "5", "places": ["Tesco, Spytty", "السوق"]}
    assert ENGLISH.said("Van brings {kg} kg from {places}", **words) == "Van brings 5 kg from Tesco, Spytty, السوق"
    assert ARABIC.said("Van brings {kg} kg from {places}", **words) == (
        "تُحضر المركبة \u20685\u2069 كغ من \u2068Tesco, Spytty\u2069، \u2068السوق\u2069"
    )
