"""Words and numbers that people write into offers: readable text, and the trade item number under a barcode."""

import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from stdnum import ean
from stdnum.exceptions import ValidationError as NotANumber

from app.domain.units import latin_digits

KEPT_CONTROLS = "\n\t"
GTIN_DIGITS = 14
NO_GTIN = "This is not a barcode number: check its 8, 12, 13 or 14 digits, or leave it out."


def readable(text: str) -> str:
    """The text, if it can be stored and shown: no control characters but the end of a line and the tab."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in KEPT_CONTROLS for sign in text.replace("\r", "")):
        raise PydanticCustomError("unreadable_text", "Use letters, digits and signs that can be shown.")
    return text


def gtin_14(text: str) -> str | None:
    """A GTIN-8, -12, -13 or -14 as 14 digits; None where its length or check digit is wrong."""
    try:
        number = ean.validate(latin_digits(text))
    except NotANumber:
        return None
    return str(number).zfill(GTIN_DIGITS) if number.isascii() and number.strip("0") else None


def _gtin(value: Any) -> str:
    found = gtin_14(value) if isinstance(value, str) and len(value) <= 40 else None
    if found is None:
        raise PydanticCustomError("gtin_invalid", NO_GTIN)
    return found


Gtin = Annotated[
    str,
    BeforeValidator(_gtin),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["4006381333931"],
            "description": "GTIN-8, -12, -13 or -14 with its check digit; kept as 14 digits",
        }
    ),
]
