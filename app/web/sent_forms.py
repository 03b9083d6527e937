"""What a page's form has sent, as the API's schemas read it: pages refuse what the API refuses, in the same words."""

from typing import Any

from pydantic import BaseModel, ValidationError

from app.kit.errors import invalid_request
from app.kit.misfits import field_error


def read_as[M: BaseModel](schema: type[M], document: dict[str, Any]) -> M:
    """The document as the schema has it. Raises `invalid_request` (422) with a sentence for each field that misfits."""
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        items = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        raise invalid_request([field_error(item, document) for item in items]) from error
