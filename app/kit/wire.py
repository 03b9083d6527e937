"""Types at the edge that every feature shares: kilograms as decimal strings, days and instants, bodies, pages."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

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


_KG = WithJsonSchema(
    {"type": "string", "format": "decimal", "examples": ["12.5"], "description": "Kilograms as a decimal string"}
)
Kg = Annotated[int, BeforeValidator(_grams), PlainSerializer(kg_text, return_type=str, when_used="json"), _KG]
KgOrZero = Annotated[
    int, BeforeValidator(_grams_or_zero), PlainSerializer(kg_text, return_type=str, when_used="json"), _KG
]
KgOut = Annotated[int, PlainSerializer(kg_text, return_type=str, when_used="json"), _KG]

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
_OUT_OF_RANGE = "Choose a day between 2000-01-01 and 2099-12-31."
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOCAL_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)


def _instant_text(value: Any) -> Any:
    """Only what RFC 3339 has: no seconds since 1970, no day alone. A missing offset is said further on."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value.strip()):
        return value.strip()
    raise PydanticCustomError("datetime_parsing", "Write the time as 2026-11-24T09:30:00+00:00.")


def _sane_instant(value: datetime) -> datetime:
    inside = EARLIEST.year <= value.year <= LATEST.year and EARLIEST <= value.astimezone(UTC).date() <= LATEST
    if not inside:
        raise PydanticCustomError("out_of_range", _OUT_OF_RANGE)
    return value.replace(microsecond=0)


def _day_text(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        return value.strip()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("date_parsing", "Write the date as 2026-11-24.")


def _sane_day(value: date) -> date:
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("out_of_range", _OUT_OF_RANGE)
    return value


def _local_time_text(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and _LOCAL_TIME.fullmatch(value.strip()):
        return value.strip()
    raise PydanticCustomError("time_parsing", "Write the time of day as 09:30.")


Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text), AfterValidator(_sane_instant)]
Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(_sane_day)]
LocalTime = Annotated[time, BeforeValidator(_local_time_text)]


def _make_strict(schema: Any) -> None:
    """Change a core schema in place, however deep its fields are."""
    if isinstance(schema, list | tuple):
        for each in schema:
            _make_strict(each)
        return
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if kind in ("int", "float", "bool"):
        schema["strict"] = True
    elif kind == "str":
        if not schema.get("metadata", {}).get("wasl_storable"):
            inner: Any = {**schema, "metadata": {**schema.get("metadata", {}), "wasl_storable": True}}
            schema.clear()
            schema.update(core_schema.no_info_after_validator_function(storable, inner))
        return
    for name, each in schema.items():
        if name not in ("metadata", "serialization", "default"):
            _make_strict(each)


def storable(text: str) -> str:
    """The text, if a database can keep it; raises the error of a field otherwise."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("unstorable_text", "This text has a character that cannot be kept; write it again.")
    return text


class Body(BaseModel):
    """What comes in: a field that nobody knows is an error, not a guess; "yes" is no truth value and 1.0 no count.

    Text has no NUL and no half of a surrogate pair, which no database could keep.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema with its numbers, truth values and texts made strict."""
        found = handler(source)
        _make_strict(handler.resolve_ref_schema(found))
        return found


# Words of a caller's own: a note, how to get in.
_OwnWords = Field(description=NOT_OF_PEOPLE_IN_NEED)
ShortText = Annotated[str, StringConstraints(max_length=200), _OwnWords]
FreeText = Annotated[str, StringConstraints(max_length=500), _OwnWords]
LongText = Annotated[str, StringConstraints(max_length=2000), _OwnWords]


class PageOut[T: BaseModel](BaseModel):
    """One page; send `next_cursor` back as `cursor` for the next one."""

    # A page of something has no docstring of its own: said here, each has it in the API's description.
    model_config = ConfigDict(
        json_schema_extra={"description": "One page; send `next_cursor` back as `cursor` for the next one."}
    )

    items: list[T]
    next_cursor: str | None = None
