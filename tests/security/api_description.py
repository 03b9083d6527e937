"""The operations of the API as its own description lists them, read without a database or a server."""

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app import client


@dataclass(frozen=True)
class Described:
    """One operation."""

    operation_id: str
    method: str
    path: str
    variables: tuple[str, ...]
    headers: tuple[str, ...]


@lru_cache
def api_description() -> dict[str, Any]:
    """The OpenAPI document."""
    return client.api_description(Path(tempfile.gettempdir()) / "there is no installation here")


DESCRIBED = tuple(
    Described(
        operation["operationId"],
        method.upper(),
        path,
        *(
            tuple(each["name"] for each in operation.get("parameters", []) if each["in"] == place)
            for place in ("path", "header")
        ),
    )
    for path, methods in api_description()["paths"].items()
    for method, operation in methods.items()
)
