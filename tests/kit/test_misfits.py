"""What does not fit, in our own words: every fact of Pydantic's that a sentence names is there, whatever its type."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from app.kit.misfits import field_error


def misfit(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as found:
        TypeAdapter(kind).validate_python(value)
    return field_error(found.value.errors()[0]).detail


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (Annotated[Decimal, Field(ge=Decimal("-40.5"))], Decimal(-41), "It must be at least -40.5."),
        (Annotated[Decimal, Field(lt=95)], "95", "It must be less than 95."),
        (Annotated[date, Field(gt=date(2026, 11, 24))], "2026-11-24", "It must be more than 2026-11-24."),
        (Annotated[int, Field(le=5)], 6, "It must be at most 5."),
        (Annotated[str, Field(max_length=2)], "abc", "Write at most 2 characters."),
        (Annotated[list[int], Field(min_length=1)], [], "Give at least 1 of them."),
    ],
)
def test_the_bound_is_named_whatever_its_type(kind: Any, value: Any, sentence: str) -> None:
    assert misfit(kind, value) == sentence


def test_a_validator_of_ours_says_its_own_sentence() -> None:
    item = {
        "loc": ("body", "windows", 0),
        "type": "value_error",
        "msg": "Value error, It closes first",
        "ctx": {"error": ValueError()},
    }
    found = field_error(item)
    assert (found.pointer, found.detail, found.code) == ("/windows/0", "It closes first.", "value_error")


def test_of_a_body_that_is_one_of_several_forms_the_pointer_is_into_the_body() -> None:
    item = {"loc": ("body", "lock", "route_id"), "type": "missing", "msg": ""}
    assert field_error(item, {"kind": "lock"}).pointer == "/route_id"
    assert field_error({**item, "loc": ("body", "lock")}, {"kind": "other"}).pointer == "/lock"
    unnamed = {"loc": ("body",), "type": "union_tag_not_found", "msg": "", "ctx": {"discriminator": "'kind'"}}
    assert (field_error(unnamed).pointer, field_error(unnamed).detail) == ("/kind", "This field is missing.")
