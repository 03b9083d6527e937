"""What does not fit the form, in sentences for people: Pydantic's error types, each with our own words."""

from collections.abc import Mapping
from typing import Any

from app.kit.errors import FieldError

_DATE = "Write the date as 2026-11-24."
_INSTANT = "Write the time as 2026-11-24T09:30:00+00:00."
_CLOCK = "Write the time of day as 09:30."
_IDENTITY = "This is not an id."
_WHOLE = "A whole number belongs here."
_NUMBER = "A number belongs here."
_OBJECT = "An object with named fields belongs here."
_ADDRESS = "Write the whole address, such as https://example.org."

# Gaps are named as Pydantic names the facts of each error.
SENTENCES: dict[str, str] = {
    "missing": "This field is missing.",
    "extra_forbidden": "There is no field of this name.",
    "unknown_parameter": "There is no query parameter of this name.",
    "json_invalid": "The body is not JSON.",
    "json_type": "The body is not JSON.",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "list_type": "A list belongs here.",
    "set_type": "A list belongs here.",
    "string_type": "Text belongs here.",
    "string_unicode": "This text has signs that cannot be read.",
    "string_too_short": "Write at least {min_length} characters.",
    "string_too_long": "Write at most {max_length} characters.",
    "string_pattern_mismatch": "This is not written as it has to be.",
    "literal_error": "Choose one of {expected}.",
    "enum": "Choose one of {expected}.",
    "union_tag_invalid": "Choose one of {expected_tags}.",
    "union_tag_not_found": "This field is missing.",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": "A number belongs here, neither infinite nor NaN.",
    "decimal_max_places": "Write at most {decimal_places} digits after the point.",
    "decimal_max_digits": "Write at most {max_digits} digits.",
    "decimal_whole_digits": "Write at most {whole_digits} digits before the point.",
    "bool_type": "Either true or false belongs here.",
    "bool_parsing": "Either true or false belongs here.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than": "It must be less than {lt}.",
    "less_than_equal": "It must be at most {le}.",
    "too_short": "Give at least {min_length} of them.",
    "too_long": "Give at most {max_length} of them.",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "timezone_aware": "The time needs its offset, as in 2026-11-24T09:30:00+00:00.",
    "time_type": _CLOCK,
    "time_parsing": _CLOCK,
    "uuid_type": _IDENTITY,
    "uuid_parsing": _IDENTITY,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
    "url_too_long": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
}
_PLACES = ("body", "query", "path", "header", "cookie")


def field_error(item: Mapping[str, Any], body: Any = None) -> FieldError:
    """A misfit that Pydantic found, as a JSON pointer and a sentence; a validator of ours says its own. With the body,
    where it is one of several forms, the pointer is into that."""
    location = list(item["loc"])
    if location and location[0] in _PLACES:
        location = location[1:]
    kind = str(item["type"])
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        location.append(str(item["ctx"]["discriminator"]).strip("'"))
    elif isinstance(body, dict):
        location = _without_form(location, body)
    words = {name: _word(value) for name, value in item.get("ctx", {}).items() if not isinstance(value, Exception)}
    template = SENTENCES.get(kind)
    if template is None:
        sentence = str(item["msg"]).removeprefix("Value error, ")
        return FieldError(_pointer(location), sentence.rstrip(".") + ".", kind)
    return FieldError(_pointer(location), template.format_map(words), kind, words, template)


def _without_form(location: list[Any], body: Mapping[str, Any]) -> list[Any]:
    """Pydantic begins with the name of the form, which is the value of a field and none itself."""
    first = location[0] if location else None
    named = isinstance(first, str) and first not in body and first in map(str, body.values())
    return location[1:] if named else location


def _word(value: Any) -> str | int | float:
    """A fact of an error as its sentence names it; a bound may be a decimal or a date."""
    return value if isinstance(value, str | int | float) else str(value)


def _pointer(location: list[Any]) -> str:
    """RFC 6901; what stands in a JSON text itself, such as its offset, is no place in the document."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location) or "/"
