"""The operations of the API as its own description lists them, read without a database or a server."""

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.kit.db import Database
from app.main import create_app
from app.roads.streets import Streets
from app.settings import Settings


@dataclass(frozen=True)
class Described:
    """One operation."""

    operation_id: str
    method: str
    path: str
    variables: tuple[str, ...]


@lru_cache
def api_description() -> dict[str, Any]:
    """The OpenAPI document."""
    nowhere = Path(tempfile.gettempdir()) / "there is no installation here"
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    try:
        app = create_app(database, Streets(nowhere), config=Settings(data_folder=nowhere, worker="off"))
        return app.openapi()
    finally:
        database.close()


DESCRIBED = tuple(
    Described(
        operation["operationId"],
        method.upper(),
        path,
        tuple(each["name"] for each in operation.get("parameters", []) if each["in"] == "path"),
    )
    for path, methods in api_description()["paths"].items()
    for method, operation in methods.items()
)
