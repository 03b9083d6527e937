"""What only we read is kept compressed, and comes back as it was."""

import pytest
from sqlalchemy.dialects import postgresql

from app.kit.db import CompressedJson

VALUES = [{"names": ["بنك الطعام", 'a "quote"'], "grams": 2**53, "none": None}, [], {"1": [True, 1.5]}, "", 0]


@pytest.mark.parametrize("value", VALUES)
def test_json_is_the_same_after_the_way_through_the_column(value: object) -> None:
    kind, dialect = CompressedJson(), postgresql.dialect()
    held = kind.process_bind_param(value, dialect)
    assert isinstance(held, bytes)
    assert kind.process_result_value(held, dialect) == value


def test_nothing_is_nothing() -> None:
    kind, dialect = CompressedJson(), postgresql.dialect()
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None
