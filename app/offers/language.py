"""Which of our two languages a program asks for with Accept-Language."""

from typing import Literal

LanguageCode = Literal["en", "ar"]


def preferred_language(accepted: str | None) -> LanguageCode:
    """The one of our languages with the highest weight, the first of equals; English where none is named."""
    best: LanguageCode = "en"
    weight = 0.0
    for part in (accepted or "").split(","):
        tag, _, parameter = part.partition(";")
        quality = _quality(parameter)
        code = tag.strip().lower().split("-")[0]
        if quality > weight and (code == "en" or code == "ar"):
            best, weight = ("ar" if code == "ar" else "en"), quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
