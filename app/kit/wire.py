"""Types at the edge that every feature shares: kilograms as decimal strings, instants with an offset, pages."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from app.domain.personal import NOT_OF_PEOPLE_IN_NEED
from app.domain.units import UnitError, grams_from_kg, kg_text


def _grams(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError('Write kilograms as text, such as "12.5".')
    try:
        return grams_from_kg(value)
    except UnitError as error:
        raise ValueError(str(error)) from error


def _grams_or_zero(value: Any) -> int:
    if isinstance(value, str) and value.strip() and not value.strip().strip("0٠۰.,٫"):
        return 0
    return _grams(value)


_KG = WithJsonSchema({"type": "string", "examples": ["12.5"], "description": "Kilograms as a decimal string"})
Kg = Annotated[int, BeforeValidator(_grams), PlainSerializer(kg_text, return_type=str, when_used="json"), _KG]
KgOrZero = Annotated[
    int, BeforeValidator(_grams_or_zero), PlainSerializer(kg_text, return_type=str, when_used="json"), _KG
]
KgOut = Annotated[int, PlainSerializer(kg_text, return_type=str, when_used="json"), _KG]


def _whole_seconds(value: datetime) -> datetime:
    if not 2000 <= value.year < 2200:  # beyond, an offset can lead out of what a calendar has
        raise ValueError("There is a mistake in the year: write a time between 2000 and 2199.")
    return value.replace(microsecond=0)


Instant = Annotated[AwareDatetime, AfterValidator(_whole_seconds)]

# Words of a caller's own: a note, how to get in.
FreeText = Annotated[str, StringConstraints(max_length=500), Field(description=NOT_OF_PEOPLE_IN_NEED)]


class PageOut[T: BaseModel](BaseModel):
    """One page; send `next_cursor` back as `cursor` for the next one."""

    items: list[T]
    next_cursor: str | None = None
