"""Which language a program gets that names some in Accept-Language."""

import pytest

from app.offers.language import preferred_language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("en-GB,ar;q=0.9", "en"),
        ("fr,ar;q=0.3,en;q=0.2", "ar"),
        ("ar;q=0,en;q=0.1", "en"),
        ("de", "en"),
        ("ar;q=much", "en"),
        ("*", "en"),
    ],
)
def test_the_language_with_the_highest_weight_is_taken(accepted: str | None, language: str) -> None:
    assert preferred_language(accepted) == language
