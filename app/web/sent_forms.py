"""What a page's form has sent: as it was typed, with what is said at its fields, and as the API's schemas read it.
Pages refuse what the API refuses, in the same words."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.misfits import field_error
from app.web.language import Language

MOST_DIGITS = 9
# Signs that people type within a number, as a number is written.
MARKS_OF_NUMBERS = str.maketrans({"٫": ".", ",": ".", "،": ".", "−": "-", "–": "-"})


def read_as[M: BaseModel](schema: type[M], document: dict[str, Any]) -> M:
    """The document as the schema has it. Raises `invalid_request` (422) with a sentence for each field that misfits."""
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        items = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        raise invalid_request([field_error(item, document) for item in items]) from error


@dataclass(kw_only=True)
class TypedForm:
    """A form as it was typed, with the errors of each field."""

    errors: dict[str, str] = field(default_factory=dict)

    def error(self, pointer: str) -> str:
        """The sentence at a field; empty when it fits."""
        return self.errors.get(pointer, "")

    def show_errors(self, error: WaslError, language: Language) -> None:
        """Each error at its field, in the reader's language."""
        found = error.errors or [FieldError("", error.detail, error.code, error.words, error.template)]
        self.errors = {each.pointer: language.at_field(each) for each in found}


def texts_of(data: FormData) -> dict[str, str]:
    """What was typed, by field."""
    return {name: value for name, value in data.items() if isinstance(value, str)}


def lists_of(data: FormData) -> dict[str, list[str]]:
    """All that was ticked, by field."""
    return {name: [each for each in data.getlist(name) if isinstance(each, str)] for name in data}


def whole_number(typed: str) -> int | str:
    """The whole number that was typed, in digits of any script; anything else, also what is too long, as it is."""
    text = typed.strip()
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else typed


def decimal_number(typed: str) -> str:
    """A number as people type it, with digits of any script, in the digits that schemas read; what is none stays so."""
    marked = typed.strip().translate(MARKS_OF_NUMBERS)
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in marked)


def lines_typed(fields: dict[str, str], most: int) -> int:
    """How many lines a form says that it has: from one to the most that it may have."""
    count = whole_number(fields.get("line_count", ""))
    return min(most, max(1, count)) if isinstance(count, int) else 1
