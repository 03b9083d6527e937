"""A Python client of the API, generated from its own description: one function an operation, one class a schema."""

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GENERATOR = "openapi_python_client"


class ClientError(Exception):
    """The client cannot be written; the sentence says why and what to do."""


def api_description(folder: Path) -> dict[str, Any]:
    """The OpenAPI document of this version, without a database or streets."""
    from app.kit.db import Database
    from app.main import create_app
    from app.roads.streets import Streets
    from app.settings import Settings

    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")  # never connected to
    try:
        return create_app(database, Streets(folder), config=Settings(data_folder=folder, worker="off")).openapi()
    finally:
        database.close()


def _as_others(document: dict[str, Any]) -> dict[str, str]:
    """The kinds of bodies that the generator knows nothing of (CSV, PDF, photos, GPX), and what it takes them for."""
    operations = [each for path in document["paths"].values() for each in path.values()]
    sent = {kind for each in operations for kind in each.get("requestBody", {}).get("content", {})}
    answered = {
        kind: "application/octet-stream" if body["schema"].get("format") == "binary" else "text/plain"
        for each in operations
        for answer in each["responses"].values()
        for kind, body in answer.get("content", {}).items()
        if not kind.startswith("text/")
    }
    found = {**answered, **dict.fromkeys(sent, "application/octet-stream")}
    return {kind: other for kind, other in found.items() if not kind.endswith(("/json", "+json"))}


def write_client(target: Path) -> None:
    """Write the client's package into `target`, a folder that is not there yet or is a client of before.

    Raises ClientError without the generator, for a folder with something else in it, and where anything of the API
    could not be said in the client.
    """
    if find_spec(GENERATOR) is None:
        raise ClientError(
            "The generator is not installed here: install `openapi-python-client`, which belongs to the test packages."
        )
    if target.exists() and any(target.iterdir()) and not (target / "client.py").is_file():
        raise ClientError(f"{target} has other files in it; name a folder that is empty or not there yet.")
    with tempfile.TemporaryDirectory(prefix="wasl-client-") as name:
        folder = Path(name)
        document = api_description(folder)
        (folder / "openapi.json").write_text(json.dumps(document))
        # A failed hook or a skipped operation would be a client with holes: only what is whole is written.
        config = {"post_hooks": [], "content_type_overrides": _as_others(document)}
        (folder / "config.json").write_text(json.dumps(config))
        done = subprocess.run(
            [
                *(sys.executable, "-m", GENERATOR, "generate", "--meta", "none", "--overwrite", "--fail-on-warning"),
                *("--path", str(folder / "openapi.json"), "--config", str(folder / "config.json")),
                *("--output-path", str(target.resolve())),
            ],
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        said = " ".join((done.stderr + done.stdout).split())
        raise ClientError(f"The client could not be written: {said[-600:]}")
