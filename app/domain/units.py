"""Kilograms and kilometres as people write and read them; inside, everything is integer grams and metres."""

import re
from typing import Literal

Digits = Literal["latin", "arabic"]

MOST_GRAMS = 30_000_000
_READ_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
_KILOGRAMS = re.compile(r"([0-9]{1,9})(?:\.([0-9]*))?")


class UnitError(ValueError):
    """An amount that cannot be used, with a sentence for the person who wrote it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def latin_digits(text: str) -> str:
    """The text with Arabic and Persian digits and their decimal sign as Latin ones."""
    return text.translate(_READ_DIGITS)


def grams_from_kg(text: str) -> int:
    """Read kilograms written as "62.5", "10" or "٦٢٫٥"; more than nothing, at most 30 tonnes, whole grams."""
    match = _KILOGRAMS.fullmatch(latin_digits(text.strip()))
    if match is None:
        raise UnitError("Write the weight in kilograms as a number, such as 12.5.")
    whole, decimals = match[1], match[2]
    if decimals == "":
        raise UnitError("Write the weight in kilograms as a number, such as 12.5.")
    if decimals is not None and len(decimals) > 3:
        raise UnitError("Give the weight to the gram at most: three digits after the point.")
    grams = int(whole) * 1000 + int((decimals or "").ljust(3, "0"))
    if grams == 0:
        raise UnitError("The weight must be more than 0 kg.")
    if grams > MOST_GRAMS:
        raise UnitError("The weight must be at most 30000 kg.")
    return grams


def kg_text(grams: int) -> str:
    """The exact decimal string for the interface: 62500 is "62.5", 10000 is "10"."""
    sign = "-" if grams < 0 else ""
    whole, rest = divmod(abs(grams), 1000)
    decimals = f"{rest:03d}".rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def kg_display(grams: int, digits: Digits = "latin") -> str:
    """Kilograms to read: whole from 10 kg up, one decimal below, exact where that would read 0.0."""
    if grams < 50:
        return in_digits(kg_text(grams), digits)
    tenths = (grams + 50) // 100
    text = str((grams + 500) // 1000) if tenths >= 100 else f"{tenths // 10}.{tenths % 10}"
    return in_digits(text, digits)


def km_display(metres: int, digits: Digits = "latin") -> str:
    """Kilometres to read, with one decimal."""
    tenths = (metres + 50) // 100
    return in_digits(f"{tenths // 10}.{tenths % 10}", digits)


def in_digits(text: str, digits: Digits) -> str:
    """The same number in Latin or in Arabic-Indic digits."""
    return text.translate(_ARABIC) if digits == "arabic" else text
