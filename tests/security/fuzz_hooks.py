"""What schemathesis does not know of our bodies: a document or a photo is sent as the bytes that it is."""

from typing import Any

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/pdf", "image/jpeg", "image/png", "image/webp")
def as_it_is(context: SerializationContext, value: Any) -> dict[str, Any]:
    """The body's bytes; what has been made of another kind on purpose goes as its text."""
    if isinstance(value, bytes):
        return {"data": value}
    data = getattr(value, "data", None)
    return {"data": data if isinstance(data, bytes) else str(value).encode(errors="replace")}
